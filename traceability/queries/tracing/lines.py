"""The lines of a trace in words, for tables and files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from portal.kernel.quantity import share
from traceability.queries.tracing.drawn import Names
from traceability.queries.tracing.lots import counts_of
from traceability.queries.tracing.trace import Trace
from traceability.queries.tracing.walk import LotFacts
from traceability.rules.tracing.ends import EndKind


@dataclass(frozen=True, slots=True)
class LineShown:
    """One end of a trace with its names; `counted_kg` gross, where a held lot was counted."""

    kind: EndKind
    lot: LotFacts | None
    enterprise: str
    enterprise_id: int | None
    partner: str
    partner_id: int | None
    run: str
    country: str
    kg: Decimal
    part: Decimal | None
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
    shown = []
    for line in trace.lines:
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
                part=share(line.kg, trace.total_kg),
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
    part: Decimal | None


def sums_by_kind(trace: Trace) -> list[KindSum]:
    """What the lines of a trace come to, kind by kind, largest first."""
    sums: dict[EndKind, Decimal] = {}
    for line in trace.lines:
        sums[line.kind] = sums.get(line.kind, Decimal(0)) + line.kg
    ordered = sorted(sums.items(), key=lambda one: -one[1])
    return [KindSum(kind, kg, share(kg, trace.total_kg)) for kind, kg in ordered]


def exported(lines: list[LineShown]) -> Iterator[list[Any]]:
    """The lines as rows of a file."""
    for line in lines:
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
            round(line.part * 100, 6) if line.part is not None else None,
            line.counted_kg,
            line.counted_on,
        ]
