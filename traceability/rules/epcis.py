"""Filed records as events of GS1 EPCIS 2.0, in JSON-LD, in the words of its vocabulary (CBV).

Lots, enterprises and documents go by addresses in the manner of GS1 Digital Link: what stands in
the place of a company's prefix is the unified social credit code, which GS1 does not give out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SCHEMA_VERSION = "2.0"
OFFSET = "+08:00"
KILOGRAM = "KGM"
# The space of names in which the ids of events are made; the same record has the same id always.
_NAMES = UUID("6f0d5b1e-6a8e-5d0c-9f0b-2a1f3c5d7e91")
# For each kind: type of event, action, business step, disposition.
_WORDS = {
    "extraction": ("ObjectEvent", "ADD", "commissioning", "active"),
    "import": ("ObjectEvent", "ADD", "arriving", "active"),
    "recycled": ("ObjectEvent", "ADD", "commissioning", "active"),
    "export": ("ObjectEvent", "OBSERVE", "departing", "in_transit"),
    "loss": ("ObjectEvent", "DELETE", "destroying", "destroyed"),
    "stock": ("ObjectEvent", "OBSERVE", "cycle_counting", "active"),
    "sale": ("TransactionEvent", "ADD", "shipping", "in_transit"),
    "purchase": ("TransactionEvent", "ADD", "receiving", "in_progress"),
}
_IN_RUNS = ("input", "output")


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record with what an event needs; `replaced_at`: a later version has taken its place."""

    filing_id: int
    line: int
    kind: str
    on: date
    uscc: str
    lot: str
    lot_maker: str
    product: str
    gross_kg: Decimal
    reo_percent: Decimal | None
    run: str
    counterparty: str
    document: str
    country: str
    submitted_at: datetime
    replaced_at: datetime | None


def lot_path(maker: str, number: str) -> str:
    """The part of a lot's address that tells it: whose, and its number."""
    return f"/traceability/8010/{quote(maker)}/10/{quote(number, safe='')}"


def document_of(records: Iterable[Recorded], *, base: str, at: datetime) -> dict[str, Any]:
    """An EPCIS document with the events of `records`; `base`: where the portal answers."""
    return {
        "@context": [CONTEXT, {"reo": f"{base}/traceability/epcis/"}],
        "type": "EPCISDocument",
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": at.isoformat(timespec="seconds"),
        "epcisBody": {"eventList": list(events_of(records, base=base))},
    }


def events_of(records: Iterable[Recorded], *, base: str) -> Iterator[dict[str, Any]]:
    """One event for each record; what goes into a run and comes out in a filing is one event."""
    ordered = sorted(records, key=lambda one: (one.filing_id, one.line))
    for one in ordered:
        if one.kind not in _IN_RUNS:
            yield _event(one, base)
    in_runs = [one for one in ordered if one.kind in _IN_RUNS]
    in_runs.sort(key=lambda one: (one.filing_id, one.run, one.line))
    for _key, of_run in groupby(in_runs, key=lambda one: (one.filing_id, one.run)):
        yield _transformation(list(of_run), base)


def _event(one: Recorded, base: str) -> dict[str, Any]:
    kind, action, step, disposition = _WORDS[one.kind]
    event = _common(one, kind, base) | {
        "action": action,
        "bizStep": step,
        "disposition": disposition,
        "quantityList": [_quantity(one, base)],
    }
    if one.document:
        event["bizTransactionList"] = [_document(one, base)]
    if one.kind in ("sale", "purchase"):
        seller, buyer = one.uscc, one.counterparty
        if one.kind == "purchase":
            seller, buyer = buyer, seller
        owner = {"type": "owning_party"}
        event["sourceList"] = [owner | {"source": _party(seller, base)}]
        event["destinationList"] = [owner | {"destination": _party(buyer, base)}]
    return event | _own_words(one)


def _transformation(of_run: Sequence[Recorded], base: str) -> dict[str, Any]:
    first = min(of_run, key=lambda one: one.on)
    event = _common(first, "TransformationEvent", base) | {
        "eventID": _event_id(first, f"run {first.run}"),
        "transformationID": f"{_party(first.uscc, base)}/run/{quote(first.run, safe='')}",
        "bizStep": "commissioning",
        "disposition": "in_progress",
    }
    for kind, name in (("input", "inputQuantityList"), ("output", "outputQuantityList")):
        if listed := [_quantity(one, base) for one in of_run if one.kind == kind]:
            event[name] = listed
    return event


def _common(one: Recorded, kind: str, base: str) -> dict[str, Any]:
    event: dict[str, Any] = {
        "type": kind,
        "eventID": _event_id(one, str(one.line)),
        "eventTime": f"{one.on.isoformat()}T00:00:00{OFFSET}",
        "eventTimeZoneOffset": OFFSET,
        "recordTime": one.submitted_at.isoformat(timespec="seconds"),
        "readPoint": {"id": _party(one.uscc, base)},
    }
    if one.replaced_at:
        event["errorDeclaration"] = {
            "declarationTime": one.replaced_at.isoformat(timespec="seconds"),
            "reason": "incorrect_data",
        }
    return event


def _own_words(one: Recorded) -> dict[str, Any]:
    """What the standard has no word for."""
    words = {
        "reo:recordKind": one.kind,
        "reo:product": one.product,
        "reo:reoPercent": None if one.reo_percent is None else f"{one.reo_percent.normalize():f}",
        "reo:country": one.country,
    }
    return {name: word for name, word in words.items() if word}


def _quantity(one: Recorded, base: str) -> dict[str, Any]:
    return {
        "epcClass": base + lot_path(one.lot_maker, one.lot),
        "quantity": float(one.gross_kg),
        "uom": KILOGRAM,
    }


def _document(one: Recorded, base: str) -> dict[str, str]:
    transaction = f"{_party(one.uscc, base)}/253/{quote(one.document, safe='')}"
    kind = {"type": "inv"} if one.kind in ("sale", "purchase") else {}
    return kind | {"bizTransaction": transaction}


def _party(uscc: str, base: str) -> str:
    return f"{base}/traceability/417/{quote(uscc)}"


def _event_id(one: Recorded, part: str) -> str:
    return f"urn:uuid:{uuid5(_NAMES, f'{one.uscc} {one.filing_id} {part}')}"
