"""Proportional mixing of much at once: what all pools hold goes on over all steps, wave by wave.

The same shares as in `spread`, in floating point and without taking the pools one by one: for
hundreds of thousands of steps. What it leaves is told to the gram by `lines_of`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from traceability.rules.tracing.spread import GOING_ROUND_LEAST, ROUNDS_MOST

Places = NDArray[np.int64]
Masses = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waves:
    """Where masses went: over each step, left in each pool, still going round; kg REO.

    `come` is all that each pool was passed; in one without steps all of it is its `rest`.
    """

    flow: Masses
    come: Masses
    rest: Masses
    round: Masses


def spread_in_waves(
    starts: Masses, near: Places, far: Places, weight: Masses, *, other_side: Masses
) -> Waves:
    """Spread the masses `starts`, one of each pool, over the steps from `near` on to `far`.

    Pools are told by their places, `far` is -1 out of the graph. `weight` is the share of each step
    among all from its pool, `other_side` the sum of what leads into each pool from the other
    direction, in the pool's own unit. Flows out of the graph, rests and what goes round add up to
    what started, but for rounding.
    """
    count = len(starts)
    weighed = summed(near, weight, count)
    whole = np.maximum(weighed, other_side)
    per_mass = np.divide(weight, whole[near], out=np.zeros_like(weight), where=whole[near] > 0)
    leading = _Leading(near, count)
    flow, come, goes_round = np.zeros(len(near)), np.zeros(count), np.zeros(count)
    pools = np.flatnonzero(starts)
    moving = starts[pools]
    for _ in range(ROUNDS_MOST):
        come[pools] += moving
        steps, each = leading.from_pools(pools)
        wave = np.repeat(moving, each) * per_mass[steps]
        flow[steps] += wave
        pools, moving = _gathered(far[steps], wave)
        if not len(pools):
            break
    # Of what is in circles still so little may be left that it may as well have stayed.
    stays = moving.sum() <= starts.sum() * float(GOING_ROUND_LEAST)
    (come if stays else goes_round)[pools] += moving
    left = 1 - np.divide(weighed, whole, out=np.zeros(count), where=whole > 0)
    return Waves(flow, come, come * left, goes_round)


def _gathered(far: Places, wave: Masses) -> tuple[Places, Masses]:
    """The pools that a wave comes to, each once, and how much comes to each."""
    onward = (far >= 0) & (wave > 0)
    pools, places = np.unique(far[onward], return_inverse=True)
    return pools, summed(places, wave[onward], len(pools))


def summed(places: Places, masses: Masses, count: int) -> Masses:
    """The sum of the masses at each of `count` places."""
    return np.bincount(places, masses, count).astype(float)


class _Leading:
    """The steps that lead on from pools, in the order of the pools."""

    def __init__(self, near: Places, count: int) -> None:
        self.steps = np.argsort(near, kind="stable")
        self.first = np.searchsorted(near[self.steps], np.arange(count + 1))

    def from_pools(self, pools: Places) -> tuple[Places, Places]:
        """The steps of these pools, pool by pool, and how many each has."""
        first = self.first[pools]
        each = self.first[pools + 1] - first
        ended = np.cumsum(each)
        within = np.arange(ended[-1] if len(ended) else 0) - np.repeat(ended - each, each)
        return self.steps[np.repeat(first, each) + within], each
