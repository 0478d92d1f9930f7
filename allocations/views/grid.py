"""The workbench: the lines of a decision as a grid, with what is known beside each of them."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, services
from allocations.models import Category, Decision
from allocations.permissions import Perm
from allocations.rules import (
    Beside,
    ChangedMeanwhile,
    Content,
    GroupTotal,
    LineChange,
    LineKey,
    StandingLine,
)
from allocations.serializers import GridIn, line_text_out
from allocations.views.decisions import (
    READ_AND_WRITE,
    require_drafter,
    visible_decision,
    voided_in_words,
)
from allocations.views.judgements import judgements_shown
from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.errors import Refusal, note
from portal.kernel.pages import page
from portal.kernel.period import Month
from portal.kernel.sql import among
from portal.kernel.templatetags.portal import moment, named

PENALTIES_SHOWN = 20


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_grid(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid's page; posted to, it judges the changed lines as typed, or saves them.

    Answers 422 with what cannot be read, row by row, and 409 with both figures of every line that
    somebody else changed meanwhile; nothing is saved then.
    """
    require_drafter(request)
    decision = visible_decision(request, pk)
    if request.method != "POST":
        context = {
            "decision": decision,
            "categories": forms.categories_of(decision.regime),
            "penalties": queries.open_penalties(decision.year)[:PENALTIES_SHOWN],
        }
        return page(request, "allocations/decision_grid.html", context)
    try:
        posted = json.loads(request.body)
    except (ValueError, RecursionError):
        return JsonResponse({"detail": _("What was sent is no JSON.")}, status=422)
    sent = GridIn(data=posted)
    if not sent.is_valid():
        return JsonResponse({"detail": _unread(sent.errors), "errors": sent.errors}, status=422)
    changes = sent.validated_data["changes"]
    try:
        if sent.validated_data["save"]:
            return _save(request, decision, changes)
        return _judge(decision, changes)
    except ChangedMeanwhile as refused:
        told = {"detail": str(refused), "conflicts": [*map(_conflict, refused.conflicts)]}
        return JsonResponse(told, status=409)
    except Refusal as refused:
        note(refused)
        return JsonResponse({"detail": str(refused)}, status=409)


@requires(Perm.DRAFT_DECISION)
@require_safe
def decision_grid_rows(request: HttpRequest, pk: int) -> JsonResponse:
    """The rows of the grid, who may hold a cap, and the totals and checks as HTML."""
    require_drafter(request)
    decision = visible_decision(request, pk)
    holders = [
        [each.pk, each.uscc or "", named(each)]
        for each in queries.possible_holders().order_by("organisation__name_zh")
    ]
    return JsonResponse(_state(decision) | {"holders": holders})


def _save(request: HttpRequest, decision: Decision, changes: list[LineChange]) -> JsonResponse:
    standing = queries.standing_sign_offs(decision)
    saved = services.change_lines(
        decision=decision, changes=changes, by=request.user, at=clock.now()
    )
    return JsonResponse(_state(saved) | {"voided": voided_in_words(standing, decision, saved)})


def _judge(decision: Decision, changes: list[LineChange]) -> JsonResponse:
    """Totals and checks as they would be with these changes; nothing is saved."""
    lines = {key: line.text for key, line in queries.standing_lines(decision).items()}
    for change in changes:
        if change.after is None:
            lines.pop(change.key, None)
        else:
            lines[change.key] = change.after
    content = queries.content_of(decision, on=clock.today(), lines=lines)
    return JsonResponse({"panel": _panel(decision, content)})


def _state(decision: Decision) -> dict[str, Any]:
    """Every row as it stands, and the totals and checks."""
    standing = queries.standing_lines(decision)
    content = queries.content_of(
        decision,
        on=clock.today(),
        lines={key: line.text for key, line in standing.items()},
    )
    enterprises = Enterprise.objects.filter(pk__in=among(content.holders))
    names = {
        each.pk: (each.uscc or "", named(each))
        for each in enterprises.select_related("organisation")
    }
    ceilings = [LineKey(None, name) for name, _label in forms.categories_of(decision.regime)]
    known = _ceilings_beside(decision)
    reach = _reach(decision, content)
    rows = [_row(key, standing.get(key), ("", ""), known.get(key), None) for key in ceilings]
    rows += sorted(
        (
            _row(key, line, names[key.enterprise_id], content.beside.get(key), reach.get(key))
            for key, line in standing.items()
            if key.enterprise_id is not None
        ),
        key=lambda row: (row[2], row[3]),
    )
    return {
        "digest": decision.content_digest,
        "rows": rows,
        "panel": _panel(decision, content),
    }


def _reach(decision: Decision, content: Content) -> dict[LineKey, Month]:
    """When the caps of the present year are used up, beside lines of this year or the next."""
    present = clock.today().year
    if decision.year not in {present, present + 1}:
        return {}
    told = queries.expected_reach(present, list(content.holders))
    return {LineKey(*key): month for key, month in told.items()}


def _ceilings_beside(decision: Decision) -> dict[LineKey, Beside]:
    """The year's ceilings by other decisions, and last year's, as what stands beside a line."""
    years = queries.ceilings_by_year([decision.year - 1, decision.year])
    now, before = (
        {each.category.value: each.ceiling_kg for each in years.get(year, [])}
        for year in (decision.year, decision.year - 1)
    )
    return {
        LineKey(None, category): Beside(
            **({"cap_kg": now[category]} if category in now else {}),
            **({"last_cap_kg": before[category]} if category in before else {}),
        )
        for category in {*now, *before}
    }


def _row(
    key: LineKey,
    line: StandingLine | None,
    name: tuple[str, str],
    beside: Beside | None,
    reach: Month | None,
) -> list[Any]:
    """One row as the script reads it; masses are tonnes as text."""
    known = beside or Beside()
    text = line.text if line else None
    return [
        key.enterprise_id,
        *name,
        key.category,
        forms.as_typed(text.kg) if text else None,
        text.reason if text else None,
        line.by if line else "",
        moment(line.at) if line and line.at else "",
        forms.as_typed(known.cap_kg),
        forms.as_typed(known.used_kg),
        forms.as_typed(known.last_cap_kg),
        forms.as_typed(known.last_used_kg),
        None if known.capacity_kg is None else forms.as_typed(known.capacity_kg),
        known.open_findings,
        forms.as_typed(known.penalty_kg) if known.penalties else None,
        str(reach or ""),
    ]


def _panel(decision: Decision, content: Content) -> str:
    context = {
        "effects": content.effects,
        "groups": _groups_shown(queries.group_totals_of(decision, content)),
        "judgements": judgements_shown(content),
    }
    return render_to_string("allocations/_grid_panel.html", context)


def _groups_shown(totals: list[GroupTotal]) -> list[tuple[str, Any, GroupTotal]]:
    """Each total with the names of its group and category, in the order of the groups' names."""
    found = Enterprise.objects.filter(pk__in={each.group_id for each in totals})
    names = {each.pk: named(each) for each in found.select_related("organisation")}
    labels = dict(Category.choices)
    return sorted(
        ((names[each.group_id], labels[each.category], each) for each in totals),
        key=lambda row: (row[0], row[2].category),
    )


def _conflict(conflict: Any) -> dict[str, Any]:
    key, standing = conflict.change.key, conflict.standing
    return {
        "enterprise": key.enterprise_id,
        "category": key.category,
        "yours": line_text_out(conflict.change.after),
        "theirs": line_text_out(standing.text if standing else None),
        "by": standing.by if standing else "",
        "at": moment(standing.at) if standing and standing.at else "",
    }


def _unread(errors: Any) -> str:
    rows = errors.get("changes", ())
    return _("Rows that cannot be read: %(count)s. Nothing was saved.") % {"count": len(rows) or 1}
