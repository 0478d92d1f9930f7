"""Cases, and the steps of working them."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from allocations.permissions import Perm as Allocations
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.downloads import download
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page
from traceability.forms import cases as case_forms
from traceability.models import Case, SavedView
from traceability.permissions import Perm
from traceability.queries import cases as queries
from traceability.services import cases as services
from traceability.tables.cases import CaseFilter, CaseTable
from traceability.views.saved_views import list_tools, opened_with

READ_AND_WRITE = ["GET", "POST"]
# What was said and done stands below them.
FINDINGS_SHOWN = 20
BULK_ACTIONS = (
    ("assign", gettext_lazy("Assign")),
    ("ask", gettext_lazy("Ask the enterprises")),
    ("note", gettext_lazy("Note or evidence")),
    ("merge", gettext_lazy("Merge")),
    ("close", gettext_lazy("Close")),
)


@require_safe
@requires(Perm.VIEW_FINDINGS)
def case_list(request: HttpRequest) -> HttpResponseBase:
    """The cases the reader may see."""
    if opened := opened_with(request, SavedView.Listing.CASES):
        return opened
    return list_page(
        request,
        template="traceability/case_list.html",
        name="cases",
        table=CaseTable,
        filters=partial(CaseFilter, today=clock.today()),
        queryset=queries.cases_visible_to(request.user),
        context=list_tools(request, SavedView.Listing.CASES, reverse("traceability:case_bulk"))
        | {"bulk_actions": BULK_ACTIONS},
        exclude=() if request.user.holds(Perm.WORK_FINDINGS) else ("pick",),
    )


@require_safe
@requires(Perm.VIEW_FINDINGS)
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: its findings, what was said and done, and the next steps."""
    case = _visible(request, pk)
    findings = list(queries.findings_in(case, request.user)[: FINDINGS_SHOWN + 1])
    context = {
        "case": case,
        "findings": findings[:FINDINGS_SHOWN],
        "more": len(findings) > FINDINGS_SHOWN,
        "entries": queries.entries_visible_to(case, request.user),
        "may_read_tolerances": request.user.holds(Perm.VIEW_TOLERANCES),
        "may_penalise": case.outcome == Case.Outcome.REFERRED
        and request.user.holds(Allocations.ENTER_PENALTY),
        "may_work": request.user.holds(Perm.WORK_FINDINGS) and case.is_worked,
        "may_answer": Perm.ANSWER_FINDINGS in request.user.role_held.own
        and case.status in (Case.Status.ASKED, Case.Status.ANSWERED),
    }
    return page(request, "traceability/case_detail.html", context)


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a case to an official."""
    case = _visible(request, pk)
    form = case_forms.AssignForm(
        request.POST or None, workers=queries.case_workers(), initial={"to": request.user}
    )
    return _step(request, case, form, "traceability/case_assign.html", services.assign_case)


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the enterprise."""
    case = _visible(request, pk)
    form = case_forms.QuestionForm(request.POST or None, request.FILES or None)
    return _step(request, case, form, "traceability/case_ask.html", services.ask_enterprise)


@requires(Perm.ANSWER_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what the enterprise was asked."""
    case = _visible(request, pk)
    form = case_forms.CaseAnswerForm(request.POST or None, request.FILES or None)
    return _step(request, case, form, "traceability/case_answer.html", services.answer_case)


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a note or evidence in a case."""
    case = _visible(request, pk)
    form = case_forms.NoteForm(request.POST or None, request.FILES or None)
    return _step(request, case, form, "traceability/case_note.html", services.note_in_case)


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a case part of another one."""
    case = _visible(request, pk)
    others = queries.worked_cases(request.user).filter(year=case.year).exclude(pk=case.pk)
    form = case_forms.MergeForm(request.POST or None, others=others)
    return _step(request, case, form, "traceability/case_merge.html", services.merge_case)


@requires(Perm.WORK_FINDINGS)
@require_http_methods(READ_AND_WRITE)
def case_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End the work with an outcome."""
    case = _visible(request, pk)
    form = case_forms.CloseForm(request.POST or None)
    return _step(request, case, form, "traceability/case_close.html", services.close_case)


@require_safe
@requires(Perm.VIEW_FINDINGS)
def case_attachment(request: HttpRequest, pk: int, entry_id: int) -> HttpResponseBase:
    """The file of an entry, to be saved."""
    case = _visible(request, pk)
    entry = get_object_or_404(queries.evidence_in(case, request.user), pk=entry_id)
    return download(entry.attachment, entry.attachment_name)


def _visible(request: HttpRequest, pk: int) -> Case:
    return get_object_or_404(queries.cases_visible_to(request.user), pk=pk)


def _step(
    request: HttpRequest, case: Case, form: Form, template: str, deed: Callable[..., Any]
) -> HttpResponse:
    """One step: what was typed is the deed's, and the case's page shows what came of it."""
    if form.is_valid():
        with refusals_on(form):
            deed(case=case, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("It is on record."))
            return redirect(case)
    return page(request, template, {"form": form, "case": case})
