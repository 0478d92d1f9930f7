"""Reconciliations in the background: at night, after each submission, and what was left over.

A run is a row first (`ask_reconciliation`, once for its run key) and a task second, so that two
beats, a lost task or a dead worker do no harm: the sweep finds the row.
"""

from typing import Any

from celery import shared_task

from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.period import civil_day
from traceability.models import Filing, Reconciliation
from traceability.queries import reconciliations as queries
from traceability.services.reconciliations import (
    RunUnderWay,
    ask_reconciliation,
    run_reconciliation,
)

# More submissions than these at once are cheaper reconciled together.
ONE_BY_ONE = 20
AGAIN_IN = 15  # seconds, while another run of the year is under way


@shared_task(bind=True, acks_late=True, max_retries=None)
def reconcile(self: Any, *, reconciliation_id: int) -> None:
    """Run one reconciliation that was asked for; later when another of its year is running."""
    reconciliation = Reconciliation.objects.get(pk=reconciliation_id)
    try:
        run_reconciliation(reconciliation=reconciliation, at=clock.now())
    except RunUnderWay as busy:
        raise self.retry(countdown=AGAIN_IN, exc=busy) from busy


@shared_task
def reconcile_nightly() -> None:
    """Ask for the night's runs: this year's, and last year's until it is settled."""
    now = clock.now()
    today = civil_day(now)
    for year in queries.years_of_night(today):
        run = ask_reconciliation(
            year=year, as_of=today, by=system_user(), at=now, run_key=f"night:{today}:{year}"
        )
        reconcile.delay(reconciliation_id=run.pk)


@shared_task
def reconcile_after_submission(*, filing_id: int) -> None:
    """Reconcile what a submitted filing touches: its enterprise, in the years it may change."""
    filing = Filing.objects.select_related("enterprise").get(pk=filing_id)
    for year in queries.years_touched(filing.month):
        run = _ask_for_filing(filing, year)
        reconcile.delay(reconciliation_id=run.pk)


@shared_task
def reconcile_left_over() -> None:
    """Run what waits, what a dead worker left, and submissions nobody reconciled."""
    now = clock.now()
    for year in queries.years_of_night(civil_day(now)):
        missed = queries.filings_not_reconciled(year)
        if len(missed) > ONE_BY_ONE:
            ask_reconciliation(
                year=year,
                as_of=civil_day(now),
                by=system_user(),
                at=now,
                run_key=f"many:{missed[-1].pk}:{year}",
            )
        else:
            for filing in missed:
                _ask_for_filing(filing, year)
    for run in queries.runs_to_do():
        try:
            run_reconciliation(reconciliation=run, at=clock.now())
        except RunUnderWay:
            continue


def _ask_for_filing(filing: Filing, year: int) -> Reconciliation:
    now = clock.now()
    return ask_reconciliation(
        year=year,
        as_of=civil_day(now),
        enterprise=Enterprise.objects.get(pk=filing.enterprise_id),
        by=system_user(),
        at=now,
        run_key=queries.key_of_filing(filing.pk, year),
    )
