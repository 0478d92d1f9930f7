"""Proportional mixing: what started ends, exactly, in graphs of any shape."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.rules.tracing.spread import Spread, Step, spread

EXACT = Decimal("1e-18")


def step(near: int, far: int | None, weight: str) -> Step:
    return Step(near, far, Decimal(weight), "input", 1)


def out_of(found: Spread, steps: list[Step]) -> Decimal:
    """What left the graph over its steps."""
    return sum((kg for place, kg in found.flows.items() if steps[place].far is None), Decimal(0))


def test_spread_divides_in_proportion_and_leaves_what_nothing_explains():
    steps = [step(1, 2, "60"), step(1, 3, "20"), step(2, None, "60"), step(3, None, "20")]

    found = spread({1: Decimal(50)}, steps, opened=[1, 2, 3], other_side={1: Decimal(100)})

    assert found.rest == {1: Decimal(10)}
    assert [found.flows[place] for place in range(4)] == [30, 10, 30, 10]
    assert found.circles == set()


def test_spread_counts_a_pool_once_however_many_ways_lead_to_it():
    steps = [step(1, 2, "1"), step(1, 3, "1"), step(2, 4, "1"), step(3, 4, "1"), step(4, None, "2")]

    found = spread({1: Decimal(8)}, steps, opened=[1, 2, 3, 4], other_side={})

    assert found.flows == {0: 4, 1: 4, 2: 4, 3: 4, 4: 8}
    assert found.ended == 0


def test_spread_ends_in_pools_that_were_not_opened():
    found = spread({1: Decimal(8)}, [step(1, 2, "1")], opened=[1], other_side={})

    assert found.beyond == {2: 8}


def test_spread_follows_a_circle_to_its_end_and_reports_it():
    steps = [step(1, 2, "1"), step(2, 1, "1"), step(2, None, "1"), step(1, 3, "2")]

    found = spread({1: Decimal(90)}, steps, opened=[1, 2, 3], other_side={})

    assert found.circles == {1, 2}
    assert abs(found.flows[2] - Decimal(18)) < Decimal("1e-9")
    assert abs(found.rest[3] - Decimal(72)) < Decimal("1e-9")
    assert abs(out_of(found, steps) + found.ended - 90) < EXACT


def test_spread_tells_what_never_leaves_a_circle():
    found = spread(
        {1: Decimal(5)}, [step(1, 2, "1"), step(2, 1, "1")], opened=[1, 2], other_side={}
    )

    assert sum(found.round.values()) == 5
    assert found.rest == {}


masses = st.integers(1, 10**9).map(lambda grams: Decimal(grams) / 1000)


@st.composite
def graphs(draw: st.DrawFn, circles: bool) -> tuple[int, list[Step], dict[int, Decimal]]:
    """A number of pools, steps between them, and what leads into some from behind."""
    pools = draw(st.integers(1, 8))
    steps = []
    for near in range(pools):
        ahead = range(pools) if circles else range(near + 1, pools)
        reached = draw(st.lists(st.sampled_from([None, *ahead]), max_size=4))
        steps += [Step(near, far, draw(masses), "input", 1) for far in reached]
    behind = draw(st.dictionaries(st.integers(0, pools - 1), masses))
    return pools, steps, behind


@given(graphs(circles=True), masses)
def test_spread_loses_and_adds_nothing(graph, mass):
    pools, steps, behind = graph

    found = spread({0: mass}, steps, opened=range(pools), other_side=behind)

    told = [*found.flows.values(), *found.rest.values(), *found.round.values()]
    assert abs(out_of(found, steps) + found.ended - mass) <= mass * EXACT
    assert all(kg >= -EXACT for kg in told)


@given(graphs(circles=False), masses)
def test_spread_is_the_sum_over_all_paths(graph, mass):
    pools, steps, behind = graph

    found = spread({0: mass}, steps, opened=range(pools), other_side=behind)

    flows, rest = by_paths(pools, steps, behind, Fraction(mass))
    for place in range(len(steps)):
        assert abs(Fraction(found.flows.get(place, Decimal(0))) - flows[place]) < EXACT * 10**9
    for pool in range(pools):
        assert abs(Fraction(found.rest.get(pool, Decimal(0))) - rest[pool]) < EXACT * 10**9


def by_paths(
    pools: int, steps: list[Step], behind: dict[int, Decimal], mass: Fraction
) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
    """The same in exact fractions, path by path."""
    flows: dict[int, Fraction] = defaultdict(Fraction)
    rest: dict[int, Fraction] = defaultdict(Fraction)

    def follow(pool: int, part: Fraction) -> None:
        onward = [(place, one) for place, one in enumerate(steps) if one.near == pool]
        weighed = sum((Fraction(one.weight) for _, one in onward), Fraction(0))
        whole = max(weighed, Fraction(behind.get(pool, Decimal(0))))
        if not whole:
            rest[pool] += part
            return
        rest[pool] += part * (whole - weighed) / whole
        for place, one in onward:
            flows[place] += part * Fraction(one.weight) / whole
            if one.far is not None:
                follow(one.far, part * Fraction(one.weight) / whole)

    follow(0, mass)
    return flows, rest


@pytest.mark.parametrize("stages", [6])
def test_six_stages_of_blending_a_hundred_do_not_explode(stages):
    wide = 100
    steps = [
        Step(stage * wide + n, (stage + 1) * wide + m, Decimal(1 + (n + m) % 7), "input", 1)
        for stage in range(stages)
        for n in range(wide)
        for m in range(wide)
    ]
    pools = range((stages + 1) * wide)

    found = spread({0: Decimal(1000)}, steps, opened=pools, other_side={})

    assert len(found.flows) == wide + (stages - 1) * wide * wide
    assert abs(sum(found.rest.values()) - 1000) < Decimal("1e-15")
