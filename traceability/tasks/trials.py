"""Trials in the background; the sweep finds what a lost message or a dead worker left."""

from celery import shared_task

from portal.kernel import clock
from traceability.models import Trial
from traceability.queries.trials import trials_to_do
from traceability.services.trials import TrialUnderWay, run_trial


@shared_task(acks_late=True)
def try_values(*, trial_id: int) -> None:
    """Run one trial that was asked for; another worker's is left to it."""
    try:
        run_trial(trial=Trial.objects.get(pk=trial_id), at=clock.now())
    except TrialUnderWay:
        return


@shared_task
def try_left_over() -> None:
    """Run what waits, and what a dead worker left."""
    for trial in trials_to_do():
        try:
            run_trial(trial=trial, at=clock.now())
        except TrialUnderWay:
            continue
