"""Long and periodic work of traceability."""

from traceability.tasks import reconciliations, replays, uploads

__all__ = ["reconciliations", "replays", "uploads"]
