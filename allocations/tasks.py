"""What becomes law in the background, and who is reminded."""

from celery import shared_task

from allocations import queries, services
from portal.accounts.queries import system_user
from portal.kernel import clock


@shared_task
def issue_due_decisions() -> None:
    """Issue what has cooled off, each decision by itself, so that none stops another."""
    at = clock.now()
    for decision_id in queries.issues_due(at):
        services.issue_due(decision_id, at=at)


@shared_task
def remind_of_copies() -> None:
    """Remind of copies that are late to be acknowledged, once a day, however often this runs."""
    services.remind_of_copies(by=system_user(), at=clock.now())
