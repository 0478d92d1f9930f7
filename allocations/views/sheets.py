"""The lines of a decision to and from a spreadsheet."""

import json
from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, services
from allocations.models import Category, Decision
from allocations.permissions import Perm
from allocations.rules import LineChange
from allocations.serializers import GridIn, line_text_out
from allocations.views.decisions import (
    READ_AND_WRITE,
    require_drafter,
    tell_voided,
    visible_decision,
    voided_in_words,
)
from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.exports import csv_answer, xlsx_answer
from portal.kernel.pages import page, refusals_told
from portal.kernel.sql import among
from portal.kernel.templatetags.portal import named

ANSWERS = {"csv": csv_answer, "xlsx": xlsx_answer}
CHANGES_SHOWN = 100


@requires(Perm.VIEW_DECISIONS)
@require_safe
def decision_sheet(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """The lines as they stand, in the shape that can be sent back."""
    decision = visible_decision(request, pk)
    standing = queries.standing_lines(decision)
    enterprises = _enterprises(key.enterprise_id for key in standing)
    header = [*forms.HEADERS.values()]
    rows = forms.sheet_rows(decision, standing, enterprises)
    return ANSWERS[kind](f"lines-{decision.title}", header, rows)


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a spreadsheet of lines, show what it would change, and write that when confirmed."""
    require_drafter(request)
    decision = visible_decision(request, pk)
    if "changes" in request.POST:
        return _confirmed(request, decision)
    form = forms.LinesSheetForm(
        request.POST or None,
        request.FILES or None,
        decision=decision,
        standing=queries.standing_lines(decision),
    )
    context = {"decision": decision, "form": form, "changes": None}
    if form.is_valid():
        enterprises = _enterprises(change.key.enterprise_id for change in form.changes)
        context |= {
            "changes": [_told(each, enterprises) for each in form.changes[:CHANGES_SHOWN]],
            "count": len(form.changes),
            "more": max(0, len(form.changes) - CHANGES_SHOWN),
            "packed": json.dumps([_packed(each) for each in form.changes]),
        }
    return page(request, "allocations/decision_import.html", context)


def _confirmed(request: HttpRequest, decision: Decision) -> HttpResponse:
    """Write the changes that were shown; what somebody else changed since is not overwritten."""
    try:
        posted = json.loads(request.POST["changes"])
    except (ValueError, RecursionError):
        posted = None
    sent = GridIn(data={"save": True, "changes": posted})
    if not sent.is_valid():
        messages.error(request, _("The changes could not be read. Send the spreadsheet again."))
        return redirect("allocations:decision_import", decision.pk)
    with refusals_told(request):
        standing = queries.standing_sign_offs(decision)
        written = services.change_lines(
            decision=decision,
            changes=sent.validated_data["changes"],
            by=request.user,
            at=clock.now(),
        )
        messages.success(request, _("The lines are saved."))
        tell_voided(request, voided_in_words(standing, decision, written))
        return redirect("allocations:decision_grid", decision.pk)
    return redirect("allocations:decision_import", decision.pk)


def _enterprises(ids: Iterable[int | None]) -> dict[int, Enterprise]:
    wanted = {each for each in ids if each is not None}
    found = Enterprise.objects.filter(pk__in=among(wanted)).select_related("organisation")
    return {each.pk: each for each in found}


def _told(change: LineChange, enterprises: dict[int, Enterprise]) -> dict[str, object]:
    whose = enterprises.get(change.key.enterprise_id)
    return {
        "enterprise": named(whose) if whose else _("National ceiling"),
        "category": Category(change.key.category).label,
        "before": change.before,
        "after": change.after,
    }


def _packed(change: LineChange) -> dict[str, object]:
    return {
        "enterprise": change.key.enterprise_id,
        "category": change.key.category,
        "before": line_text_out(change.before),
        "after": line_text_out(change.after),
    }
