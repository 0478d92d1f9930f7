"""Which movements stand behind the ends, boxes and links of what was followed through the graph."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal.kernel.quantity import GRAM, ZERO
from traceability.models import Lot
from traceability.queries.tracing.behind import Behind, behind_movements
from traceability.queries.tracing.walk import Asked, rows
from traceability.rules.intake import CREATING
from traceability.rules.tracing.ends import Line
from traceability.rules.tracing.spread import Spread, Step

# Each step is one movement, or some alike, of which each has its part by its mass.
_ON_STEPS = """
select m.id, k.kg * m.gross_kg / sum(m.gross_kg) over (partition by k.place)
  from unnest(%(near)s::bigint[], %(far)s::bigint[], %(kinds)s::text[], %(lots)s::bigint[],
              %(countries)s::text[], %(masses)s::numeric[])
       with ordinality k (near, far, kind, lot_id, country, kg, place)
  join traceability_movement m
    on m.{near}_id = k.near and coalesce(m.{far}_id, 0) = k.far and m.kind = k.kind
   and m.lot_id = k.lot_id and m.country = k.country
 where m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
"""
# What made a lot, or brought it to those whom the reader sees, with its mass in its own unit.
_ENTERED = """
select m.target_id, m.id, coalesce(m.reo_kg, m.gross_kg), m.kind = any (%(creating)s)
  from traceability_movement m
  left join traceability_pool s on s.id = m.source_id
 where m.target_id = any (%(pools)s) and m.known_from <= %(known_at)s
   and (m.known_to is null or m.known_to > %(known_at)s)
   and (m.kind = any (%(creating)s)
        or m.kind = 'purchase' and s.enterprise_id <> all (%(seen)s::bigint[]))
"""
_HELD = """
select m.id, m.gross_kg * case when m.target_id = p.id then 1 else -1 end
  from traceability_pool p
  join traceability_movement m on m.source_id = p.id or m.target_id = p.id
 where p.kind = 'holding' and p.lot_id = %(lot)s and p.enterprise_id = %(enterprise)s
   and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
   and (%(seen)s::bigint[] is null or p.enterprise_id = any (%(seen)s))
   and (%(side)s = '' or %(side)s = case when m.target_id = p.id then 'in' else 'out' end)
"""
Entered = Iterable[tuple[int, int, Decimal]]


@dataclass(frozen=True, slots=True)
class Followed:
    """What was followed, and where it ended: `ends` hang on the pools that they are left in."""

    asked: Asked
    steps: Sequence[Step]
    found: Spread
    starts: Mapping[int, Decimal]
    ends: Sequence[tuple[int, Line]]


@dataclass(slots=True)
class Parts:
    """What a figure is made of: masses over steps, and what began in pools; kg REO."""

    over_steps: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    begun: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    _ended: set[tuple[int, Line]] = field(default_factory=set)

    def add_step(self, followed: Followed, place: int, sign: int = 1) -> None:
        """The mass that went over one step."""
        self.over_steps[place] += sign * followed.found.flows.get(place, ZERO)

    def add_end(self, followed: Followed, around: "Around", pool: int, end: Line) -> None:
        """An end: what left the graph, or what came to a pool and did not go on.

        What left a pool in the same way over several steps is one end.
        """
        key = (pool, end._replace(kg=ZERO))
        if key in self._ended:
            return
        self._ended.add(key)
        leaving = [
            place
            for place in around.leading_on[pool]
            if (step := followed.steps[place]).far is None
            and (step.kind, step.lot_id, step.country) == (end.kind, end.lot_id, end.country)
        ]
        if leaving:
            for place in leaving:
                self.add_step(followed, place)
        else:
            self.add_rest(followed, around, pool)

    def add_rest(self, followed: Followed, around: "Around", pool: int) -> None:
        """What came to a pool, or began there, less what went on."""
        for place in around.leading_to[pool]:
            self.add_step(followed, place)
        for place in around.leading_on[pool]:
            self.add_step(followed, place, -1)
        if pool in followed.starts:
            self.begun[pool] += followed.starts[pool]


class Around:
    """The steps that lead to and from each pool."""

    def __init__(self, followed: Followed) -> None:
        self.leading_to: dict[int, list[int]] = defaultdict(list)
        self.leading_on: dict[int, list[int]] = defaultdict(list)
        for place, step in enumerate(followed.steps):
            self.leading_on[step.near].append(place)
            if step.far is not None:
                self.leading_to[step.far].append(place)


def parts_of_ends(followed: Followed, wanted: Callable[[Line], bool]) -> Parts:
    """What those ends that are wanted are made of."""
    around, parts = Around(followed), Parts()
    for pool, end in followed.ends:
        if wanted(end):
            parts.add_end(followed, around, pool, end)
    return parts


def movements_of(
    sides: Iterable[tuple[Followed, Parts]], entered: Callable[[Followed, list[int]], Entered]
) -> dict[int, Decimal]:
    """The movements behind the parts of a figure, each with how much of it, kg REO."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for followed, parts in sides:
        for movement, kg in _on_steps(followed, parts):
            found[movement] += kg
        begun = list(entered(followed, [pool for pool, kg in parts.begun.items() if kg]))
        whole: dict[int, Decimal] = defaultdict(Decimal)
        for pool, _movement, weight in begun:
            whole[pool] += weight
        for pool, movement, weight in begun:
            found[movement] += parts.begun[pool] * weight / whole[pool]
    return found


def behind(movements: Mapping[int, Decimal], figure: Decimal) -> Behind:
    """The records behind a figure that was set to the gram: what that took is the largest's."""
    parts = {movement: kg for movement, kg in movements.items() if kg}
    left = figure - sum(parts.values(), ZERO)
    if parts and abs(left) < GRAM:
        parts[max(parts, key=lambda movement: parts[movement])] += left
    return behind_movements(parts)


def entered_as_lot(followed: Followed, pools: list[int]) -> Entered:
    """What made a lot; where the reader does not see that, what brought it."""
    asked = followed.asked
    facts = {"pools": pools, "known_at": asked.known_at, "creating": list(CREATING)}
    facts["seen"] = None if asked.seen is None else list(asked.seen)
    found = rows(_ENTERED, facts)
    made = any(creating for *_, creating in found)
    return [(pool, movement, kg) for pool, movement, kg, creating in found if creating == made]


def behind_holding(lot: Lot, enterprise: int, side: str, asked: Asked) -> Behind:
    """What came to a holding (`in`), left it (`out`), or both: gross kg, what left taken off."""
    facts = {"lot": lot.pk, "enterprise": enterprise, "side": side, "known_at": asked.known_at}
    facts["seen"] = None if asked.seen is None else list(asked.seen)
    return behind_movements(
        {movement: abs(kg) if side else kg for movement, kg in rows(_HELD, facts)}
    )


def _on_steps(followed: Followed, parts: Parts) -> list[tuple[int, Decimal]]:
    alike: dict[tuple[int, int, str, int, str], Decimal] = defaultdict(Decimal)
    for place, kg in parts.over_steps.items():
        step = followed.steps[place]
        alike[step.near, step.far or 0, step.kind, step.lot_id, step.country] += kg
    wanted = {key: kg for key, kg in alike.items() if kg}
    near, far, kinds, lots, countries = zip(*wanted, strict=True) if wanted else ((),) * 5
    sides = ("target", "source") if followed.asked.upstream else ("source", "target")
    sql = _ON_STEPS.replace("{near}", sides[0]).replace("{far}", sides[1])
    facts = {
        "near": list(near),
        "far": list(far),
        "kinds": list(kinds),
        "lots": list(lots),
        "countries": list(countries),
        "masses": list(wanted.values()),
        "known_at": followed.asked.known_at,
    }
    return [(movement, kg) for movement, kg in rows(sql, facts)]
