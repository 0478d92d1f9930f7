"""Long and periodic work of traceability."""

from traceability.tasks import reconciliations, reminders, replays, trials, uploads

__all__ = ["reconciliations", "reminders", "replays", "trials", "uploads"]
