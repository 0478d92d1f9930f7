"""The steps of a decision: circulated, signed, ordered, stopped, issued, withdrawn."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from allocations import forms, queries, rules, services
from allocations.permissions import Perm
from allocations.views.decisions import (
    READ_AND_WRITE,
    decision_context,
    require_drafter,
    visible_decision,
)
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.templatetags.portal import moment


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_circulate(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a draft to the ministries for sign-off."""
    require_drafter(request)
    decision = visible_decision(request, pk)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            services.circulate(decision=decision, by=request.user, at=clock.now())
            messages.success(request, _("The decision is with the ministries for sign-off."))
            return redirect(decision)
    context = decision_context(decision, queries.decision_facts(decision))
    return page(request, "allocations/decision_circulate.html", context | {"form": form})


@requires(Perm.SIGN_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's ministry's verdict on the content that the page shows."""
    decision = visible_decision(request, pk)
    form = forms.SignForm(request.POST or None, initial={"digest": decision.content_digest})
    if form.is_valid():
        with refusals_on(form):
            services.sign(decision=decision, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The verdict is on record."))
            return redirect(decision)
    context = decision_context(decision, queries.decision_facts(decision)) | {
        "form": form,
        "lines": decision.allocation_lines.select_related("enterprise__organisation"),
    }
    return page(request, "allocations/decision_sign.html", context)


@requires(Perm.ISSUE_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Order that a signed decision be issued when its cooling-off is over."""
    if request.user.organisation.ministry != rules.MIIT:
        raise PermissionDenied
    decision = visible_decision(request, pk)
    form = forms.OrderForm(request.POST or None, initial=queries.last_order(decision))
    at = clock.now()
    if form.is_valid():
        with refusals_on(form):
            ordered = services.order_issue(
                decision=decision, by=request.user, at=at, **form.cleaned_data
            )
            told = _("The issue is ordered; the decision can be stopped until %(until)s.")
            messages.success(request, told % {"until": moment(ordered.issues_at)})
            return redirect(decision)
    context = decision_context(decision, queries.decision_facts(decision)) | {
        "form": form,
        "provinces": queries.provinces_concerned(decision),
        "until": services.when_issued(decision, at),
    }
    return page(request, "allocations/decision_order.html", context)


@requires(Perm.ISSUE_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a decision whose cooling-off is over, without waiting for the portal to do it."""
    if request.user.organisation.ministry != rules.MIIT:
        raise PermissionDenied
    decision = visible_decision(request, pk)
    form = forms.ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            issued = services.issue(decision=decision, by=request.user, at=clock.now())
            sent = issued.copies.count()
            told = ngettext(
                "The decision is issued; %(count)s copy went out.",
                "The decision is issued; %(count)s copies went out.",
                sent,
            )
            messages.success(request, told % {"count": sent})
            return redirect(decision)
    context = decision_context(decision, queries.decision_facts(decision)) | {"form": form}
    return page(request, "allocations/decision_issue.html", context)


@requires(Perm.SIGN_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop an issue during its cooling-off, and take back one's ministry's sign-off."""
    decision = visible_decision(request, pk)
    form = forms.StopForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.stop_issue(
                decision=decision, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(
                request, _("The issue is stopped; the decision is with the ministries again.")
            )
            return redirect(decision)
    context = decision_context(decision, queries.decision_facts(decision)) | {"form": form}
    return page(request, "allocations/decision_stop.html", context)


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a decision that is not issued."""
    require_drafter(request)
    decision = visible_decision(request, pk)
    form = forms.WithdrawForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.withdraw(
                decision=decision, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The decision is withdrawn; it stays readable."))
            return redirect(decision)
    return page(request, "allocations/decision_withdraw.html", {"form": form, "decision": decision})
