"""The e-mail that goes out, and what is tidied up."""

from datetime import timedelta

import structlog
from celery import shared_task
from django.core.mail import get_connection

from portal.kernel import clock
from portal.notices import queries, services

log = structlog.get_logger(__name__)

MOST_LETTERS = 1_000
KEPT_FOR = timedelta(days=400)


@shared_task
def mail_due_notices() -> None:
    """One message for each person with notices to be mailed.

    What a lost task or a dead worker left is still due at the next run. Where the mail server can't
    be reached, everything waits for that run.
    """
    at = clock.now()
    people = queries.people_to_mail(at, most=MOST_LETTERS)
    if not people:
        return
    with get_connection() as through:
        for user_id in people:
            try:
                services.mail_notices(user_id, through=through, at=at)
            except Exception:
                # One person's letter that can't be written keeps nobody else's from going out.
                log.exception("notices not mailed", user_id=user_id)


@shared_task
def forget_notices() -> None:
    """Drop what was read more than a year ago."""
    services.forget_notices(clock.now() - KEPT_FOR)
