"""Putting captured events into drafts in the background, and picking up what was left."""

from datetime import timedelta

from celery import shared_task

from portal.kernel import clock
from traceability.models import Capture
from traceability.queries.captures import captures_left_over
from traceability.services.captures import work_capture

# A document that waits longer than this was not queued, or its message was lost.
WAIT = timedelta(seconds=10)


@shared_task(acks_late=True)
def capture_document(*, capture_id: int) -> None:
    """Capture one document; does nothing when somebody else has taken it or it is done."""
    work_capture(capture=Capture.objects.defer("content").get(pk=capture_id), at=clock.now())


@shared_task
def sweep_captures() -> None:
    """Queue the documents that nobody works on: the message was lost, or the worker died."""
    for capture_id in captures_left_over(clock.now() - WAIT):
        capture_document.delay(capture_id=capture_id)
