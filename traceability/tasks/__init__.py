"""Long and periodic work of traceability."""

from traceability.tasks import reconciliations

__all__ = ["reconciliations"]
