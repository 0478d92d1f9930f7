"""What the checks judge by: as it holds, how it came to be, and how it is changed."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from traceability.forms.tolerances import DecisionReasonForm, ToleranceForm
from traceability.models import Tolerance, ToleranceProposal
from traceability.permissions import Perm
from traceability.queries import tolerances as queries
from traceability.queries.trials import trials_visible_to
from traceability.services import tolerances as services

MOST_TRIALS = 10
READ_AND_WRITE = ["GET", "HEAD", "POST"]


@require_safe
@requires(Perm.VIEW_TOLERANCES)
def tolerance_list(request: HttpRequest) -> HttpResponse:
    """Deadline, tolerances and grace periods as they hold, and what is proposed."""
    context = {
        "tolerances": queries.tolerances_shown(clock.today()),
        "may_keep": queries.keeps_tolerances(request.user),
        "may_see_trials": Perm.VIEW_RECONCILIATIONS in request.user.role_held.national,
    }
    return page(request, "traceability/tolerance_list.html", context)


@require_safe
@requires(Perm.VIEW_TOLERANCES)
def tolerance_detail(request: HttpRequest, name: str) -> HttpResponse:
    """One tolerance: every value it had, and who proposed and approved each."""
    if name not in Tolerance.Name.values:
        raise Http404
    context = {
        "history": queries.history_of(name, clock.today()),
        "may_keep": queries.keeps_tolerances(request.user),
    }
    return page(request, "traceability/tolerance_detail.html", context)


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_TOLERANCES)
def tolerance_propose(request: HttpRequest) -> HttpResponse:
    """Propose another value from a day on, with a reason."""
    given = {name: request.GET[name] for name in ("name", "value") if name in request.GET}
    form = ToleranceForm(request.POST or None, today=clock.today(), initial=given)
    if form.is_valid():
        with refusals_on(form):
            proposal = services.propose_tolerance(
                by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("It is proposed; the other supervisors were told."))
            return redirect(proposal)
    context = {"form": form, "tolerances": queries.tolerances_shown(clock.today())}
    return page(request, "traceability/tolerance_propose.html", context)


@require_safe
@requires(Perm.VIEW_TOLERANCES)
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what would change, who proposed it and why, and what was decided."""
    proposal = _visible(request, pk)
    waits = proposal.status == ToleranceProposal.Status.WAITING
    own = proposal.proposed_by_id == request.user.pk
    keeps = queries.keeps_tolerances(request.user)
    context = {
        "proposal": proposal,
        "history": queries.history_of(proposal.name, clock.today()),
        "value": queries.Valued(proposal.name, proposal.value),
        "may_decide": waits and keeps and not own,
        "may_withdraw": waits and keeps and own,
        "may_try": waits and keeps,
        "may_see_trials": Perm.VIEW_RECONCILIATIONS in request.user.role_held.national,
        "trials": trials_visible_to(request.user).filter(proposal=proposal)[:MOST_TRIALS],
    }
    return page(request, "traceability/proposal_detail.html", context)


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_TOLERANCES)
def proposal_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the proposed value in force from its day on."""
    said = _("The value is in force from its first day on.")
    return _decided(request, pk, services.approve_proposal, _("Approve"), said)


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_TOLERANCES)
def proposal_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the tolerance as it is."""
    said = _("The proposal is declined; who proposed it was told.")
    return _decided(request, pk, services.decline_proposal, _("Decline"), said)


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_TOLERANCES)
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own proposal back."""
    said = _("The proposal is taken back.")
    return _decided(request, pk, services.withdraw_proposal, _("Take back"), said)


def _decided(
    request: HttpRequest, pk: int, deed: Callable[..., Any], title: str, said: str
) -> HttpResponse:
    """The form's page, or on to the proposal once it is decided."""
    proposal = _visible(request, pk)
    form = DecisionReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            deed(proposal=proposal, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, said)
            return redirect(proposal)
    context = {
        "form": form,
        "proposal": proposal,
        "title": title,
        "value": queries.Valued(proposal.name, proposal.value),
    }
    return page(request, "traceability/proposal_decide.html", context)


def _visible(request: HttpRequest, pk: int) -> ToleranceProposal:
    return get_object_or_404(queries.proposals_visible_to(request.user), pk=pk)
