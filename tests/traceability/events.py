"""Events as other systems send them: documents made of records, and events written by hand."""

import json
from decimal import Decimal
from typing import Any

from traceability.models import Filing, Record
from traceability.queries.epcis import recorded_in
from traceability.rules.epcis.events import document_of
from traceability.rules.epcis.words import CONTEXT, document_path, lot_path, party_path

BASE = "https://erp.example"
COLUMNS = (
    *("kind", "date", "lot__number", "lot__maker__uscc", "product__code", "gross_kg"),
    *("reo_percent", "run", "counterparty__uscc", "document", "country", "assay", "note"),
)


def document(*events: dict[str, Any], **members: Any) -> bytes:
    """A document of these events."""
    told = {
        "@context": [CONTEXT, {"reo": f"{BASE}/traceability/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2025-03-05T12:00:00+08:00",
        "epcisBody": {"eventList": list(events)},
    }
    return json.dumps(told | members).encode()


def exported(filing: Filing) -> bytes:
    """The document that the portal tells of a submitted version."""
    at = filing.submitted_at
    assert at is not None
    return json.dumps(document_of(recorded_in(filing), base=BASE, at=at)).encode()


def records(filing: Filing) -> list[tuple[Any, ...]]:
    """What a version says, whatever the order of its lines."""
    return sorted(map(repr, Record.objects.filter(filing=filing).values_list(*COLUMNS)))


def event(kind: str, step: str, action: str | None = None, **members: Any) -> dict[str, Any]:
    """An event of 10 February 2025."""
    told: dict[str, Any] = {
        "type": kind,
        "eventTime": "2025-02-10T08:30:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
    }
    if action:
        told["action"] = action
    return told | members


def quantity(maker: str, lot: str, kg: str, uom: str = "KGM") -> dict[str, Any]:
    """So much of a lot."""
    return {"epcClass": BASE + lot_path(maker, lot), "quantity": float(Decimal(kg)), "uom": uom}


def mined(uscc: str, lot: str, kg: str = "1000", **members: Any) -> dict[str, Any]:
    """Ore that was mined and dressed."""
    own = {"reo:product": "ORE-MIX", "reo:reoPercent": "60"}
    told = event("ObjectEvent", "commissioning", "ADD", quantityList=[quantity(uscc, lot, kg)])
    return {**told, **own, **members}


def shipped(seller: str, buyer: str, *lots: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Lots that went to a buyer under one invoice."""
    owner = {"type": "owning_party"}
    told = {
        "quantityList": list(lots),
        "sourceList": [owner | {"source": BASE + party_path(seller)}],
        "destinationList": [owner | {"destination": BASE + party_path(buyer)}],
        "bizTransactionList": [
            {"type": "inv", "bizTransaction": BASE + document_path(seller, "INV 7/1")}
        ],
    }
    return {**event("ObjectEvent", "shipping", "OBSERVE"), **told, **members}


def erroneous(told: dict[str, Any], reason: str = "did_not_occur") -> dict[str, Any]:
    """The same event, declared erroneous."""
    return told | {
        "errorDeclaration": {"declarationTime": "2025-03-05T12:00:00+08:00", "reason": reason}
    }
