"""How a total is divided: by weights, within limits, after penalties, to the kilogram."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from allocations.rules import (
    Bound,
    Candidate,
    ConstraintsConflict,
    NothingToWeigh,
    ScenarioRules,
    propose,
)
from allocations.rules.scenarios.limits import Limits, conflicts
from allocations.rules.scenarios.shares import _rounded

LAST = {"last": Decimal(1)}
# A machine that others use too draws slowly.
SLOW = [HealthCheck.too_slow]
NAMES = {9: "Group"}


def candidate(pk, last="100", **facts):
    given = {name: Decimal(text) for name, text in facts.items() if name != "group_id"}
    return Candidate(pk, f"Plant {pk}", facts.get("group_id"), Decimal(last), **given)


def rules(total="200", weights=LAST, **more):
    return ScenarioRules(Decimal(total), weights, **more)


def divided(candidates, scenario):
    return [int(each.kg) for each in propose(candidates, scenario, NAMES)]


def test_last_years_caps_alone_scale_everybody_alike():
    assert divided([candidate(1, "100"), candidate(2, "300")], rules("200")) == [50, 150]


def test_weights_are_means_of_shares():
    plants = [
        candidate(1, "100", used_kg="0", capacity_kg="300"),
        candidate(2, "100", used_kg="50", capacity_kg="100"),
    ]

    assert divided(plants, rules("200", {"used": Decimal(1)})) == [0, 200]
    assert divided(plants, rules("200", {"last": Decimal(1), "used": Decimal(1)})) == [50, 150]
    assert divided(plants, rules("200", {"capacity": Decimal(5)})) == [150, 50]


def test_a_score_weighs_by_size_and_what_is_unknown_is_the_mean():
    plants = [
        candidate(1, "100", technology="90"),
        candidate(2, "100", technology="30"),
        candidate(3, "100"),
    ]

    assert divided(plants, rules("180", {"technology": Decimal(1)})) == [90, 30, 60]


def test_an_unknown_capacity_is_last_years_cap():
    plants = [candidate(1, "100"), candidate(2, "50", capacity_kg="300")]

    assert divided(plants, rules("400", {"capacity": Decimal(1)})) == [100, 300]


@pytest.mark.parametrize("weights", [{}, {"last": Decimal(0)}, {"safety": Decimal(1)}])
def test_nothing_to_weigh_is_refused(weights):
    with pytest.raises(NothingToWeigh):
        propose([candidate(1)], rules(weights=weights), NAMES)


def test_floor_and_ceiling_are_fractions_of_last_years_cap():
    plants = [candidate(1, "100", used_kg="10"), candidate(2, "100", used_kg="90")]
    by_use = rules("200", {"used": Decimal(1)}, floor=Decimal("0.8"), ceiling=Decimal("1.2"))

    first, second = propose(plants, by_use, NAMES)

    assert (first.kg, first.held) == (80, "floor")
    assert (second.kg, second.held) == (120, "ceiling")
    assert first.target_kg == 20


def test_who_is_new_has_no_common_floor_or_ceiling():
    plants = [candidate(1, "100"), candidate(2, "0", capacity_kg="100")]
    scenario = rules("200", {"capacity": Decimal(1)}, ceiling=Decimal(1))

    assert divided(plants, scenario) == [100, 100]


def test_an_own_bound_comes_before_the_common_ones():
    plants = [candidate(1), candidate(2)]
    own = {1: Bound(Decimal(150), Decimal(150))}

    assert divided(plants, rules("200", floor=Decimal("0.2"), bounds=own)) == [150, 50]


def test_capacity_comes_before_the_common_floor():
    plants = [candidate(1, capacity_kg="60"), candidate(2)]

    assert divided(plants, rules("200", floor=Decimal("0.9"), within_capacity=True)) == [60, 140]


def test_a_groups_total_is_met_and_the_rest_shared_by_the_others():
    plants = [candidate(1, group_id=9), candidate(2, "300", group_id=9), candidate(3), candidate(4)]
    fixed = {9: Bound(Decimal(200), Decimal(200))}

    assert divided(plants, rules("600", groups=fixed)) == [50, 150, 200, 200]


def test_a_groups_range_holds_only_where_it_must():
    plants = [candidate(1, group_id=9), candidate(2)]

    wide = rules("200", groups={9: Bound(Decimal(50), Decimal(150))})
    narrow = rules("200", groups={9: Bound(None, Decimal(80))})

    assert divided(plants, wide) == [100, 100]
    assert divided(plants, narrow) == [80, 120]


def test_penalties_cut_what_a_share_would_have_been_and_the_others_share_it():
    plants = [candidate(1, over_kg="10"), candidate(2), candidate(3)]

    first, *others = propose(plants, rules("300", cut_over=True), NAMES)

    assert (first.kg, first.cut_kg, first.held) == (90, 10, "penalty")
    assert [each.kg for each in others] == [105, 105]


def test_penalties_multiply_too_and_come_before_a_floor():
    plants = [candidate(1, over_kg="0"), candidate(2)]
    halved = rules("200", floor=Decimal(1), penalty_factor=Decimal("0.5"))

    assert divided(plants, halved) == [50, 150]


def test_a_cut_larger_than_the_share_leaves_nothing_not_less():
    plants = [candidate(1, over_kg="1000"), candidate(2)]

    assert divided(plants, rules("200", cut_over=True)) == [0, 200]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (rules(bounds={1: Bound(Decimal(9), Decimal(8))}), "Plant 1: the floor"),
        (rules(groups={9: Bound(Decimal(9), Decimal(8))}), "Group: the least"),
        (rules(floor=Decimal(1), groups={9: Bound(None, Decimal(99))}), "members' floors"),
        (rules(ceiling=Decimal(1), groups={9: Bound(Decimal(101))}), "members' ceilings"),
        (rules("199", floor=Decimal(1)), "ask for 0.200 t; to be divided are 0.199 t"),
        (rules("201", ceiling=Decimal(1)), "allow 0.200 t; to be divided are 0.201 t"),
        (rules("200", ceiling=Decimal(1), cut_over=True), "With the cuts after penalties"),
    ],
)
def test_constraints_that_conflict_are_named(scenario, words):
    plants = [candidate(1, group_id=9, over_kg="10"), candidate(2)]

    with pytest.raises(ConstraintsConflict, match=words):
        propose(plants, scenario, NAMES)


def test_limits_that_meet_exactly_are_no_conflict():
    plants = [candidate(1), candidate(2)]

    assert divided(plants, rules("200", floor=Decimal(1), ceiling=Decimal(1))) == [100, 100]


def test_a_group_without_a_candidate_that_must_have_something_conflicts():
    with pytest.raises(ConstraintsConflict, match="Group"):
        propose([candidate(1)], rules(groups={9: Bound(Decimal(1))}), NAMES)


def test_rules_come_back_as_they_were_told():
    told = rules(
        floor=Decimal("0.8"),
        within_capacity=True,
        penalty_factor=Decimal("0.9"),
        cut_over=True,
        bounds={1: Bound(Decimal(5))},
        groups={9: Bound(None, Decimal(7))},
    )

    assert ScenarioRules.of(told.told(), told.total_kg) == told


# --- whatever the figures are --------------------------------------------------------------------
masses = st.decimals(min_value=0, max_value=10**8, places=3)
scores = st.none() | st.decimals(min_value=0, max_value=100, places=2)
people = st.lists(
    st.builds(
        Candidate,
        enterprise_id=st.integers(1, 10**6),
        group_id=st.sampled_from([None, 9, 8]),
        last_kg=masses,
        used_kg=masses,
        capacity_kg=st.none() | masses,
        technology=scores,
        environment=scores,
        safety=scores,
        over_kg=st.none() | masses,
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda each: each.enterprise_id,
)
weights = st.fixed_dictionaries(
    {"last": st.decimals(min_value=1, max_value=100, places=1)},
    optional={
        name: st.decimals(min_value=0, max_value=100, places=1)
        for name in ("used", "capacity", "technology", "environment", "safety")
    },
)
floors = st.none() | st.decimals(min_value=0, max_value=Decimal("0.8"), places=2)
ceilings = st.none() | st.decimals(min_value=Decimal("1.2"), max_value=3, places=2)
factors = st.decimals(min_value=Decimal("0.85"), max_value=Decimal("1.15"), places=3)


def around(data, kg):
    """A bound that what is drawn may or may not reach."""
    least = data.draw(st.none() | st.decimals(min_value=0, max_value=1, places=2))
    most = data.draw(st.none() | st.decimals(min_value=1, max_value=2, places=2))
    return Bound(*(None if part is None else part * kg for part in (least, most)))


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
@given(people, weights, factors, floors, ceilings, st.booleans(), st.booleans(), st.data())
def test_the_sum_is_the_total_to_the_kilogram_and_every_limit_holds(
    candidates, weighed, factor, floor, ceiling, within, cut, data
):
    total = Decimal(int(factor * sum(each.last_kg for each in candidates)))
    assume(total > 0)
    held = {9: Decimal(0), 8: Decimal(0)}
    for each in candidates:
        if each.group_id:
            held[each.group_id] += each.last_kg
    groups = {group: around(data, kg) for group, kg in held.items() if kg}
    scenario = ScenarioRules(
        total,
        weighed,
        floor=floor,
        ceiling=ceiling,
        within_capacity=within,
        penalty_factor=Decimal("0.9"),
        cut_over=cut,
        groups=groups,
    )
    try:
        shares = propose(candidates, scenario, NAMES | {8: "Other"})
    except ConstraintsConflict:
        event("no division")
        return

    assert sum(each.kg for each in shares) == total
    assert all(each.kg == int(each.kg) and each.kg >= 0 for each in shares)
    for each in shares:
        one = each.candidate
        if ceiling and one.last_kg:
            assert each.kg <= ceiling * one.last_kg
        if within and one.capacity_kg is not None:
            assert each.kg <= one.capacity_kg
        if floor and one.last_kg and not ceiling and not within and one.over_kg is None:
            assert each.kg >= floor * one.last_kg
    for group, bound in groups.items():
        kg = sum(each.kg for each in shares if each.candidate.group_id == group)
        assert bound.least_kg is None or kg >= bound.least_kg
        assert bound.most_kg is None or kg <= bound.most_kg


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(people, st.integers(1, 3 * 10**8).map(Decimal))
def test_within_wide_limits_everybody_departs_from_the_target_alike(candidates, total):
    assume(any(each.last_kg for each in candidates))

    for each in propose([replace(one, over_kg=None) for one in candidates], rules(total), NAMES):
        assert abs(each.kg - each.target_kg) <= 1


def test_it_is_the_optimum_that_a_general_solver_finds():
    from scipy.optimize import minimize

    plants = [
        candidate(1, "1000000", used_kg="300000", group_id=9),
        candidate(2, "2000000", used_kg="900000", group_id=9),
        candidate(3, "500000", used_kg="500000"),
        candidate(4, "800000", used_kg="100000"),
    ]
    scenario = rules(
        "4000000",
        {"used": Decimal(1)},
        floor=Decimal("0.5"),
        ceiling=Decimal("1.5"),
        groups={9: Bound(None, Decimal(2_400_000))},
    )
    shares = propose(plants, scenario, NAMES)
    aims = [float(each.target_kg) / 1e6 for each in shares]
    last = [float(each.last_kg) / 1e6 for each in plants]

    best = minimize(
        lambda x: sum((a - b) ** 2 / b for a, b in zip(x, aims, strict=True)),
        last,
        bounds=[(0.5 * each, 1.5 * each) for each in last],
        constraints=[
            {"type": "eq", "fun": lambda x: sum(x) - 4},
            {"type": "ineq", "fun": lambda x: 2.4 - x[0] - x[1]},
        ],
        method="SLSQP",
        options={"ftol": 1e-14},
    )

    assert [float(each.kg) / 1e6 for each in shares] == pytest.approx(list(best.x), abs=1e-4)


few, some, many = st.integers(0, 8), st.integers(6, 20), st.integers(8, 60)
shares_of_pools = st.lists(
    st.tuples(st.lists(st.tuples(few, some), max_size=3), few, many), min_size=1, max_size=3
)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(shares_of_pools, st.integers(0, 60))
def test_a_conflict_is_told_exactly_where_a_linear_programme_finds_no_division(drawn, total):
    from scipy.optimize import linprog

    pairs = [pair for pool, _least, _most in drawn for pair in pool]
    assume(pairs)
    pools, start = [], 0
    for pool, _least, _most in drawn:
        pools.append(range(start, start + len(pool)))
        start += len(pool)
    limits = Limits(
        least=[low for low, _high in pairs],
        most=[high for _low, high in pairs],
        names=["Plant"] * len(pairs),
        pools=pools,
        pool_least=[least for _pool, least, _most in drawn],
        pool_most=[most for _pool, _least, most in drawn],
        pool_names=["Group"] * len(drawn),
    )
    rows = [[1.0 if i in places else 0.0 for i in range(len(pairs))] for places in pools]
    asked = [*limits.pool_most, *(-least for least in limits.pool_least)]
    crossed = any(low > high for low, high in pairs)

    answer = (
        None
        if crossed
        else linprog(
            [0.0] * len(pairs),
            A_ub=[*rows, *([-value for value in row] for row in rows)],
            b_ub=asked,
            A_eq=[[1.0] * len(pairs)],
            b_eq=[total],
            bounds=pairs,
        )
    )

    possible = answer is not None and answer.status == 0
    event(f"possible: {possible}")
    assert (not conflicts(limits, total)) == possible


@settings(deadline=None, suppress_health_check=SLOW)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1), st.data())
def test_rounding_never_leaves_the_bounds(bounds, data):
    least = [min(pair) for pair in bounds]
    most = [max(pair) for pair in bounds]
    total = data.draw(st.integers(sum(least), sum(most)))
    exact = [data.draw(st.floats(low, high)) for low, high in zip(least, most, strict=True)]

    parts = _rounded(exact, least, most, total)

    assert sum(parts) == total
    assert all(a <= b <= c for a, b, c in zip(least, parts, most, strict=True))
