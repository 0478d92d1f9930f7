"""What is put on record in the background."""

from celery import shared_task

from portal.accounts import services
from portal.kernel import clock


@shared_task
def record_repeated_refusals() -> None:
    """Put the counts of writes that were refused again and again into the audit trail."""
    services.record_repeated_refusals(at=clock.now())
