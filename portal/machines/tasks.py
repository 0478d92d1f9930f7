"""What is tidied up in the background."""

from datetime import timedelta

from celery import shared_task

from portal.kernel import clock
from portal.machines import services

KEPT_FOR = timedelta(days=7)


@shared_task
def forget_answers() -> None:
    """Drop the answers to writes that are older than a week."""
    services.forget_answers(clock.now() - KEPT_FOR)
