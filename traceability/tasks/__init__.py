"""Long and periodic work of traceability."""

from traceability.tasks import captures, reconciliations, reminders, replays, trials, uploads

__all__ = ["captures", "reconciliations", "reminders", "replays", "trials", "uploads"]
