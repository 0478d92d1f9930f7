"""The trace of one lot: where it came from, and where it went, kg REO."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from portal.kernel.quantity import GRAM, ZERO
from traceability.models import Lot
from traceability.queries.tracing.followed import Followed
from traceability.queries.tracing.walk import (
    NOW,
    Asked,
    LotFacts,
    Walk,
    lot_facts,
    pool_facts,
    rows,
    walk,
)
from traceability.rules.intake import CREATING
from traceability.rules.tracing.ends import EndKind, Line, PoolFacts, ends_of, lines_of
from traceability.rules.tracing.spread import Spread, Step, spread

_HOLDINGS = """
select id from traceability_pool
 where kind = 'holding' and lot_id = %(lot)s
   and (%(seen)s::bigint[] is null or enterprise_id = any (%(seen)s))
"""
# What made the lot, or brought it from enterprises that the reader does not see.
_ENTERED = """
select m.target_id, m.kind, sum(m.gross_kg), sum(m.reo_kg)
  from traceability_movement m
  left join traceability_pool s on s.id = m.source_id
 where m.target_id = any (%(pools)s) and m.known_from <= %(known_at)s
   and (m.known_to is null or m.known_to > %(known_at)s)
   and (m.kind = any (%(creating)s)
        or (m.kind = 'purchase' and s.enterprise_id <> all (%(seen)s::bigint[])))
 group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class Trace:
    """One direction of a lot's trace: `lines` add up to `total_kg`, kg REO, to the gram.

    `starts`: the holdings it begins in. `ends`: the same as `lines`, each on its pool, unrounded.
    `lots`: those that it has something to say of; drawn, all that were met.
    """

    asked: Asked
    starts: dict[int, Decimal]
    total_kg: Decimal
    lines: list[Line]
    ends: list[tuple[int, Line]]
    steps: list[Step]
    found: Spread
    pools: dict[int, PoolFacts]
    lots: dict[int, LotFacts]

    @property
    def upstream(self) -> bool:
        """Which way it looks."""
        return self.asked.upstream

    @property
    def followed(self) -> Followed:
        """What the records behind its figures are found by."""
        return Followed(self.asked, self.steps, self.found, self.starts, self.ends)

    @property
    def circling(self) -> list[PoolFacts]:
        """The pools that lie on a circle, if the filings have one."""
        return [self.pools[pool] for pool in sorted(self.found.circles)]


def trace_lot(
    lot: Lot,
    *,
    upstream: bool,
    known_at: datetime = NOW,
    seen: Sequence[int] | None = None,
    oxides: Sequence[str] | None = None,
    to_draw: bool = False,
) -> Trace | None:
    """Trace a lot; None while no known filing makes it, or its grade is not known.

    `seen`: the enterprises whose trade the reader sees, None for all. To a reader who does not see
    the maker the lot is what came to those it sees, and all before that is another enterprise's.
    `oxides`: trace these alone, in kg of them; None also where nobody knows how much the lot holds.
    `to_draw`: tell of every pool on the way, not only of those that it ends in.
    """
    asked = Asked(upstream=upstream, known_at=known_at, seen=seen, oxides=oxides)
    made, starts = _entered(lot, asked)
    total = sum(starts.values(), ZERO)
    if not total:
        return None
    if upstream and not made and oxides is None:
        line = Line(EndKind.ELSEWHERE, total.quantize(GRAM))
        ends = [(pool, line._replace(kg=kg)) for pool, kg in starts.items()]
        facts = lot_facts([lot.pk], known_at)
        return Trace(
            asked, starts, total, [line], ends, [], Spread(), pool_facts(starts, seen), facts
        )
    walked = walk(list(starts), asked)
    if walked.shares is not None and not upstream and walked.shares.get(lot.pk) is None:
        # What the lot was made of tells what it holds.
        behind = walk(list(starts), replace(asked, upstream=True)).shares or {}
        walked = walk(list(starts), asked, known={lot.pk: behind.get(lot.pk)})
    if walked.shares is not None:
        share = walked.shares.get(lot.pk)
        if not share or (upstream and not made):
            return None
        starts = {pool: kg * share for pool, kg in starts.items()}
    return _traced(lot, starts, walked, to_draw)


def _entered(lot: Lot, asked: Asked) -> tuple[bool, dict[int, Decimal]]:
    """Whether the reader sees the lot made, and with how much REO it enters which holdings."""
    seen = None if asked.seen is None else list(asked.seen)
    pools = [pool for (pool,) in rows(_HOLDINGS, {"lot": lot.pk, "seen": seen})]
    facts = {"pools": pools, "known_at": asked.known_at, "creating": list(CREATING), "seen": seen}
    entered = rows(_ENTERED, facts)
    made: dict[int, Decimal] = defaultdict(Decimal)
    brought: dict[int, Decimal] = defaultdict(Decimal)
    grade = lot_facts([lot.pk], asked.known_at)[lot.pk].reo_percent or ZERO
    for pool, kind, gross_kg, reo_kg in entered:
        if kind in CREATING:
            made[pool] += reo_kg or ZERO
        else:
            brought[pool] += gross_kg * grade / 100
    return bool(made), dict(made or brought)


def _traced(lot: Lot, starts: dict[int, Decimal], walked: Walk, to_draw: bool) -> Trace:
    upstream = walked.asked.upstream
    steps = walked.steps()
    first, onward = _first_steps(starts, steps, walked) if upstream else ({}, starts)
    found = spread(onward, steps, opened=walked.opened, other_side=walked.weights_behind())
    for place, mass in first.items():
        found.flows[place] = found.flows.get(place, ZERO) + mass
    pools = pool_facts(_spoken_of(found, steps, walked, to_draw), walked.asked.seen)
    total = sum(starts.values(), ZERO)
    ends = list(ends_of(found, steps, pools, upstream=upstream))
    lines = lines_of((end for _, end in ends), total=total.quantize(GRAM))
    met = {lot.pk} | {line.lot_id for line in lines if line.lot_id}
    if to_draw:
        met |= {step.lot_id for step in steps}
    lots = walked.lots_named(met)
    return Trace(walked.asked, starts, total, lines, ends, steps, found, pools, lots)


def _spoken_of(found: Spread, steps: Sequence[Step], walked: Walk, to_draw: bool) -> set[int]:
    """The pools that a trace has something to say of."""
    if to_draw:
        return walked.opened | {step.far for step in steps if step.far is not None}
    leaving = {steps[place].near for place in found.flows if steps[place].far is None}
    return leaving | found.circles | set(found.rest) | set(found.beyond) | set(found.round)


def _first_steps(
    starts: Mapping[int, Decimal], steps: Sequence[Step], walked: Walk
) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
    """What made the lot: the mass over each step of its creation, and what that starts with."""
    first: dict[int, Decimal] = {}
    onward: dict[int, Decimal] = defaultdict(Decimal)
    for place, step in enumerate(steps):
        if step.near in starts and step.kind in CREATING:
            moved = walked.moved[place]
            mass = walked.reo_of(moved.kind, moved.lot_id, moved.gross_kg, moved.reo_kg)
            first[place] = mass
            if step.far is not None:
                onward[step.far] += mass
    return first, onward
