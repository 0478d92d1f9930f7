"""The part of the graph that a trace reaches, with what its pools and lots are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

from portal.kernel.period import CIVIL, civil_day, end_of
from portal.kernel.quantity import ZERO
from traceability.models import Product
from traceability.rules.intake import CREATING
from traceability.rules.tracing.elements import RunSides, share_told, with_inferred
from traceability.rules.tracing.ends import PoolFacts
from traceability.rules.tracing.spread import Step

# Later than anything is known: the ledger as it stands.
NOW = datetime(9999, 12, 31, tzinfo=CIVIL)
# So many movements of one trace are followed; what lies behind them is told as not followed.
MOST_MOVEMENTS = 100_000

_WALK = """
select * from traceability_walk(%(start)s, %(upstream)s, %(known_at)s, %(seen)s, %(most)s,
                                %(by_lot)s, %(with_grades)s)
"""
_LOTS_NOW = """
select l.id, l.number, l.maker_id, l.product_id, coalesce(p.code, ''), coalesce(p.name_zh, ''),
       coalesce(p.name_en, ''), coalesce(p.stage, ''), l.reo_percent, l.assay
  from traceability_lot l left join traceability_product p on p.id = l.product_id
 where l.id = any (%(lots)s)
"""
_LOTS_UNKNOWN = "select id, number, maker_id from traceability_lot where id = any (%(lots)s)"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a trace looks: which way, as known when, by whom (None: sees all), how far.

    `oxides`: of which part of the oxide alone; None for all of it.
    """

    upstream: bool
    known_at: datetime = NOW
    seen: Sequence[int] | None = None
    oxides: Sequence[str] | None = None
    most: int = MOST_MOVEMENTS


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot as a trace needs to know it; without a product where no filing makes it."""

    pk: int
    number: str
    maker_id: int
    product_id: int | None = None
    code: str = ""
    name_zh: str = ""
    name_en: str = ""
    stage: str = ""
    reo_percent: Decimal | None = None
    assay: str = ""


class Moved(NamedTuple):
    """One movement as the walk found it: from the opened pool `near` on to `far`."""

    near: int
    far: int | None
    kind: str
    lot_id: int
    country: str
    gross_kg: Decimal
    reo_kg: Decimal | None


# What leads into a pool from behind: the pool, a kind, lot where it matters, gross kg and kg REO.
Behind = tuple[int, str, int | None, Decimal, Decimal | None]


@dataclass(slots=True)
class Walk:
    """What a walk found, and what leads into each opened pool from behind.

    `other_side`: that by lot, where it takes the lots to weigh it; else `weights`, the sums.
    `grades`: the percent REO of the lots that were met; `lots` what else is known of some of them.
    """

    asked: Asked
    moved: list[Moved] = field(default_factory=list)
    opened: set[int] = field(default_factory=set)
    other_side: list[Behind] = field(default_factory=list)
    weights: dict[int, Decimal] = field(default_factory=dict)
    grades: dict[int, Decimal | None] = field(default_factory=dict)
    lots: dict[int, LotFacts] = field(default_factory=dict)
    shares: dict[int, Decimal | None] | None = None

    def reo_of(
        self, kind: str, lot_id: int | None, gross_kg: Decimal, reo_kg: Decimal | None
    ) -> Decimal:
        """The REO of a movement: as filed where it makes the lot, else by the lot's grade.

        Of the oxides asked about alone, where they are; nothing where nobody knows them.
        """
        grade = None if kind in CREATING or lot_id is None else self.grades[lot_id]
        kg = (reo_kg or ZERO) if grade is None else gross_kg * grade / 100
        if self.shares is None or lot_id is None:
            return kg
        return kg * (self.shares.get(lot_id) or ZERO)

    def lots_named(self, wanted: Iterable[int]) -> dict[int, LotFacts]:
        """What these lots are."""
        wanted = set(wanted)
        known = {pk: lot for pk, lot in self.lots.items() if pk in wanted}
        unknown = wanted - known.keys()
        return known | lot_facts(unknown, self.asked.known_at) if unknown else known

    def steps(self) -> list[Step]:
        """The movements, weighed: in runs by their REO, in holdings and shipments as they are."""
        in_run = "input" if self.asked.upstream else "output"
        return [
            Step(
                near,
                far,
                self.reo_of(kind, lot, gross_kg, reo_kg) if kind == in_run else gross_kg,
                kind,
                lot,
                country,
            )
            for near, far, kind, lot, country, gross_kg, reo_kg in self.moved
        ]

    def weights_behind(self) -> dict[int, Decimal]:
        """The sum of what leads into each opened pool from the other side."""
        in_run = "output" if self.asked.upstream else "input"
        sums: dict[int, Decimal] = defaultdict(Decimal, self.weights)
        for pool, kind, lot_id, gross_kg, reo_kg in self.other_side:
            sums[pool] += (
                self.reo_of(kind, lot_id, gross_kg, reo_kg) if kind == in_run else gross_kg
            )
        return sums


def moved_from(start: Sequence[int], asked: Asked) -> tuple[list[Moved], set[int]]:
    """The movements that the pools `start` lead to, each once, and the pools that were opened."""
    walked = _walked(start, asked, by_lot=None)
    return walked.moved, walked.opened


def walk(
    start: Sequence[int], asked: Asked, *, known: Mapping[int, Decimal | None] | None = None
) -> Walk:
    """Everything that the pools `start` lead to, with what its pools and lots are.

    `known`: the share of the oxides asked about in lots of which nothing else would tell.
    """
    # Upstream the outputs of runs are weighed as filed; downstream inputs by the grades of lots.
    by_lot = ["input", "output"] if asked.oxides else [] if asked.upstream else ["input"]
    walked = _walked(start, asked, by_lot=by_lot)
    if asked.known_at != NOW or asked.oxides is not None:
        lots = {one.lot_id for one in walked.moved}
        lots |= {lot for _pool, _kind, lot, *_kg in walked.other_side if lot is not None}
        walked.lots = lot_facts(lots, asked.known_at)
        walked.grades = {lot.pk: lot.reo_percent for lot in walked.lots.values()}
    if asked.oxides is not None:
        walked.shares = _shares(walked, asked.oxides, known or {})
    return walked


def _walked(start: Sequence[int], asked: Asked, *, by_lot: Sequence[str] | None) -> Walk:
    """A walk level by level; with what leads into its pools from behind, unless `by_lot` is None.

    `by_lot`: the kinds of movement that are told lot by lot, since the lot tells how much oxide it
    holds; the others of a pool are drawn together, under the kind of any of them, and upstream
    weighed as well where no kind is told so.
    """
    walked = Walk(asked)
    facts = {
        "start": list(start),
        "upstream": asked.upstream,
        "known_at": asked.known_at,
        "seen": None if asked.seen is None else list(asked.seen),
        "most": asked.most,
        "by_lot": None if by_lot is None else list(by_lot),
        "with_grades": by_lot is not None and asked.known_at == NOW and asked.oxides is None,
    }
    for level, *columns in rows(_WALK, facts):
        told, behind, weights, graded, grades = columns[:7], columns[7:12], *columns[12:]
        walked.opened.update(level)
        if told[0] is not None:
            walked.moved += map(Moved._make, zip(*told, strict=True))
        if weights is not None:
            walked.weights.update(zip(behind[0], weights, strict=True))
        elif behind[0] is not None:
            walked.other_side += zip(*behind, strict=True)
        if graded is not None:
            walked.grades.update(zip(graded, grades, strict=True))
    return walked


def _shares(
    walked: Walk, oxides: Sequence[str], known: Mapping[int, Decimal | None]
) -> dict[int, Decimal | None]:
    """The share of `oxides` in every lot of a walk, as far as it is told or follows."""
    usual = dict(Product.objects.values_list("pk", "default_assay"))
    told = {
        lot.pk: share_told(lot.assay, usual.get(lot.product_id or 0), oxides)
        for lot in walked.lots.values()
    }
    runs: dict[int, RunSides] = defaultdict(RunSides)
    sides = [(one.near, *one[2:4], *one[5:]) for one in walked.moved]
    for pool, kind, lot_id, gross_kg, reo_kg in [*sides, *walked.other_side]:
        if lot_id is not None and kind in ("input", "output"):
            into = runs[pool].inputs if kind == "input" else runs[pool].outputs
            into.append((lot_id, walked.reo_of(kind, lot_id, gross_kg, reo_kg)))
    told |= {lot: share for lot, share in known.items() if told.get(lot) is None}
    return with_inferred(told, (run for run in runs.values() if run.inputs))


def lot_facts(lots: Iterable[int], known_at: datetime = NOW) -> dict[int, LotFacts]:
    """What these lots are, as known at a moment."""
    wanted = {"lots": list(lots), "known_at": known_at, "creating": list(CREATING)}
    if known_at == NOW:
        return _facts(_LOTS_NOW, wanted)
    return _facts(_LOTS_UNKNOWN, wanted) | _facts(statement("known_lots"), wanted)


def _facts(sql: str, wanted: Mapping[str, Any]) -> dict[int, LotFacts]:
    return {row[0]: LotFacts(*row) for row in rows(sql, wanted)}


def pool_facts(pools: Iterable[int], seen: Sequence[int] | None) -> dict[int, PoolFacts]:
    """What these pools are, to a reader who sees the enterprises `seen`."""
    asked = {"pools": list(pools), "seen": None if seen is None else list(seen)}
    return {row[0]: PoolFacts(*row[1:]) for row in rows(statement("pool_facts"), asked)}


def moment_known(day: date | None) -> datetime:
    """The end of the day asked for; later than everything for none."""
    return end_of(day) if day else NOW


def day_known(moment: datetime) -> date:
    """The day at whose end it is looked."""
    return civil_day(moment - timedelta(microseconds=1))


def statement(name: str) -> str:
    """The statement of one file."""
    return (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")


def rows(sql: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall()
