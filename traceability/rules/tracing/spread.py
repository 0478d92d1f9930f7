"""Proportional mixing: how a mass spreads over the graph, upstream or downstream.

Every pool is balanced: what came in, and what nobody explains, leaves in the same proportions. So
the same share joins an input and an output whichever way one looks, and a trace upstream and one
downstream agree with each other.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from portal.kernel.quantity import ZERO

# In circles the mass goes round until so little of what started is left, or so often; what still
# goes round then is told as such.
GOING_ROUND_LEAST = Decimal("1e-12")
ROUNDS_MOST = 500


class Step(NamedTuple):
    """One movement as a trace takes it: from the pool `near` to `far` (None: out of the graph).

    `weight` is its share among all steps from `near`, in that pool's own unit.
    """

    near: int
    far: int | None
    weight: Decimal
    kind: str
    lot_id: int
    country: str = ""


@dataclass(slots=True)
class Spread:
    """Where a mass went, kg REO: over each step, left in pools, not followed, in circles.

    `flows` has the place of a step for key. `rest` is what the steps of a pool do not explain:
    upstream its origin, downstream what is still there, or lost. `beyond`: what reached a pool that
    was not opened. `circles`: the pools that lie on a circle; `round` what never left one.
    """

    flows: dict[int, Decimal] = field(default_factory=dict)
    rest: dict[int, Decimal] = field(default_factory=dict)
    beyond: dict[int, Decimal] = field(default_factory=dict)
    round: dict[int, Decimal] = field(default_factory=dict)
    circles: set[int] = field(default_factory=set)

    @property
    def ended(self) -> Decimal:
        """All that has come to an end, but for what left the graph over a step."""
        return sum((*self.rest.values(), *self.beyond.values(), *self.round.values()), ZERO)


def spread(
    starts: Mapping[int, Decimal],
    steps: Sequence[Step],
    *,
    opened: Iterable[int],
    other_side: Mapping[int, Decimal],
) -> Spread:
    """Spread the masses `starts` (by pool) over `steps`.

    `other_side`: the sum of what leads into each opened pool from the other direction, in the
    pool's own unit. Where that is more than the steps weigh, the rest stays in `rest`. The flows
    out of the graph, and `Spread.ended`, add up to what started.
    """
    from_pool: dict[int, list[int]] = {pool: [] for pool in opened}
    for place, step in enumerate(steps):
        from_pool[step.near].append(place)
    return _Spreading(steps, from_pool, other_side).run(starts)


class _Spreading:
    def __init__(
        self,
        steps: Sequence[Step],
        from_pool: dict[int, list[int]],
        other_side: Mapping[int, Decimal],
    ) -> None:
        self.steps = steps
        self.from_pool = from_pool
        self.other_side = other_side
        self.found = Spread()
        self.mass: dict[int, Decimal] = defaultdict(Decimal)

    def run(self, starts: Mapping[int, Decimal]) -> Spread:
        waiting = self._waiting(starts)
        self.mass.update(starts)
        whole = sum(starts.values(), ZERO)
        ready = deque(pool for pool in waiting if not waiting[pool])
        while ready:
            pool = ready.popleft()
            self._pass_on(pool)
            del waiting[pool]
            for far in self._reached_from(pool):
                waiting[far] -= 1
                if not waiting[far]:
                    ready.append(far)
        if waiting:
            self._go_round(set(waiting), whole)
        for pool, mass in self.mass.items():
            if mass:
                self.found.beyond[pool] = mass
        return self.found

    def _reached_from(self, pool: int) -> Iterable[int]:
        for place in self.from_pool[pool]:
            far = self.steps[place].far
            if far is not None and far in self.from_pool:
                yield far

    def _waiting(self, starts: Mapping[int, Decimal]) -> dict[int, int]:
        """For each pool that can be reached, how many steps lead to it."""
        waiting = {pool: 0 for pool in starts if pool in self.from_pool}
        open_ends = list(waiting)
        while open_ends:
            for far in self._reached_from(open_ends.pop()):
                if far not in waiting:
                    waiting[far] = 0
                    open_ends.append(far)
                waiting[far] += 1
        return waiting

    def _pass_on(self, pool: int) -> None:
        """Divide what has come to a pool over its steps; the last part takes the rest exactly."""
        mass = self.mass.pop(pool, ZERO)
        if not mass:
            return
        places = self.from_pool[pool]
        weighed = sum((self.steps[place].weight for place in places), ZERO)
        whole = max(weighed, self.other_side.get(pool, ZERO))
        left = mass
        flows, masses = self.found.flows, self.mass
        if whole:
            per_weight = mass / whole
            for place in places:
                step = self.steps[place]
                part = step.weight * per_weight
                left -= part
                flows[place] = flows[place] + part if place in flows else part
                if step.far is not None:
                    masses[step.far] += part
        if whole > weighed or not whole:
            self.found.rest[pool] = self.found.rest.get(pool, ZERO) + left

    def _go_round(self, pools: set[int], whole: Decimal) -> None:
        """Pools that wait for one another, and those behind them: round after round."""
        self.found.circles = self._on_circles(pools)
        least = whole * GOING_ROUND_LEAST
        for _ in range(ROUNDS_MOST):
            moving = [pool for pool in pools if self.mass.get(pool)]
            if sum((self.mass[pool] for pool in moving), ZERO) <= least:
                break
            for pool in moving:
                self._pass_on(pool)
        for pool in pools:
            if self.mass.get(pool):
                self.found.round[pool] = self.mass.pop(pool)

    def _on_circles(self, pools: set[int]) -> set[int]:
        """Those of `pools` that mass can come back to; pools between two circles are among them."""
        onward = {pool: {far for far in self._reached_from(pool) if far in pools} for pool in pools}
        while ends := {pool for pool, reached in onward.items() if not reached}:
            for pool in ends:
                del onward[pool]
            onward = {pool: reached - ends for pool, reached in onward.items()}
        return set(onward)
