"""Trials of other values: asked for, followed, and read."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page
from traceability.forms.trials import TrialForm
from traceability.models import Reconciliation, ToleranceProposal, Trial
from traceability.permissions import Perm
from traceability.queries import trials as queries
from traceability.queries.tolerances import keeps_tolerances, proposals_visible_to, tolerances_on
from traceability.services.trials import ask_trial
from traceability.tables.trials import TrialFindingFilter, TrialFindingTable, TrialTable
from traceability.tasks.trials import try_values

UNDER_WAY = (Reconciliation.State.QUEUED, Reconciliation.State.RUNNING)


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def trial_list(request: HttpRequest) -> HttpResponseBase:
    """Every trial, the latest first."""
    return list_page(
        request,
        template="traceability/trial_list.html",
        name="trials",
        table=TrialTable,
        queryset=queries.trials_visible_to(request.user),
        context={"may_keep": keeps_tolerances(request.user)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.KEEP_TOLERANCES)
def trial_add(request: HttpRequest) -> HttpResponse:
    """Try other values, or a proposal (`?proposal=`), over months that have passed."""
    today, proposal = clock.today(), _proposal(request)
    given = {proposal.name: proposal.value.normalize()} if proposal else {}
    form = TrialForm(request.POST or None, held=tolerances_on(today), today=today, initial=given)
    if form.is_valid():
        with refusals_on(form):
            trial = ask_trial(by=request.user, at=clock.now(), proposal=proposal, **form.asked)
            transaction.on_commit(lambda: try_values.delay(trial_id=trial.pk))
            return redirect(trial)
    return page(request, "traceability/trial_add.html", {"form": form, "proposal": proposal})


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def trial_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One trial: what was tried, on what, and what would be found, clear and stay."""
    trial = _visible(request, pk)
    return list_page(
        request,
        template="traceability/trial_detail.html",
        name=f"trial-{trial.pk}",
        table=TrialFindingTable,
        filters=TrialFindingFilter,
        queryset=queries.tried(trial),
        context=_told(trial),
    )


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def trial_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a trial has come; once it is over the page is read again."""
    trial = _visible(request, pk)
    under_way = trial.state in UNDER_WAY
    context = {"trial": trial, "under_way": under_way}
    answer = page(request, "traceability/_trial_progress.html", context)
    if not under_way:
        answer["HX-Refresh"] = "true"
    return answer


def _told(trial: Trial) -> dict[str, Any]:
    return {
        "trial": trial,
        "under_way": trial.state in UNDER_WAY,
        "values": queries.values_tried(trial),
        "by_code": queries.by_code(trial),
        "by_enterprise": queries.by_enterprise(trial),
    }


def _proposal(request: HttpRequest) -> ToleranceProposal | None:
    asked = request.GET.get("proposal", "")
    if not asked.isdecimal():
        return None
    return get_object_or_404(proposals_visible_to(request.user), pk=int(asked))


def _visible(request: HttpRequest, pk: int) -> Trial:
    return get_object_or_404(queries.trials_visible_to(request.user), pk=pk)
