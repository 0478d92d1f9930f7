"""Decisions: listed, drafted, circulated, signed, issued, withdrawn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from allocations import forms, queries, rules, services, tables
from allocations.models import Category, Decision
from allocations.permissions import Perm
from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.errors import Refusal
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page

READ_AND_WRITE = ["GET", "HEAD", "POST"]


@requires(Perm.VIEW_DECISIONS)
@require_GET
def decision_list(request: HttpRequest) -> HttpResponseBase:
    """Every decision there is."""
    return list_page(
        request,
        template="allocations/decision_list.html",
        name="decisions",
        table=tables.DecisionTable,
        filters=tables.DecisionFilter,
        queryset=queries.with_totals(queries.decisions_visible_to(request.user)),
        context={"may_draft": request.user.holds(Perm.DRAFT_DECISION)},
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_add(request: HttpRequest) -> HttpResponse:
    """Begin a decision."""
    at = clock.now()
    initial = {"year": at.year, "regime": Decision.Regime.TOTAL_CONTROL}
    form = forms.DecisionForm(request.POST or None, initial=initial)
    if form.is_valid():
        with refusals_on(form):
            decision = services.draft_decision(by=request.user, at=at, **form.cleaned_data)
            return redirect("allocations:decision_lines", decision.pk)
    return page(request, "allocations/decision_add.html", {"form": form})


@requires(Perm.VIEW_DECISIONS)
@require_GET
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One decision: its lines, who has signed, what stands in the way of its issue."""
    decision = _decision(request, pk)
    facts = queries.decision_facts(decision)
    over = queries.categories_over(decision)
    ministry = request.user.organisation.ministry
    return page(
        request,
        "allocations/decision_detail.html",
        {
            "decision": decision,
            "ceilings": decision.ceiling_lines.all(),
            "lines": decision.allocation_lines.select_related("enterprise__organisation"),
            "over": [(Category(category).label, kg, limit) for category, kg, limit in over],
            "obstacles": rules.obstacles(facts, over=over),
            "sign_offs": decision.sign_offs.select_related("user"),
            "waiting_for": sorted(rules.required_ministries(facts) - facts.agreed),
            "copies": decision.copies.select_related("recipient"),
            "changeable": decision.status in rules.CHANGEABLE,
            "may_draft": request.user.holds(Perm.DRAFT_DECISION) and ministry == "MIIT",
            "may_sign": request.user.holds(Perm.SIGN_DECISION)
            and ministry in rules.required_ministries(facts) - facts.agreed - facts.refused,
            "may_issue": request.user.holds(Perm.ISSUE_DECISION) and ministry == "MIIT",
        },
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the lines of a decision that is not issued."""
    decision = _decision(request, pk)
    ceilings = forms.CeilingLinesForm(request.POST or None, decision=decision)
    lines = forms.AllocationLines(
        request.POST or None, initial=forms.initial_lines(decision), prefix="lines"
    )
    if ceilings.is_valid() and lines.is_valid():
        with refusals_on(ceilings):
            services.set_lines(
                decision=decision,
                ceilings=ceilings.entries(),
                allocations=lines.entries(),
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, _("The lines are saved."))
            more = "more" in request.POST
            return redirect("allocations:decision_lines" if more else decision, *([pk] * more))
    directory = Enterprise.objects.exclude(uscc=None).filter(designations__isnull=False)
    return page(
        request,
        "allocations/decision_lines.html",
        {
            "decision": decision,
            "ceilings": ceilings,
            "lines": lines,
            "directory": directory.select_related("organisation").distinct(),
            "faulty": (ceilings.is_bound and not ceilings.is_valid())
            or (lines.is_bound and not lines.is_valid()),
        },
    )


@requires(Perm.DRAFT_DECISION)
@require_POST
def decision_circulate(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft to the ministries."""
    decision = _decision(request, pk)
    try:
        services.circulate(decision=decision, by=request.user, at=clock.now())
        messages.success(request, _("The decision is with the ministries for sign-off."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(decision)


@requires(Perm.SIGN_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's ministry's verdict."""
    decision = _decision(request, pk)
    form = forms.SignForm(request.POST or None, initial={"digest": decision.content_digest})
    if form.is_valid():
        with refusals_on(form):
            services.sign(decision=decision, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The verdict is on record."))
            return redirect(decision)
    return page(
        request,
        "allocations/decision_sign.html",
        {
            "form": form,
            "decision": decision,
            "ceilings": decision.ceiling_lines.all(),
            "lines": decision.allocation_lines.select_related("enterprise__organisation"),
        },
    )


@requires(Perm.ISSUE_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a signed decision."""
    decision = _decision(request, pk)
    form = forms.IssueForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            issued = services.issue(
                decision=decision, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(
                request,
                _("The decision is issued; %(count)d copies went out.")
                % {"count": issued.copies.count()},
            )
            return redirect(decision)
    facts = queries.decision_facts(decision)
    return page(
        request,
        "allocations/decision_issue.html",
        {
            "form": form,
            "decision": decision,
            "obstacles": rules.obstacles(facts, over=queries.categories_over(decision)),
        },
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a decision that is not issued."""
    decision = _decision(request, pk)
    form = forms.WithdrawForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.withdraw(
                decision=decision, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The decision is withdrawn; it stays readable."))
            return redirect(decision)
    return page(request, "allocations/decision_withdraw.html", {"form": form, "decision": decision})


def _decision(request: HttpRequest, pk: int) -> Decision:
    return get_object_or_404(queries.decisions_visible_to(request.user), pk=pk)
