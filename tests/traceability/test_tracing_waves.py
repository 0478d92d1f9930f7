"""Much at once goes the same ways as one lot, and nothing is lost or added."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given

from tests.traceability.test_tracing_spread import graphs, masses, step
from traceability.rules.tracing.spread import Step, spread
from traceability.rules.tracing.waves import Waves, spread_in_waves

NEAR_ENOUGH = 1e-9


def in_waves(
    starts: dict[int, Decimal], steps: Sequence[Step], pools: int, behind: dict[int, Decimal]
) -> Waves:
    return spread_in_waves(
        np.array([float(starts.get(pool, 0)) for pool in range(pools)]),
        np.array([one.near for one in steps], dtype=np.int64),
        np.array([-1 if one.far is None else one.far for one in steps], dtype=np.int64),
        np.array([float(one.weight) for one in steps]),
        other_side=np.array([float(behind.get(pool, 0)) for pool in range(pools)]),
    )


@given(graphs(circles=False), masses)
def test_waves_go_the_ways_of_a_single_lot(graph, mass):
    pools, steps, behind = graph
    starts = {0: mass, pools - 1: mass / 2}

    at_once = in_waves(starts, steps, pools, behind)

    told = spread(starts, steps, opened=range(pools), other_side=behind)
    near = pytest.approx
    assert at_once.flow.tolist() == near(
        [float(told.flows.get(place, 0)) for place in range(len(steps))],
        rel=NEAR_ENOUGH,
        abs=NEAR_ENOUGH,
    )
    assert at_once.rest.tolist() == near(
        [float(told.rest.get(pool, 0)) for pool in range(pools)], rel=NEAR_ENOUGH, abs=NEAR_ENOUGH
    )
    assert not at_once.round.any()


@given(graphs(circles=True), masses)
def test_waves_lose_and_add_nothing_in_circles(graph, mass):
    pools, steps, behind = graph

    at_once = in_waves({0: mass}, steps, pools, behind)

    out = sum(at_once.flow[[place for place, one in enumerate(steps) if one.far is None]])
    ended = out + at_once.rest.sum() + at_once.round.sum()
    assert ended == pytest.approx(float(mass), rel=NEAR_ENOUGH)
    assert min(*at_once.rest, *at_once.round, *at_once.flow, 0) == 0


def test_waves_tell_what_never_leaves_a_circle():
    at_once = in_waves({0: Decimal(5)}, [step(0, 1, "1"), step(1, 0, "1")], 2, {})

    assert at_once.round.sum() == 5
    assert not at_once.rest.any()


def test_waves_follow_a_circle_to_its_end():
    steps = [step(0, 1, "1"), step(1, 0, "1"), step(1, None, "1"), step(0, 2, "2")]

    at_once = in_waves({0: Decimal(90)}, steps, 3, {})

    assert (at_once.flow[2], at_once.rest[2]) == (pytest.approx(18), pytest.approx(72))
    assert not at_once.round.any()
