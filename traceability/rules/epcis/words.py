"""The words of EPCIS 2.0 and its vocabulary (CBV) that both directions share.

Lots, enterprises and documents go by addresses in the manner of GS1 Digital Link: what stands in
the place of a company's prefix is the unified social credit code, which GS1 does not give out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import quote, unquote
from uuid import UUID

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
SCHEMA_VERSION = "2.0"
# What the standard has no word for is said under this name, whatever prefix stands for it.
OWN_NAMES = "/traceability/epcis/"
OWN = "reo:"
KILOGRAM = "KGM"
IN_RUNS = ("input", "output")
ACTIONS = ("OBSERVE", "ADD", "DELETE")
STANDARD_TYPES = (
    *("ObjectEvent", "AggregationEvent", "AssociationEvent"),
    *("TransactionEvent", "TransformationEvent"),
)


class Words(NamedTuple):
    """How a kind of record is said: type of event, action, business step, disposition."""

    type: str
    action: str
    step: str
    disposition: str


WORDS = {
    "extraction": Words("ObjectEvent", "ADD", "commissioning", "active"),
    "import": Words("ObjectEvent", "ADD", "arriving", "active"),
    "recycled": Words("ObjectEvent", "ADD", "commissioning", "active"),
    "export": Words("ObjectEvent", "OBSERVE", "departing", "in_transit"),
    "loss": Words("ObjectEvent", "DELETE", "destroying", "destroyed"),
    "stock": Words("ObjectEvent", "OBSERVE", "cycle_counting", "active"),
    "sale": Words("TransactionEvent", "ADD", "shipping", "in_transit"),
    "purchase": Words("TransactionEvent", "ADD", "receiving", "in_progress"),
}
RUN_WORDS = Words("TransformationEvent", "", "commissioning", "in_progress")
# Other ways to say a kind: type and step, and the actions that go with them.
ALSO_READ = {
    ("ObjectEvent", "shipping"): ("sale", ("OBSERVE", "DELETE")),
    ("ObjectEvent", "receiving"): ("purchase", ("OBSERVE", "ADD")),
    ("ObjectEvent", "decommissioning"): ("loss", ("DELETE",)),
    ("ObjectEvent", "stock_taking"): ("stock", ("OBSERVE",)),
    ("TransactionEvent", "shipping"): ("sale", ("ADD", "OBSERVE")),
    ("TransactionEvent", "receiving"): ("purchase", ("ADD", "OBSERVE")),
}
_CBV = re.compile(
    r"(?:https?://.*/(?:BizStep|Disp|SDT|BTT|ER)-|urn:epcglobal:cbv:\w+:|cbv:\w+-)(.+)"
)
_LOT = re.compile(r".*/8010/([^/]+)/10/([^/]+)")
_PARTY = re.compile(r".*/417/([^/]+)")
_DOCUMENT = re.compile(r".*/253/([^/]+)")
_RUN = re.compile(r".*/run/([^/]+)")
_LAST = re.compile(r".*[/:]([^/:]+)")
# What no text on record holds.
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_ADDRESS = re.compile(r"""[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>"{}|\\^`]+""")
_UUID = re.compile(
    r"urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"
)


def without_control(text: str) -> str:
    """A text that can be kept, whatever was sent."""
    return _CONTROL.sub("?", text)


def has_control(text: str) -> bool:
    """Whether it holds what no text on record does."""
    return bool(_CONTROL.search(text))


def is_address(text: str) -> bool:
    """Whether it is a URI in form; its letters may be those of any script."""
    return text.isprintable() and bool(_ADDRESS.fullmatch(text))


def kinds_meant(kind: str, step: str) -> dict[str, set[str]]:
    """The kinds of record that an event of this type and step may be, each with its actions."""
    meant = {
        one: {words.action}
        for one, words in WORDS.items()
        if (words.type, words.step) == (kind, step)
    }
    if (kind, step) in ALSO_READ:
        one, also = ALSO_READ[kind, step]
        meant.setdefault(one, set()).update(also)
    return meant


def cbv(word: str) -> str:
    """A word of the vocabulary as JSON-LD says it, however it was written."""
    match = _CBV.fullmatch(word)
    return match[1] if match else word


def lot_path(maker: str, number: str) -> str:
    """The part of a lot's address that tells it: whose, and its number."""
    return f"/traceability/8010/{quote(maker)}/10/{quote(number, safe='')}"


def lot_named(address: str) -> tuple[str, str] | None:
    """Whose lot an address tells, and its number."""
    match = _LOT.fullmatch(address)
    if match is None or has_control(unquote(address)):
        return None
    return unquote(match[1]), unquote(match[2])


def party_path(uscc: str) -> str:
    """The part of an enterprise's address that tells it."""
    return f"/traceability/417/{quote(uscc)}"


def party_named(address: str) -> str | None:
    """The unified social credit code that an address tells."""
    match = _PARTY.fullmatch(address)
    return unquote(match[1]) if match and not has_control(unquote(address)) else None


def document_path(uscc: str, number: str) -> str:
    """The part of a document's address that tells it."""
    return f"{party_path(uscc)}/253/{quote(number, safe='')}"


def document_named(address: str) -> str:
    """The number of a document; of an address in another manner the last part."""
    match = _DOCUMENT.fullmatch(address) or _LAST.fullmatch(address)
    return unquote(match[1]) if match else address


def run_path(uscc: str, run: str) -> str:
    """The part of a run's address that tells it."""
    return f"{party_path(uscc)}/run/{quote(run, safe='')}"


def run_named(address: str) -> str:
    """The number of a run; of an address in another manner the last part."""
    match = _RUN.fullmatch(address) or _LAST.fullmatch(address)
    return unquote(match[1]) if match else address


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event of the portal's own stands: in a filing, at a line, of a run or alone."""

    filing_id: int
    line: int
    proof: int


def event_id(*, uscc: str, filing_id: int, line: int, submitted_at: datetime) -> str:
    """The id of the event of a record, or of a run by its lowest line; the same always.

    A UUID of version 8 that holds where the record stands and proves that it is this portal's, so
    that it is found again without an index.
    """
    proof = _proof(uscc, filing_id, line, submitted_at)
    number = (filing_id << 82) | (line << 52) | proof  # 40, 30 and 52 bits
    high, middle, low = number >> 74, (number >> 62) & 0xFFF, number & (1 << 62) - 1
    return f"urn:uuid:{UUID(int=(high << 80) | (0x8 << 76) | (middle << 64) | (0b10 << 62) | low)}"


def place_of(named: str) -> Place | None:
    """Where the event of this id would stand; None for ids that others made."""
    match = _UUID.fullmatch(named)
    if match is None:
        return None
    whole = UUID(match[1]).int
    number = ((whole >> 80) << 74) | (((whole >> 64) & 0xFFF) << 62) | (whole & (1 << 62) - 1)
    return Place(number >> 82, (number >> 52) & (1 << 30) - 1, number & (1 << 52) - 1)


def proves(place: Place, *, uscc: str, submitted_at: datetime) -> bool:
    """Whether an id was made by this portal for this filing."""
    return place.proof == _proof(uscc, place.filing_id, place.line, submitted_at)


def _proof(uscc: str, filing_id: int, line: int, submitted_at: datetime) -> int:
    told = f"{uscc} {filing_id} {line} {submitted_at.timestamp():.6f}"
    return int.from_bytes(sha256(told.encode()).digest()[:8]) >> 12


def known_types() -> Iterator[str]:
    """The types of events that the portal tells, each once."""
    yield from dict.fromkeys(words.type for words in (*WORDS.values(), RUN_WORDS))


def known_steps() -> Iterator[str]:
    """The business steps of events that the portal tells, each once."""
    yield from dict.fromkeys(words.step for words in (*WORDS.values(), RUN_WORDS))


def known_dispositions() -> Iterator[str]:
    """The dispositions of events that the portal tells, each once."""
    yield from dict.fromkeys(words.disposition for words in (*WORDS.values(), RUN_WORDS))
