"""Checking uploaded files in the background, and picking up what was left."""

from datetime import timedelta

from celery import shared_task

from portal.kernel import clock
from traceability.models import Upload
from traceability.queries.uploads import uploads_left_over
from traceability.services.uploads import work_upload

# A file that waits longer than this was not queued, or its message was lost.
WAIT = timedelta(seconds=10)


@shared_task(acks_late=True)
def check_upload(*, upload_id: int) -> None:
    """Check one file; does nothing when somebody else has taken it or it is done."""
    work_upload(upload=Upload.objects.defer("content").get(pk=upload_id), at=clock.now())


@shared_task
def sweep_uploads() -> None:
    """Queue the files that nobody checks: the message was lost, or the worker died."""
    for upload_id in uploads_left_over(clock.now() - WAIT):
        check_upload.delay(upload_id=upload_id)
