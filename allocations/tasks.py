"""What becomes law in the background, the papers that say so, and who is reminded."""

from celery import shared_task

from allocations import queries, services
from allocations.models import Decision
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


@shared_task
def make_notices() -> None:
    """Queue the notice of every issued decision that has none yet, so that none stops another."""
    for decision_id in queries.notices_due():
        make_notice.delay(decision_id=decision_id)


@shared_task
def make_notice(*, decision_id: int) -> None:
    """Make the notice of one issued decision; one that is there already stays."""
    services.make_notice(
        decision=Decision.objects.get(pk=decision_id), by=system_user(), at=clock.now()
    )
