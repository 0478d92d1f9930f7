"""Many cases or findings worked at once: chosen in a list, counted back, then done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from traceability.forms import bulk as forms
from traceability.forms.bulk import MOST_AT_ONCE
from traceability.models import Case
from traceability.permissions import Perm
from traceability.queries.cases import (
    case_workers,
    cases_to_move_into,
    cases_visible_to,
    worked_cases,
)
from traceability.queries.findings import findings_visible_to
from traceability.rules.cases import RowRefused, RowsRefused
from traceability.services import case_bulk as services
from traceability.services.case_moves import move_findings
from traceability.tables.cases import CaseFilter
from traceability.tables.findings import FindingListFilter

READ_AND_WRITE = ["GET", "POST"]
SHOWN = 50
DEEDS: dict[str, Callable[..., int]] = {
    "assign": services.assign_cases,
    "ask": services.ask_in_cases,
    "note": services.note_in_cases,
    "merge": services.merge_cases,
    "close": services.close_cases,
}


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_bulk(request: HttpRequest) -> HttpResponse:
    """Assign, ask, note, merge or close all cases that were chosen, or none.

    Chosen themselves, or (`of=findings`) as those of the findings that were.
    """
    action = request.GET.get("action", "")
    seen = cases_visible_to(request.user)
    of_findings = request.GET.get("of") == "findings"
    back = "traceability:finding_list" if of_findings else "traceability:case_list"
    if of_findings and request.method == "GET":
        chosen = _cases_of(request, seen)
    else:
        chosen = _chosen(request, seen, CaseFilter)
    if action not in DEEDS or not _fits(request, chosen):
        return redirect(back)
    form = _case_form(action, request, chosen)
    refused: list[RowRefused] = []
    if form.is_valid():
        told = dict(form.cleaned_data)
        cases = told.pop("rows")
        with refusals_on(form), _rows_told(refused):
            count = DEEDS[action](cases=cases, by=request.user, at=clock.now(), **told)
            messages.success(request, _("Done in %(count)d cases.") % {"count": count})
            return redirect(back)
    rows = list(seen.filter(pk__in=chosen).order_by("pk"))
    context = {
        "form": form,
        "action": action,
        "count": len(chosen),
        "of_findings": of_findings,
        "back": reverse(back),
    }
    return page(request, "traceability/case_bulk.html", context | _shown(rows, refused))


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def finding_move(request: HttpRequest) -> HttpResponse:
    """Put the findings that were chosen into another case, or into a new one.

    What else is done with them (`action`) is done in their cases.
    """
    if request.method == "GET" and request.GET.get("action") in DEEDS:
        return redirect(
            f"{reverse('traceability:case_bulk')}?{request.GET.urlencode()}&of=findings"
        )
    seen = findings_visible_to(request.user)
    chosen = _chosen(request, seen, FindingListFilter)
    if not _fits(request, chosen):
        return redirect("traceability:finding_list")
    form = forms.MoveForm(
        request.POST or None,
        initial={"rows": ",".join(map(str, chosen))},
        cases=cases_to_move_into(chosen, request.user),
    )
    refused: list[RowRefused] = []
    if form.is_valid():
        told = dict(form.cleaned_data)
        findings = told.pop("rows")
        with refusals_on(form), _rows_told(refused):
            case = move_findings(findings=findings, by=request.user, at=clock.now(), **told)
            messages.success(request, _("It is on record."))
            return redirect(case)
    rows = list(seen.filter(pk__in=chosen).order_by("pk"))
    context = {"form": form, "count": len(chosen)}
    return page(request, "traceability/finding_move.html", context | _shown(rows, refused))


def _chosen(request: HttpRequest, seen: QuerySet[Any], narrowing: Any) -> list[int]:
    """The keys of what was chosen, one more than may be at the most.

    All that match when the list was looked at, or the rows that were marked; once they were shown,
    those and no others, whatever matches by now.
    """
    if request.method == "POST":
        keys = [key for key in request.POST.get("rows", "").split(",") if key.isdigit()]
    elif request.GET.get("which") == "all":
        asked = QueryDict(request.GET.get("filter", ""))
        matching = narrowing(asked, queryset=seen, request=request, today=clock.today()).qs
        keys = matching.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1]
    else:
        keys = [key for key in request.GET.getlist("pick") if key.isdigit()]
    wanted = [int(key) for key in keys][: MOST_AT_ONCE + 1]
    return list(seen.filter(pk__in=wanted).order_by("pk").values_list("pk", flat=True))


def _cases_of(request: HttpRequest, seen: QuerySet[Case]) -> list[int]:
    """The cases of the findings that were chosen."""
    findings = _chosen(request, findings_visible_to(request.user), FindingListFilter)
    if len(findings) > MOST_AT_ONCE:
        return findings  # too many, which is said of them
    return sorted(set(seen.filter(findings__in=findings).values_list("pk", flat=True)))


def _fits(request: HttpRequest, chosen: list[int]) -> bool:
    """Whether there is something, and not too much; else says so on the next page."""
    if not chosen:
        messages.error(request, _("Mark at least one row."))
    elif len(chosen) > MOST_AT_ONCE:
        messages.error(
            request, _("More than %(most)d rows match: narrow the list.") % {"most": MOST_AT_ONCE}
        )
    return 0 < len(chosen) <= MOST_AT_ONCE


def _case_form(action: str, request: HttpRequest, chosen: list[int]) -> Any:
    started = {"rows": ",".join(map(str, chosen))}
    sent = request.POST or None
    if action == "assign":
        return forms.AssignManyForm(sent, initial=started, workers=case_workers())
    if action == "merge":
        years = cases_visible_to(request.user).filter(pk__in=chosen).values("year")
        others = worked_cases(request.user).filter(year__in=years)
        return forms.MergeManyForm(sent, initial=started, others=others)
    kind = {"ask": forms.AskManyForm, "note": forms.NoteManyForm, "close": forms.CloseManyForm}
    return kind[action](sent, request.FILES or None, initial=started)


@contextmanager
def _rows_told(kept: list[RowRefused]) -> Iterator[None]:
    """Keep what stands against each row, and let the refusal go on to the form."""
    try:
        yield
    except RowsRefused as refusal:
        kept.extend(refusal.rows)
        raise


def _shown(rows: list[Any], refused: list[RowRefused]) -> dict[str, Any]:
    """The rows as the page lists them: those refused with the reason, else the first."""
    by_key = {row.pk: row for row in rows}
    against = [(by_key.get(each.pk), str(each.refusal)) for each in refused]
    return {"rows": rows[:SHOWN], "more": max(len(rows) - SHOWN, 0), "refused": against}
