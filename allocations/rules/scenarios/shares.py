"""A total divided by targets within limits, to the kilogram.

The shares are as near to their targets as the limits let them be: they minimise the sum of
(share - target)^2 / target, so that everybody departs from the target by the same fraction unless a
limit holds it. Limits of shares lie within limits of groups, and these within the total; with such
nested limits the optimum is share = clip(factor x target), with one factor for all and another for
each group whose own total holds. The sum grows with the factor, so that each factor is the root of
a function that never falls: scipy finds it by Brent's method, bracketed, whatever the numbers are.
Floats live in this module alone; what comes out are whole kilograms whose sum is the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocations.rules.scenarios.limits import (
    Bound,
    ConstraintsConflict,
    Limits,
    conflicts,
    whole_down,
    whole_up,
)
from allocations.rules.scenarios.weighing import Candidate, ScenarioRules, targets
from portal.kernel.quantity import ZERO

# A target of nothing still takes part where the others' ceilings leave something over.
LEAST_TARGET = 1e-9


@dataclass(frozen=True, slots=True)
class Share:
    """What one candidate would receive, whole kg REO, and what holds it there.

    `target_kg` is what the weights alone would give, `cut_kg` what penalties take from it.
    `held`: floor, ceiling, penalty, or nothing.
    """

    candidate: Candidate
    kg: Decimal
    target_kg: Decimal
    cut_kg: Decimal = ZERO
    held: str = ""


def propose(
    candidates: Sequence[Candidate], rules: ScenarioRules, group_names: dict[int, str]
) -> list[Share]:
    """Divide the total among the candidates; the sum is the total to the kilogram.

    Raises NothingToWeigh, or ConstraintsConflict where no division meets the rules.
    """
    wanted = targets(candidates, rules)
    total = whole_down(rules.total_kg)
    limits = _limits(candidates, rules, total, group_names)
    free = _divide(wanted, limits, total, with_cuts=False)
    most_after = {
        i: _after_penalty(free[i], each.over_kg, rules)
        for i, each in enumerate(candidates)
        if each.over_kg is not None
    }
    cut = {i: most for i, most in most_after.items() if most < free[i]}
    divided = free
    if cut:
        for i, most in cut.items():
            limits.most[i] = most
            limits.least[i] = min(limits.least[i], most)
        divided = _divide(wanted, limits, total, with_cuts=True)
    return [
        Share(
            candidate=each,
            kg=Decimal(divided[i]),
            target_kg=wanted[i],
            cut_kg=Decimal(free[i] - divided[i]) if i in cut else ZERO,
            held="penalty" if i in cut else _held(divided[i], limits, i, total),
        )
        for i, each in enumerate(candidates)
    ]


def _after_penalty(kg: int, over_kg: Decimal, rules: ScenarioRules) -> int:
    left = kg * rules.penalty_factor - (over_kg if rules.cut_over else ZERO)
    return max(whole_down(left), 0)


def _held(kg: int, limits: Limits, place: int, total: int) -> str:
    if kg == limits.least[place] and kg > 0:
        return "floor"
    return "ceiling" if kg == limits.most[place] and kg < total else ""


def _limits(
    candidates: Sequence[Candidate], rules: ScenarioRules, total: int, names: dict[int, str]
) -> Limits:
    """The rules as limits; an enterprise's own bound comes before the common ones."""
    bounds = [_bound(each, rules) for each in candidates]
    members: dict[int | None, list[int]] = {}
    for i, each in enumerate(candidates):
        group = each.group_id if each.group_id in rules.groups else None
        members.setdefault(group, []).append(i)
    for group in rules.groups:
        members.setdefault(group, [])
    of_pools = [rules.groups.get(group, Bound()) if group else Bound() for group in members]
    return Limits(
        least=[whole_up(each.least_kg or ZERO) for each in bounds],
        most=[total if each.most_kg is None else whole_down(each.most_kg) for each in bounds],
        names=[each.label for each in candidates],
        pools=list(members.values()),
        pool_least=[whole_up(each.least_kg or ZERO) for each in of_pools],
        pool_most=[
            total * max(len(places), 1) if each.most_kg is None else whole_down(each.most_kg)
            for each, places in zip(of_pools, members.values(), strict=True)
        ],
        pool_names=[names.get(group, "") if group else "" for group in members],
    )


def _bound(candidate: Candidate, rules: ScenarioRules) -> Bound:
    own = rules.bounds.get(candidate.enterprise_id, Bound())
    least, most = own.least_kg, own.most_kg
    if least is None and rules.floor is not None and candidate.last_kg:
        least = rules.floor * candidate.last_kg
    if most is None:
        asked = [
            rules.ceiling * candidate.last_kg if rules.ceiling and candidate.last_kg else None,
            candidate.capacity_kg if rules.within_capacity else None,
        ]
        known = [each for each in asked if each is not None]
        most = min(known) if known else None
    if own.least_kg is None and least is not None and most is not None:
        least = min(least, most)  # a capacity that has shrunk comes before the common floor
    return Bound(least, most)


def _divide(wanted: Sequence[Decimal], limits: Limits, total: int, *, with_cuts: bool) -> list[int]:
    """Whole kilograms for everybody. Raises ConstraintsConflict."""
    if found := conflicts(limits, total):
        raise ConstraintsConflict(found, with_cuts=with_cuts)
    import numpy as np  # a second to import: only who computes a scenario waits for it

    aims = np.maximum(np.array([float(each) for each in wanted]), max(total, 1) * LEAST_TARGET)
    least, most = np.array(limits.least, dtype=float), np.array(limits.most, dtype=float)
    pools = [np.array(places, dtype=int) for places in limits.pools]
    reaches = [limits.reach(pool) for pool in range(len(pools))]

    def held(factor: float, pool: int) -> float:
        places = pools[pool]
        asked = np.clip(factor * aims[places], least[places], most[places]).sum()
        return float(min(max(asked, reaches[pool][0]), reaches[pool][1]))

    highest = _highest_factor(aims, most)
    factor = _root(lambda f: sum(held(f, pool) for pool in range(len(pools))), total, highest)
    sums = _rounded(
        [held(factor, pool) for pool in range(len(pools))],
        [each[0] for each in reaches],
        [each[1] for each in reaches],
        total,
    )
    divided = [0] * len(wanted)
    for places, whole in zip(pools, sums, strict=True):
        if not len(places):
            continue
        own, low, high = aims[places], least[places], most[places]
        within = _root(
            lambda f, own=own, low=low, high=high: float(np.clip(f * own, low, high).sum()),
            whole,
            highest,
        )
        exact = np.clip(within * own, low, high)
        whole_kg = _rounded(exact.tolist(), low.astype(int), high.astype(int), whole)
        for place, kg in zip(places.tolist(), whole_kg, strict=True):
            divided[place] = kg
    return divided


def _highest_factor(aims: Any, most: Any) -> float:
    """The factor at which every share is at its most."""
    return float((most / aims).max()) + 1.0 if len(aims) else 1.0


def _root(asked: Any, total: int, highest: float) -> float:
    """The factor at which what is asked for comes to the total; the nearest end where none does."""
    from scipy.optimize import brentq

    if asked(0.0) >= total:
        return 0.0
    if asked(highest) <= total:
        return highest
    root: float = brentq(lambda factor: asked(factor) - total, 0.0, highest, xtol=1e-15)
    return root


def _rounded(
    exact: Sequence[float], least: Sequence[int], most: Sequence[int], total: int
) -> list[int]:
    """Whole numbers within their bounds whose sum is `total`, by largest remainder.

    What the floats are off by is settled the same way, a kilogram at a time where it must be.
    """
    parts = [
        min(max(int(value), int(low)), int(high))
        for value, low, high in zip(exact, least, most, strict=True)
    ]
    left = total - sum(parts)
    step = 1 if left > 0 else -1
    order = sorted(range(len(parts)), key=lambda i: (step * (parts[i] - exact[i]), i))
    while left:
        before = left
        for i in order:
            if left and int(least[i]) <= parts[i] + step <= int(most[i]):
                parts[i] += step
                left -= step
        if left == before:
            raise ArithmeticError("the bounds leave no room for the total")
    return parts
