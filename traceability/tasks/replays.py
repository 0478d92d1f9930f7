"""The replay of the ledger in the background."""

from celery import shared_task

from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.period import civil_day
from traceability.services.replays import replay_ledger


@shared_task
def replay_nightly() -> None:
    """Replay the ledger once a night, however many timetables there are."""
    now = clock.now()
    replay_ledger(run_key=f"night:{civil_day(now)}", by=system_user(), at=now)
