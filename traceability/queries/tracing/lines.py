"""The lines of a trace in words, for tables and files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from portal.kernel.quantity import shares
from traceability.queries.tracing.drawn import Names
from traceability.queries.tracing.lots import counts_of
from traceability.queries.tracing.trace import Trace
from traceability.queries.tracing.walk import LotFacts
from traceability.rules.tracing.ends import EndKind

# To so many places of a percent parts are told beside their masses, in sums, and in files.
PLACES, PLACES_OF_SUMS, PLACES_IN_FILES = 3, 2, 6


@dataclass(frozen=True, slots=True)
class LineShown:
    """One end of a trace with its names; `counted_kg` gross, where a held lot was counted.

    The parts of a trace add up to one.
    """

    kind: EndKind
    lot: LotFacts | None
    enterprise: str
    enterprise_id: int | None
    partner: str
    partner_id: int | None
    run: str
    country: str
    kg: Decimal
    part: Decimal
    counted_kg: Decimal | None = None
    counted_on: date | None = None

    @property
    def label(self) -> Promise:
        """What the line says."""
        return self.kind.label


def lines_shown(trace: Trace, names: Names, known_at: datetime) -> list[LineShown]:
    """The lines of a trace, largest first, to read; counts as known at the same moment."""
    held = {line.lot_id for line in trace.lines if line.kind == EndKind.HELD and line.lot_id}
    counted = counts_of(held, known_at=known_at)
    parts = shares([line.kg for line in trace.lines], places=PLACES)
    shown = []
    for line, part in zip(trace.lines, parts, strict=True):
        count = counted.get((line.enterprise_id or 0, line.lot_id or 0))
        on, counted_kg = count if count and line.kind == EndKind.HELD else (None, None)
        lot = trace.lots.get(line.lot_id) if line.lot_id else None
        shown.append(
            LineShown(
                kind=line.kind,
                lot=lot,
                enterprise=names.of(line.enterprise_id),
                enterprise_id=line.enterprise_id,
                partner=names.of(line.partner_id),
                partner_id=line.partner_id,
                run=line.run,
                country=line.country,
                kg=line.kg,
                part=part,
                counted_kg=counted_kg,
                counted_on=on,
            )
        )
    return shown


@dataclass(frozen=True, slots=True)
class KindSum:
    """All lines of one kind together."""

    kind: EndKind
    kg: Decimal
    part: Decimal


def sums_by_kind(trace: Trace) -> list[KindSum]:
    """What the lines of a trace come to, kind by kind, largest first."""
    sums: dict[EndKind, Decimal] = {}
    for line in trace.lines:
        sums[line.kind] = sums.get(line.kind, Decimal(0)) + line.kg
    ordered = sorted(sums.items(), key=lambda one: -one[1])
    parts = shares([kg for _kind, kg in ordered], places=PLACES_OF_SUMS)
    return [KindSum(kind, kg, part) for (kind, kg), part in zip(ordered, parts, strict=True)]


def exported(lines: list[LineShown]) -> Iterator[list[Any]]:
    """The lines as rows of a file."""
    parts = shares([line.kg for line in lines], places=PLACES_IN_FILES)
    for line, part in zip(lines, parts, strict=True):
        lot = line.lot
        yield [
            str(line.label),
            lot.number if lot else "",
            lot.code if lot else "",
            line.enterprise,
            line.partner,
            line.run,
            line.country,
            line.kg,
            round(part * 100, PLACES_IN_FILES),
            line.counted_kg,
            line.counted_on,
        ]
