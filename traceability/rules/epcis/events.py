"""Filed records as events of EPCIS 2.0, in JSON-LD."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from traceability.rules.epcis.words import (
    CONTEXT,
    IN_RUNS,
    KILOGRAM,
    OWN,
    OWN_NAMES,
    RUN_WORDS,
    SCHEMA_VERSION,
    WORDS,
    document_path,
    event_id,
    lot_path,
    party_path,
    run_path,
)

OFFSET = "+08:00"
# Own words for the parts of a run, by the kind of record that each is.
PARTS = {"input": f"{OWN}inputs", "output": f"{OWN}outputs"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record with what an event needs; `replaced_at`: a later version has taken its place.

    `product` and `reo_percent` are what the record states, `lot_product` and `lot_percent` what
    its lot is. `event_id` is that of the event that it was captured from, of which `event_lines`
    records still stand as they were sent. `corrected_by`: the event of the record that the later
    version has in its place; empty when it has none.
    """

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
    assay: str
    note: str
    lot_product: str
    lot_percent: Decimal | None
    submitted_at: datetime
    replaced_at: datetime | None
    event_id: str = ""
    event_lines: int = 0
    corrected_by: str = ""


def document_of(records: Iterable[Recorded], *, base: str, at: datetime) -> dict[str, Any]:
    """An EPCIS document with the events of `records`; `base`: where the portal answers."""
    body = {"eventList": list(events_of(records, base=base))}
    return _document("EPCISDocument", body, base=base, at=at)


def answer_of(events: Sequence[Mapping[str, Any]], *, base: str, at: datetime) -> dict[str, Any]:
    """What a query is answered with: the events of one page."""
    results = {"queryName": "SimpleEventQuery", "resultsBody": {"eventList": list(events)}}
    return _document("EPCISQueryDocument", {"queryResults": results}, base=base, at=at)


def context_of(base: str) -> list[Any]:
    """What the names in an answer mean."""
    return [CONTEXT, {OWN.rstrip(":"): f"{base}{OWN_NAMES}"}]


def _document(kind: str, body: dict[str, Any], *, base: str, at: datetime) -> dict[str, Any]:
    return {
        "@context": context_of(base),
        "type": kind,
        "schemaVersion": SCHEMA_VERSION,
        "creationDate": at.isoformat(timespec="seconds"),
        "epcisBody": body,
    }


def events_of(records: Iterable[Recorded], *, base: str) -> Iterator[dict[str, Any]]:
    """One event for each record; what goes into a run and comes out in a filing is one event.

    In the order of filings and lines, a run's at its lowest line.
    """
    ordered = sorted(records, key=lambda one: (one.filing_id, one.line))
    groups: dict[tuple[int, str, int], list[Recorded]] = {}
    for one in ordered:
        alone = (one.filing_id, "", one.line)
        key = (one.filing_id, one.run, 0) if one.kind in IN_RUNS else alone
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        yield _transformation(group, base) if group[0].kind in IN_RUNS else _event(group[0], base)


def _event(one: Recorded, base: str) -> dict[str, Any]:
    words = WORDS[one.kind]
    event = _common([one], words.type, base) | {
        "action": words.action,
        "bizStep": words.step,
        "disposition": words.disposition,
        "quantityList": [_quantity(one, base)],
    }
    own = _own_words(one, {f"{OWN}recordKind": one.kind, f"{OWN}run": one.run})
    seller, buyer = one.uscc, one.counterparty
    if one.kind == "purchase":
        seller, buyer = buyer, seller
    if one.document:  # of a shipment the seller's, whichever side tells it
        transaction = base + document_path(seller, one.document)
        kind = {"type": "inv"} if words.type == "TransactionEvent" else {}
        event["bizTransactionList"] = [kind | {"bizTransaction": transaction}]
    if words.type == "TransactionEvent":
        owner = {"type": "owning_party"}
        event["sourceList"] = [owner | {"source": base + party_path(seller)}]
        event["destinationList"] = [owner | {"destination": base + party_path(buyer)}]
    elif one.counterparty:
        own[f"{OWN}counterparty"] = one.counterparty
    return event | own


def _transformation(of_run: Sequence[Recorded], base: str) -> dict[str, Any]:
    first = of_run[0]
    event = _common(of_run, RUN_WORDS.type, base) | {
        "transformationID": base + run_path(first.uscc, first.run),
        "bizStep": RUN_WORDS.step,
        "disposition": RUN_WORDS.disposition,
    }
    began = min(one.on for one in of_run)
    for kind, name in (("input", "inputQuantityList"), ("output", "outputQuantityList")):
        listed = [one for one in of_run if one.kind == kind]
        if listed:
            event[name] = [_quantity(one, base) for one in listed]
            event[PARTS[kind]] = [_part(one, began) for one in listed]
    return event


def _part(one: Recorded, began: date) -> dict[str, Any]:
    """What is said of one quantity of a run."""
    besides = {
        f"{OWN}date": "" if one.on == began else one.on.isoformat(),
        f"{OWN}document": one.document,
        f"{OWN}counterparty": one.counterparty,
    }
    return _own_words(one, besides)


def _common(records: Sequence[Recorded], kind: str, base: str) -> dict[str, Any]:
    one = records[0]
    began = min(each.on for each in records)
    event: dict[str, Any] = {
        "type": kind,
        "eventID": _id(records),
        "eventTime": f"{began.isoformat()}T00:00:00{OFFSET}",
        "eventTimeZoneOffset": OFFSET,
        "recordTime": (one.replaced_at or one.submitted_at).isoformat(timespec="microseconds"),
        "readPoint": {"id": base + party_path(one.uscc)},
    }
    if one.replaced_at:
        event["errorDeclaration"] = _declared(one, one.replaced_at)
    return event


def _declared(one: Recorded, at: datetime) -> dict[str, Any]:
    """That an event is erroneous since `at`, and which one stands in its place."""
    declared: dict[str, Any] = {
        "declarationTime": at.isoformat(timespec="microseconds"),
        "reason": "incorrect_data" if one.corrected_by else "did_not_occur",
    }
    if one.corrected_by:
        declared["correctiveEventIDs"] = [one.corrected_by]
    return declared


def _id(records: Sequence[Recorded]) -> str:
    """That of the event that they and no others were captured from, else one of the portal's."""
    one = records[0]
    captured = {each.event_id for each in records}
    if one.event_id and len(captured) == 1 and one.event_lines == len(records):
        return one.event_id
    return event_id(
        uscc=one.uscc, filing_id=one.filing_id, line=one.line, submitted_at=one.submitted_at
    )


def _own_words(one: Recorded, besides: dict[str, str]) -> dict[str, Any]:
    """What the standard has no word for."""
    words = besides | {
        f"{OWN}product": one.product,
        f"{OWN}reoPercent": _plain(one.reo_percent),
        f"{OWN}lotProduct": "" if one.product else one.lot_product,
        f"{OWN}lotReoPercent": "" if one.reo_percent is not None else _plain(one.lot_percent),
        f"{OWN}country": one.country,
        f"{OWN}assay": one.assay,
        f"{OWN}note": one.note,
    }
    return {name: word for name, word in words.items() if word}


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _quantity(one: Recorded, base: str) -> dict[str, Any]:
    return {
        "epcClass": base + lot_path(one.lot_maker, one.lot),
        "quantity": float(one.gross_kg),
        "uom": KILOGRAM,
    }
