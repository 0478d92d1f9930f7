"""Products and lots, filings and records, uploads, reconciliations and findings,
replays, and the graph of movements."""

from traceability.models.filings import RECORDS_PER_PAGE, CapUse, Filing, Kind, Record
from traceability.models.findings import Finding, Reconciliation, Tolerance
from traceability.models.lots import Balance, Lot, Product
from traceability.models.replays import Replay
from traceability.models.tracing import Movement, Pool
from traceability.models.uploads import Upload

__all__ = [
    "RECORDS_PER_PAGE",
    "Balance",
    "CapUse",
    "Filing",
    "Finding",
    "Kind",
    "Lot",
    "Movement",
    "Pool",
    "Product",
    "Reconciliation",
    "Record",
    "Replay",
    "Tolerance",
    "Upload",
]
