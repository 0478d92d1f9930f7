"""Documents of EPCIS 2.0 as they are sent: the list of events in them, and what its names mean."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.kernel.period import Month
from traceability.rules.epcis.faults import DocumentUnfit, TooManyEvents
from traceability.rules.epcis.words import KILOGRAM, OWN, OWN_NAMES, without_control
from traceability.rules.intake import COLUMNS

MOST_EVENTS = 20_000
LONGEST_ID = 200
_KILOGRAMS = {KILOGRAM: Decimal(1), "TNE": Decimal(1000)}
_LISTS = {
    "EPCISDocument": ("eventList",),
    "EPCISQueryDocument": ("queryResults", "resultsBody", "eventList"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """The events of a document, and where in it they stand.

    `prefix` stands for the portal's own words; where none does, OWN itself may be `undefined`.
    """

    events: Sequence[Any]
    pointer: str
    prefix: str
    undefined: bool = False

    def event_id(self, place: int) -> str:
        """The id that an event was sent with; empty without one."""
        event = self.events[place]
        named = event.get("eventID") if isinstance(event, dict) else None
        return without_control(named[:LONGEST_ID]) if isinstance(named, str) else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One record to be: its cells by column, and where in the event each of them stands."""

    cells: Mapping[str, str]
    pointers: Mapping[str, str]

    def texts(self) -> list[str | None]:
        """The cells in the order of the columns."""
        return [self.cells.get(column) for column in COLUMNS]

    def pointer(self, column: str) -> str:
        """Where a column stands, or should."""
        return self.pointers.get(column, self.pointers[""])


@dataclass(frozen=True, slots=True)
class EventRead:
    """One event without a fault of its own. `reason`: why it is declared erroneous, if it is."""

    place: int
    event_id: str
    digest: str
    month: Month
    rows: Sequence[Row]
    reason: str | None


def events_sent(content: bytes) -> Sent:
    """The events of a document; numbers stay the text that was sent, as a mass is no fraction.

    Raises DocumentUnfit (400) and TooManyEvents (413).
    """
    try:
        told = json.loads(content, parse_int=str, parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise DocumentUnfit(_("This is no JSON: %(error)s"), error=str(error)[:200]) from error
    kind = told.get("type") if isinstance(told, dict) else None
    if not isinstance(kind, str) or kind not in _LISTS:
        raise DocumentUnfit(_("Send an EPCISDocument or an EPCISQueryDocument."), field="type")
    if not str(told.get("schemaVersion", "")).startswith("2."):
        raise DocumentUnfit(_("Version 2.0 of EPCIS is understood here."), field="schemaVersion")
    if not told.get("@context"):
        raise DocumentUnfit(_("Say by @context what the names mean."), field="@context")
    found, path = told.get("epcisBody"), ["", "epcisBody"]
    for name in _LISTS[kind]:
        found = found.get(name) if isinstance(found, dict) else None
        path.append(name)
    pointer = "/".join(path)
    if not isinstance(found, list):
        raise DocumentUnfit(_("There is no list of events."), field=pointer[1:])
    if len(found) > MOST_EVENTS:
        raise TooManyEvents(_("Send at most %(most)s events at once."), most=f"{MOST_EVENTS:,}")
    prefixes = _prefixes(told["@context"])
    prefix = next((name for name, meant in prefixes.items() if meant.endswith(OWN_NAMES)), "")
    return Sent(found, pointer, prefix, undefined=not prefix and OWN not in prefixes)


def _no_number(text: str) -> Any:
    raise ValueError(text)


def _prefixes(context: Any) -> dict[str, str]:
    """What each prefix of a document stands for."""
    return {
        f"{prefix}:": meant
        for names in (context if isinstance(context, list) else [context])
        for prefix, meant in (names.items() if isinstance(names, dict) else ())
        if isinstance(meant, str)
    }


def own_named(told: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The members by their names, the portal's own words under the portal's own prefix."""
    members: dict[str, Any] = {}
    for name, value in told.items():
        if prefix and name.startswith(prefix):
            members[OWN + name.removeprefix(prefix)] = value
        elif not name.startswith(OWN):
            members[name] = value
    return members


def kilograms_of(text: str, unit: str) -> str | None:
    """A mass in kilograms; None in what is no unit of mass.

    What is no number, or beyond measure, stays as it is: the checks refuse it as any other text.
    """
    if unit not in _KILOGRAMS:
        return None
    try:
        mass = Decimal(text) * _KILOGRAMS[unit]
        return f"{mass.normalize():f}" if -20 < mass.adjusted() < 20 else text
    except ArithmeticError:
        return text


def digest_of(event: Mapping[str, Any]) -> str:
    """Of what an event says: its time of record and what is declared of it are said about it."""
    said = {
        name: value
        for name, value in event.items()
        if name not in ("recordTime", "errorDeclaration", "@context")
    }
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
