"""Copies: what an authority received, and that it has it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, rules, services, tables
from allocations.models import Category, Copy, Decision
from allocations.permissions import Perm
from allocations.views.decisions import READ_AND_WRITE
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page

BRANCHES_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class CopiedLine:
    """One line of a copy, as it stood when the copy was sent; `kg` as text."""

    enterprise: int
    uscc: str | None
    name_zh: str
    name_en: str
    region: str
    category: str
    kg: str
    reason: str

    @property
    def category_label(self) -> Any:
        """The category in words."""
        return Category(self.category).label


@requires(Perm.VIEW_COPIES)
@require_safe
def copy_list(request: HttpRequest) -> HttpResponseBase:
    """The copies that the reader may see, those to be acknowledged first."""
    copies = queries.copies_visible_to(request.user)
    asked = queries.copy_queries_visible_to(request.user).order_by()
    return list_page(
        request,
        template="allocations/copy_list.html",
        name="copies",
        table=tables.CopyTable,
        filters=tables.CopyFilter,
        queryset=copies.defer("content"),
        context={
            "waiting": copies.filter(acknowledged_at=None).count(),
            "may_acknowledge": request.user.holds(Perm.ACKNOWLEDGE_COPY),
            "may_answer": _may_answer(request),
            "asked": asked.count(),
            "unanswered": asked.filter(answered_at=None).count(),
        },
    )


@requires(Perm.VIEW_COPIES)
@require_safe
def copy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One copy as it was sent; that the recipient opened it goes on record."""
    copy = _visible(request, pk)
    if copy.recipient_id == request.user.organisation_id:
        services.open_copy(copy=copy, by=request.user, at=clock.now())
    seen = queries.copies_visible_to(request.user)
    context = _context(request, copy) | {
        "may_pass_down": _may_handle(request, copy)
        and copy.acknowledged_at is not None
        and not copy.passed_down.exists()
        and bool(queries.parts_below(copy)),
        "below": _below(request, seen.filter(parent=copy)),
        "asked": queries.copy_queries_visible_to(request.user).filter(copy=copy),
        "reminded_on": [each.on for each in copy.reminders.all()],
        "may_ask": copy.recipient_id == request.user.organisation_id
        and request.user.holds(Perm.ASK_ABOUT_COPY),
        "may_answer": _may_answer(request),
        "outdated_by": seen.filter(outdates__earlier=copy),
        "outdates": seen.filter(outdated_by__later=copy),
    }
    return page(request, "allocations/copy_detail.html", context)


@requires(Perm.ACKNOWLEDGE_COPY)
@require_http_methods(READ_AND_WRITE)
def copy_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on record that the authority has it."""
    copy = _visible(request, pk)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            services.acknowledge_copy(copy=copy, by=request.user, at=clock.now())
            messages.success(request, _("Receipt of the copy is acknowledged."))
            return redirect(copy)
    context = _context(request, copy) | {"form": form}
    return page(request, "allocations/copy_acknowledge.html", context)


@requires(Perm.ACKNOWLEDGE_COPY)
@require_http_methods(READ_AND_WRITE)
def copy_pass_down(request: HttpRequest, pk: int) -> HttpResponse:
    """Send each authority of the next level its part of the copy."""
    copy = _visible(request, pk)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            sent = len(services.pass_down(copy=copy, by=request.user, at=clock.now()))
            told = ngettext(
                "The copy was passed down to %(count)s authority.",
                "The copy was passed down to %(count)s authorities.",
                sent,
            )
            messages.success(request, told % {"count": sent})
            return redirect(copy)
    context = _context(request, copy) | {"form": form, "below": queries.regions_below(copy)}
    return page(request, "allocations/copy_pass_down.html", context)


@requires(Perm.VIEW_COPIES)
@require_safe
def decision_copies(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who has a decision's copies, who has opened, acknowledged and passed them down, who is late.

    Each reader sees the branch of their own, late ones first.
    """
    decision = get_object_or_404(Decision, pk=pk, status=Decision.Status.ISSUED)
    today = clock.today()
    seen = queries.copies_visible_to(request.user).filter(decision=decision)
    seen = queries.with_standing(seen, today=today)
    counts = queries.copy_counts(seen)
    if not counts.sent:
        raise Http404
    return list_page(
        request,
        template="allocations/decision_copies.html",
        name=f"copies-{decision.title}",
        table=tables.BranchTable,
        filters=tables.BranchFilter,
        queryset=seen,
        per_page=BRANCHES_PER_PAGE,
        today=today,
        context={
            "decision": decision,
            "counts": counts,
            "may_see_decision": request.user.holds(Perm.VIEW_DECISIONS),
        },
    )


@requires(Perm.VIEW_COPIES)
@require_safe
def copy_query_list(request: HttpRequest) -> HttpResponseBase:
    """What authorities asked about their copies, what waits for an answer first."""
    return list_page(
        request,
        template="allocations/copy_query_list.html",
        name="copy-queries",
        table=tables.CopyQueryTable,
        filters=tables.CopyQueryFilter,
        queryset=queries.copy_queries_visible_to(request.user),
    )


@requires(Perm.ASK_ABOUT_COPY)
@require_http_methods(READ_AND_WRITE)
def copy_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the ministry about the copy of one's authority."""
    copy = _visible(request, pk)
    form = forms.AskForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.ask_about_copy(copy=copy, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The query is with the ministry."))
            return redirect(copy)
    context = _context(request, copy) | {"form": form}
    return page(request, "allocations/copy_ask.html", context)


@requires(Perm.ANSWER_QUERY)
@require_http_methods(READ_AND_WRITE)
def copy_query_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what an authority asked about its copy."""
    if not _may_answer(request):
        raise PermissionDenied
    query = get_object_or_404(queries.copy_queries_visible_to(request.user), pk=pk)
    form = forms.AnswerForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.answer_query(query=query, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The answer is with the authority."))
            return redirect(query)
    return page(request, "allocations/copy_query_answer.html", {"query": query, "form": form})


def _may_answer(request: HttpRequest) -> bool:
    """Whether the reader answers for a ministry that does."""
    answers = request.user.organisation.ministry in rules.ANSWERING
    return answers and request.user.holds(Perm.ANSWER_QUERY)


def _below(request: HttpRequest, copies: QuerySet[Copy]) -> tables.BranchTable | None:
    """The copies that one was passed down to, with their standing; None where there are none."""
    table = tables.BranchTable(copies, today=clock.today(), request=request)
    return table if len(table.rows) else None


def _visible(request: HttpRequest, pk: int) -> Copy:
    return get_object_or_404(queries.copies_visible_to(request.user), pk=pk)


def _context(request: HttpRequest, copy: Copy) -> dict[str, Any]:
    lines = [CopiedLine(**line) for line in copy.content["lines"]]
    return {
        "copy": copy,
        "lines": lines,
        "on_paper": queries.is_on_paper(copy.decision),
        "extract": queries.notices().filter(copy=copy).first(),
        "holds_true": queries.copy_digest(copy.content) == copy.digest,
        "may_see_decision": request.user.holds(Perm.VIEW_DECISIONS),
        "may_acknowledge": _may_handle(request, copy) and copy.acknowledged_at is None,
    }


def _may_handle(request: HttpRequest, copy: Copy) -> bool:
    """Whether the reader acknowledges and passes down for the one it was sent to."""
    own = copy.recipient_id == request.user.organisation_id
    return own and request.user.holds(Perm.ACKNOWLEDGE_COPY)
