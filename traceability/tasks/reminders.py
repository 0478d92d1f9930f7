"""Reminders of filings in the background."""

from celery import shared_task

from portal.kernel import clock
from traceability.services import reminders


@shared_task
def remind_of_filings() -> None:
    """Remind of deadlines, once on each day that counts, however often this runs."""
    reminders.remind_of_filings(at=clock.now())
