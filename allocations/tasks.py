"""What becomes law in the background."""

from celery import shared_task

from allocations import queries, services
from portal.kernel import clock


@shared_task
def issue_due_decisions() -> None:
    """Issue what has cooled off, each decision by itself, so that none stops another."""
    at = clock.now()
    for decision_id in queries.issues_due(at):
        services.issue_due(decision_id, at=at)
