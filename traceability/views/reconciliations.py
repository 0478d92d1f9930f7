"""Runs of the checks: what was run, how far one has come, and asking for one."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from portal.kernel import clock
from portal.kernel.access import holds, requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page
from traceability.forms.findings import ReconciliationForm
from traceability.models import Reconciliation
from traceability.permissions import Perm
from traceability.queries import reconciliations as queries
from traceability.services.reconciliations import ask_reconciliation
from traceability.tables.findings import ReconciliationFilter, ReconciliationTable
from traceability.tasks.reconciliations import reconcile

REPLAYS_SHOWN = 31
UNDER_WAY = (Reconciliation.State.QUEUED, Reconciliation.State.RUNNING)


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def reconciliation_list(request: HttpRequest) -> HttpResponseBase:
    """Every run, the latest first."""
    return list_page(
        request,
        template="traceability/reconciliation_list.html",
        name="reconciliations",
        table=ReconciliationTable,
        filters=ReconciliationFilter,
        queryset=queries.reconciliations_visible_to(request.user),
        context={"may_run": holds(request.user, Perm.RECONCILE)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.RECONCILE)
def reconciliation_run(request: HttpRequest) -> HttpResponse:
    """Ask for a run, and go to where its progress is shown."""
    form = ReconciliationForm(request.POST or None, today=clock.today())
    if form.is_valid():
        with refusals_on(form):
            asked = ask_reconciliation(by=request.user, at=clock.now(), **form.cleaned_data)
            transaction.on_commit(lambda: reconcile.delay(reconciliation_id=asked.pk))
            return redirect(asked)
    return page(request, "traceability/reconciliation_run.html", {"form": form})


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def reconciliation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: what it looked at, how far it has come, and what changed by it."""
    run = _visible(request, pk)
    return page(
        request,
        "traceability/reconciliation_detail.html",
        {
            "run": run,
            "under_way": run.state in UNDER_WAY,
            "counts": queries.counts_of(run),
            "judged_by": queries.judged_by(run),
            "first_seen": queries.first_seen_in(run, request.user),
        },
    )


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def reconciliation_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a run has come; once it is over the page is read again."""
    run = _visible(request, pk)
    answer = page(
        request,
        "traceability/_reconciliation_progress.html",
        {"run": run, "under_way": run.state in UNDER_WAY},
    )
    if run.state not in UNDER_WAY:
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
@requires(Perm.VIEW_RECONCILIATIONS)
def replay_list(request: HttpRequest) -> HttpResponse:
    """The latest replays of the ledger, and what differed."""
    replays = queries.replays_visible_to(request.user)[:REPLAYS_SHOWN]
    return page(request, "traceability/replay_list.html", {"replays": replays})


def _visible(request: HttpRequest, pk: int) -> Reconciliation:
    return get_object_or_404(queries.reconciliations_visible_to(request.user), pk=pk)
