"""Long and periodic work of traceability."""

from traceability.tasks import reconciliations, uploads

__all__ = ["reconciliations", "uploads"]
