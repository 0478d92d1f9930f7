"""Products, lots, filings, records, unfinished rows, shipments, uploads, captures, findings, cases,
replays, the graph."""

from traceability.models.captures import Capture, CapturedEvent
from traceability.models.cases import Case, CaseEntry
from traceability.models.filings import RECORDS_PER_PAGE, CapUse, Filing, Kind, Record
from traceability.models.findings import Finding, Reconciliation, Tolerance
from traceability.models.flows import FilingFlow, FilingTotal, MonthFlow
from traceability.models.inspections import Draw, DrawCandidate, DrawnEnterprise, Inspection
from traceability.models.lots import Balance, Lot, Product
from traceability.models.replays import Replay
from traceability.models.rows import UnfinishedRow
from traceability.models.saved_views import SavedView
from traceability.models.shipments import Shipment, ShipmentAnswer, ShipmentRemark
from traceability.models.supervision import DeadlineExtension, FilingRemark
from traceability.models.tolerances import ToleranceProposal, Trial, TrialFinding
from traceability.models.tracing import Movement, Pool, RecordBehind
from traceability.models.uploads import Upload

__all__ = [
    "RECORDS_PER_PAGE",
    "Balance",
    "CapUse",
    "Capture",
    "CapturedEvent",
    "Case",
    "CaseEntry",
    "DeadlineExtension",
    "Draw",
    "DrawCandidate",
    "DrawnEnterprise",
    "Filing",
    "FilingFlow",
    "FilingRemark",
    "FilingTotal",
    "Finding",
    "Inspection",
    "Kind",
    "Lot",
    "MonthFlow",
    "Movement",
    "Pool",
    "Product",
    "Reconciliation",
    "Record",
    "RecordBehind",
    "Replay",
    "SavedView",
    "Shipment",
    "ShipmentAnswer",
    "ShipmentRemark",
    "Tolerance",
    "ToleranceProposal",
    "Trial",
    "TrialFinding",
    "UnfinishedRow",
    "Upload",
]
