"""Events of EPCIS 2.0 as rows of filings: the inverse of `events`."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from portal.kernel.period import Month, civil_day
from traceability.rules.epcis.document import (
    LONGEST_ID,
    EventRead,
    Row,
    Sent,
    digest_of,
    kilograms_of,
    own_named,
)
from traceability.rules.epcis.events import PARTS
from traceability.rules.epcis.faults import EventFault
from traceability.rules.epcis.members import Members
from traceability.rules.epcis.words import (
    OWN,
    RUN_WORDS,
    WORDS,
    cbv,
    document_named,
    is_address,
    kinds_meant,
    lot_named,
    party_named,
    run_named,
)

_TYPES = {*(words.type for words in WORDS.values()), RUN_WORDS.type}
_SERIALS = ("epcList", "inputEPCList", "outputEPCList", "parentID", "childEPCs")
# Own words of an event that are columns of a record.
_OWN_COLUMNS = {
    f"{OWN}product": "product",
    f"{OWN}reoPercent": "reo_percent",
    f"{OWN}run": "run",
    f"{OWN}counterparty": "counterparty",
    f"{OWN}document": "document",
    f"{OWN}country": "country",
    f"{OWN}assay": "assay",
    f"{OWN}note": "note",
    f"{OWN}date": "date",
}
# Where a record states its two parties: the list, the member, and whether it is the other side.
_SIDES = {
    "sale": (("sourceList", "source", False), ("destinationList", "destination", True)),
    "purchase": (("sourceList", "source", True), ("destinationList", "destination", False)),
}


def read_events(sent: Sent, *, own: str, job: UUID) -> tuple[list[EventRead], list[EventFault]]:
    """What each event says, and every fault of those that can't be read.

    `own`: the code of the enterprise that sent them. An event without an id gets one, which is the
    same when the job is taken up again.
    """
    events: list[EventRead] = []
    faults: list[EventFault] = []
    for place, told in enumerate(sent.events):
        reader = _Reader(place, own, sent)
        event = reader.read(told, job)
        if event is None or reader.faults:
            faults += reader.faults
        else:
            events.append(event)
    return events, faults


class _Reader(Members):
    """Reads one event and gathers what is wrong with it."""

    def __init__(self, place: int, own: str, sent: Sent) -> None:
        super().__init__(place, sent)
        self.own = own

    def read(self, told: Any, job: UUID) -> EventRead | None:
        if not isinstance(told, dict):
            self.fault("", "object_needed")
            return None
        for name in told:
            if self.sent.undefined and name.startswith(OWN):
                self.fault(f"/{name}", "prefix_undefined", name)
        event = own_named(told, self.sent.prefix)
        kind = self._kind(event)
        day = self._day(event)
        named = self._id(event, job)
        self._read_point(event)
        reason = self._reason(event)
        if kind is None or day is None or self.faults:
            return None
        rows = list(self._run_rows(event, day) if kind == "" else self._rows(event, kind, day))
        if not rows:
            self.fault("", "lots_missing")
        month = Month.of(day)
        return EventRead(self.place, named, digest_of(told), month, rows, reason)

    def _kind(self, event: Mapping[str, Any]) -> str | None:
        """The kind of record that is meant; empty for a run, None when there is none."""
        kind, step = self.text(event, "type"), cbv(self.text(event, "bizStep"))
        if kind not in _TYPES:
            self.fault("/type", "type_unknown", kind)
            return None
        if kind == RUN_WORDS.type:
            return ""
        actions = kinds_meant(kind, step)
        if not actions:
            self.fault("/bizStep", "step_unknown", f"{kind} {step}".strip())
            return None
        meant = self.text(event, f"{OWN}recordKind") or next(iter(actions))
        if meant not in actions:
            self.fault(f"/{OWN}recordKind", "kind_differs", meant)
            return None
        action = self.text(event, "action")
        if action not in actions[meant]:
            self.fault("/action", "action_unfit", action)
            return None
        return meant

    def _day(self, event: Mapping[str, Any]) -> date | None:
        """The day in China of the event."""
        text = self.text(event, "eventTime")
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None:
                raise ValueError(text)
            day = civil_day(at.astimezone(UTC))
            Month.of(day)  # no month lies before 1900
            return day
        except (ValueError, OverflowError):
            self.fault("/eventTime", "time_form", text)
            return None

    def _id(self, event: Mapping[str, Any], job: UUID) -> str:
        named = self.text(event, "eventID")
        if not named:
            return f"urn:uuid:{uuid5(job, str(self.place))}"
        if len(named) > LONGEST_ID or not is_address(named):
            self.fault("/eventID", "id_form")
        return named

    def _read_point(self, event: Mapping[str, Any]) -> None:
        """What was seen at another enterprise is not this one's to record."""
        point = event.get("readPoint")
        if point is None:
            return
        if not isinstance(point, dict):
            self.fault("/readPoint", "object_needed")
        elif (at := party_named(self.text(point, "id", "/readPoint"))) not in (None, self.own):
            self.fault("/readPoint/id", "party_other", at)

    def _reason(self, event: Mapping[str, Any]) -> str | None:
        """Why the event is declared erroneous; None when it is not."""
        told = event.get("errorDeclaration")
        if told is None:
            return None
        if not isinstance(told, dict):
            self.fault("/errorDeclaration", "object_needed")
            return None
        return cbv(self.text(told, "reason", "/errorDeclaration")) or "incorrect_data"

    def _rows(self, event: Mapping[str, Any], kind: str, day: date) -> Iterator[Row]:
        """A record for each quantity."""
        self._no_serials(event)
        shared, pointers = {"kind": kind, "date": day.isoformat()}, {"date": "/eventTime", "": ""}
        self._own_words(event, "", shared, pointers)
        self._of_lots(event, shared, pointers)
        self._document(event, shared, pointers)
        if kind in _SIDES:
            self._parties(event, kind, shared, pointers)
        for pointer, quantity in self.objects(event, "quantityList"):
            yield self._row(quantity, pointer, shared, pointers)

    def _run_rows(self, event: Mapping[str, Any], day: date) -> Iterator[Row]:
        """A record for each quantity that went into a run or came out."""
        self._no_serials(event)
        shared, pointers = {"date": day.isoformat()}, {"date": "/eventTime", "": ""}
        self._own_words(event, "", shared, pointers)
        self._document(event, shared, pointers)
        if named := self.text(event, "transformationID"):
            shared["run"] = run_named(named)
        pointers["run"] = "/transformationID"
        for kind, name in (("input", "inputQuantityList"), ("output", "outputQuantityList")):
            parts = dict(self.objects(event, PARTS[kind]))
            for place, (pointer, quantity) in enumerate(self.objects(event, name)):
                cells, places = shared | {"kind": kind}, dict(pointers)
                if kind == "output":
                    self._of_lots(event, cells, places)
                at = f"/{PARTS[kind]}/{place}"
                self._own_words(own_named(parts.get(at, {}), self.sent.prefix), at, cells, places)
                yield self._row(quantity, pointer, cells, places)

    def _row(
        self,
        quantity: Mapping[str, Any],
        pointer: str,
        shared: Mapping[str, str],
        pointers: Mapping[str, str],
    ) -> Row:
        """A record of this quantity of a lot."""
        cells = dict(shared)
        address = self.text(quantity, "epcClass", pointer)
        if lot := lot_named(address):
            maker, cells["lot"] = lot
            if maker != self.own:
                cells["lot_maker"] = maker
        else:
            self.fault(f"{pointer}/epcClass", "lot_address", address)
        cells["gross_kg"] = self._kilograms(quantity, pointer)
        at_lot = dict.fromkeys(("lot", "lot_maker"), f"{pointer}/epcClass")
        places = {**pointers, **at_lot, "gross_kg": f"{pointer}/quantity"}
        return Row(cells, {column: self.as_sent(at) for column, at in places.items()})

    def _kilograms(self, quantity: Mapping[str, Any], pointer: str) -> str:
        text, unit = self.text(quantity, "quantity", pointer), self.text(quantity, "uom", pointer)
        mass = kilograms_of(text, unit)
        if mass is None:
            self.fault(f"{pointer}/uom", "unit_unknown", unit)
        return text if mass is None else mass

    def _no_serials(self, event: Mapping[str, Any]) -> None:
        for name in _SERIALS:
            if event.get(name):
                self.fault(f"/{name}", "serials")

    def _own_words(
        self, told: Mapping[str, Any], at: str, cells: dict[str, str], pointers: dict[str, str]
    ) -> None:
        for name, column in _OWN_COLUMNS.items():
            if text := self.text(told, name, at):
                cells[column] = text
            if text or column not in pointers:
                pointers[column] = f"{at}/{name}"

    def _of_lots(
        self, event: Mapping[str, Any], cells: dict[str, str], pointers: dict[str, str]
    ) -> None:
        """What the event says of the lots that it brings into being."""
        told = event.get("ilmd")
        if isinstance(told, dict):
            self._own_words(own_named(told, self.sent.prefix), "/ilmd", cells, pointers)
        elif told is not None:
            self.fault("/ilmd", "object_needed")

    def _document(
        self, event: Mapping[str, Any], cells: dict[str, str], pointers: dict[str, str]
    ) -> None:
        """The number of the invoice where there is one, else of the first document."""
        found = list(self.objects(event, "bizTransactionList"))
        pointers["document"] = "/bizTransactionList"
        for pointer, each in sorted(found, key=lambda one: cbv(str(one[1].get("type"))) != "inv"):
            cells["document"] = document_named(self.text(each, "bizTransaction", pointer))
            pointers["document"] = f"{pointer}/bizTransaction"
            return

    def _parties(
        self, event: Mapping[str, Any], kind: str, cells: dict[str, str], pointers: dict[str, str]
    ) -> None:
        """The other side of a shipment; the own side is the enterprise that sent the event."""
        for name, member, other in _SIDES[kind]:
            if other:
                pointers["counterparty"] = f"/{name}"
            for pointer, each in self.objects(event, name):
                if cbv(self.text(each, "type", pointer)) != "owning_party":
                    continue
                address = self.text(each, member, pointer)
                party = party_named(address)
                if party is None:
                    self.fault(f"{pointer}/{member}", "party_address", address)
                elif other:
                    cells["counterparty"] = party
                    pointers["counterparty"] = f"{pointer}/{member}"
                elif party != self.own:
                    self.fault(f"{pointer}/{member}", "party_other", party)
