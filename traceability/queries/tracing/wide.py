"""Much that is followed at once: the same walk and ends as of one lot, kept as columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.kernel.quantity import ZERO
from traceability.queries.tracing.columns import (
    KNOWN_LOTS,
    Moves,
    as_array,
    walked_columns,
)
from traceability.queries.tracing.followed import Around, Followed, Parts
from traceability.queries.tracing.walk import NOW, Asked, rows, statement
from traceability.rules.intake import CREATING
from traceability.rules.tracing.ends import (
    Line,
    PoolFacts,
    beyond,
    out_of,
    rest_in,
    round_in,
)
from traceability.rules.tracing.spread import Spread, Step
from traceability.rules.tracing.waves import Places, Waves, spread_in_waves, summed

# So many movements are followed at once; what lies behind them is told as not followed.
MOST_AT_ONCE = 2_000_000
_STAGES_NOW = """
select l.id, p.stage from traceability_lot l join traceability_product p on p.id = l.product_id
"""
_STAGES_KNOWN = f"select lot_id as id, stage from {KNOWN_LOTS}"


@dataclass(frozen=True, slots=True)
class Left:
    """One end of much: `line` says what and how much, without lot and run; in their place `stage`.

    Left in `pools`, or gone from them over `steps`, by their places.
    """

    line: Line
    stage: str
    pools: Sequence[int]
    steps: Sequence[int]


@dataclass(frozen=True, slots=True)
class Wide:
    """What was followed: `pools` in order, the places of each step's among them, and the masses."""

    asked: Asked
    starts: Mapping[int, Decimal]
    pools: Places
    opened: NDArray[np.bool_]
    moves: Moves
    near: Places
    far: Places
    waves: Waves
    lots: Places

    def ends(self) -> list[Left]:
        """All that was left, drawn together by what is told of it; kg REO unrounded."""
        told = np.zeros(len(self.pools), bool)
        told[self.near] = True
        in_pools = {
            "rest": np.where(self.opened, self.waves.rest, 0),
            "beyond": np.where(self.opened, 0, self.waves.come),
            "round": self.waves.round,
        }
        left = [(name, np.flatnonzero(mass), mass) for name, mass in in_pools.items()]
        gone = np.flatnonzero((self.far < 0) & (self.waves.flow > 0))
        at = np.concatenate([*(places for _name, places, _mass in left), self.near[gone]])
        masses = [*(mass[places] for _name, places, mass in left), self.waves.flow[gone]]
        names = [name for name, places, _mass in left for _place in places]
        before = len(names)
        drawn_together = self._drawn_together(
            pools=self.pools[at].tolist(),
            masses=np.concatenate(masses).tolist(),
            left_as=names + self.moves.kind[gone].tolist(),
            told=told[at].tolist(),
            lots_left=[0] * before + self.moves.lot[gone].tolist(),
            countries=[""] * before + self.moves.country[gone].tolist(),
            places=[0] * before + gone.tolist(),
        )
        return [self._left(*row) for row in drawn_together]

    def _drawn_together(self, **columns: list[Any]) -> list[tuple[Any, ...]]:
        facts: dict[str, Any] = {name: as_array(column) for name, column in columns.items()}
        facts["seen"] = None if self.asked.seen is None else list(self.asked.seen)
        lot = _STAGES_NOW
        if self.asked.known_at != NOW:
            lot = _STAGES_KNOWN.replace("{known}", statement("known_lots"))
            facts |= {"lots": as_array(self.lots.tolist()), "known_at": self.asked.known_at}
            facts["creating"] = list(CREATING)
        return rows(f"with lot as ({lot}), {statement('ends_at_once')}", facts)

    def _left(
        self,
        left_as: str,
        told: bool,
        country: str,
        kind: str,
        enterprise: int,
        partner: int | None,
        outside: bool,
        open_to_reader: bool,
        stage: str,
        kg: float,
        pools: list[int],
        places: list[int],
    ) -> Left:
        pool = PoolFacts(kind, enterprise, None, partner, "", outside, open_to_reader)
        if left_as == "rest":
            end = rest_in(pool, told=told, upstream=self.asked.upstream)
        elif left_as == "beyond":
            end = beyond(pool)
            stage = stage if pool.open_to_reader else ""
        elif left_as == "round":
            end = round_in(pool)
        else:
            end = out_of(pool, left_as, None, country)
            return Left(end._replace(kg=Decimal(kg)), stage, (), places)
        return Left(end._replace(kg=Decimal(kg)), stage, pools, ())

    def parts_of(self, ends: Iterable[Left]) -> tuple[Followed, Parts]:
        """What some ends are made of: the steps that lead to them and on."""
        pools: set[int] = set()
        out: set[int] = set()
        for end in ends:
            pools.update(end.pools)
            out.update(end.steps)
        touched = np.isin(self.pools, np.fromiter(pools, np.int64, len(pools)))
        reached = touched[np.maximum(self.far, 0)] & (self.far >= 0)
        reached |= touched[self.near]
        reached[list(out)] = True
        chosen = np.flatnonzero(reached)
        flows = dict(enumerate(map(Decimal, self.waves.flow[chosen].tolist())))
        starts = {pool: kg for pool, kg in self.starts.items() if pool in pools}
        followed = Followed(self.asked, self._steps(chosen), Spread(flows), starts, ())
        around, parts = Around(followed), Parts()
        for place in np.searchsorted(chosen, sorted(out)).tolist():
            parts.add_step(followed, place)
        for pool in pools:
            parts.add_rest(followed, around, pool)
        return followed, parts

    def _steps(self, places: Places) -> list[Step]:
        moves = self.moves
        columns = (moves.near, moves.far, moves.kind, moves.lot, moves.country)
        told = zip(*(column[places].tolist() for column in columns), strict=True)
        return [
            Step(near, far or None, ZERO, kind, lot, country)
            for near, far, kind, lot, country in told
        ]


def followed_at_once(starts: Mapping[int, Decimal], asked: Asked) -> Wide:
    """Follow the masses `starts`, by the holding that each is in, to all their ends."""
    walked = walked_columns(list(starts), asked)
    moves, opened, grades = walked.moves, walked.opened, walked.grades
    begun = np.fromiter(starts, np.int64, len(starts))
    pools = np.unique(np.concatenate([begun, opened, moves.near, moves.far[moves.far > 0]]))
    near = np.searchsorted(pools, moves.near)
    far = np.where(moves.far > 0, np.searchsorted(pools, moves.far), -1)
    in_run, in_run_behind = ("input", "output") if asked.upstream else ("output", "input")
    weighed, behind = walked.weights, walked.behind
    at = np.searchsorted(pools, np.concatenate([weighed[0], behind.near]))
    weight = np.concatenate([weighed[1], behind.weighed(in_run_behind, grades)])
    other_side = summed(at, weight, len(pools))
    masses = np.zeros(len(pools))
    masses[np.searchsorted(pools, begun)] = [float(kg) for kg in starts.values()]
    weight = moves.weighed(in_run, grades)
    waves = spread_in_waves(masses, near, far, weight, other_side=other_side)
    is_opened = np.isin(pools, opened)
    return Wide(asked, starts, pools, is_opened, moves, near, far, waves, walked.lots)
