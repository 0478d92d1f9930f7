"""What candidates claim by each criterion, and what follows when the criteria are weighed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from allocations.rules.scenarios.limits import Bound
from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION
from portal.kernel.quantity import ZERO

# What an official weighs, by article 6 (capacity, technology, environment, safety) and by practice.
CRITERIA_WEIGHED = {
    "last": _("last year's cap"),
    "used": _("last year's use"),
    "capacity": _("capacity"),
    "technology": _("technology"),
    "environment": _("environment"),
    "safety": _("safety"),
}
SCORES = ("technology", "environment", "safety")
HUNDRED = Decimal(100)


class NothingToWeigh(Refusal):
    """No criterion has a weight and a figure on record: there is nothing to divide by."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may receive a share, and what is on record of it, kg REO; scores are of 0 to 100.

    `over_kg`: what was produced beyond the cap by the penalties whose cut is still to be decided;
    None where there is no such penalty.
    """

    enterprise_id: int
    label: str = ""
    group_id: int | None = None
    last_kg: Decimal = ZERO
    used_kg: Decimal = ZERO
    capacity_kg: Decimal | None = None
    technology: Decimal | None = None
    environment: Decimal | None = None
    safety: Decimal | None = None
    over_kg: Decimal | None = None

    @property
    def size_kg(self) -> Decimal:
        """What a score is a score of: last year's cap, else the capacity, else the use."""
        return self.last_kg or self.capacity_kg or self.used_kg


@dataclass(frozen=True, slots=True)
class ScenarioRules:
    """How a total is divided: weights of the criteria, and what no share may leave.

    `floor` and `ceiling` are fractions of last year's cap, of those that had one; `bounds` are of
    single enterprises and come before them, `groups` of groups with their members. Penalties:
    what a share would be without them is multiplied by `penalty_factor`, and lessened by what was
    produced beyond the cap where `cut_over` says so; that comes before any floor.
    """

    total_kg: Decimal
    weights: Mapping[str, Decimal]
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    within_capacity: bool = False
    penalty_factor: Decimal = Decimal(1)
    cut_over: bool = False
    bounds: Mapping[int, Bound] = field(default_factory=dict)
    groups: Mapping[int, Bound] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As it is kept on record: numbers as text."""
        return {
            "weights": {name: str(weight) for name, weight in self.weights.items()},
            "floor": None if self.floor is None else str(self.floor),
            "ceiling": None if self.ceiling is None else str(self.ceiling),
            "within_capacity": self.within_capacity,
            "penalty_factor": str(self.penalty_factor),
            "cut_over": self.cut_over,
            "bounds": {str(pk): bound.told() for pk, bound in self.bounds.items()},
            "groups": {str(pk): bound.told() for pk, bound in self.groups.items()},
        }

    @classmethod
    def of(cls, told: Mapping[str, Any], total_kg: Decimal) -> Self:
        """What `told` gave, read again."""
        return cls(
            total_kg=total_kg,
            weights={name: Decimal(text) for name, text in told["weights"].items()},
            floor=None if told["floor"] is None else Decimal(told["floor"]),
            ceiling=None if told["ceiling"] is None else Decimal(told["ceiling"]),
            within_capacity=told["within_capacity"],
            penalty_factor=Decimal(told["penalty_factor"]),
            cut_over=told["cut_over"],
            bounds={int(pk): Bound.of(bound) for pk, bound in told["bounds"].items()},
            groups={int(pk): Bound.of(bound) for pk, bound in told["groups"].items()},
        )


def targets(candidates: Sequence[Candidate], rules: ScenarioRules) -> list[Decimal]:
    """What each would receive by the weights alone, kg REO: the mean of its shares of the claims.

    A capacity or a score that is not on record counts as nothing known: last year's cap stands for
    the capacity, the mean of the others for the score. Raises NothingToWeigh.
    """
    shares = [ZERO] * len(candidates)
    weighed = ZERO
    for name, weight in rules.weights.items():
        claims = _claims(candidates, name) if weight > 0 else []
        whole = sum(claims, ZERO)
        if whole > 0:
            weighed += weight
            shares = [
                share + weight * claim / whole for share, claim in zip(shares, claims, strict=True)
            ]
    if not weighed:
        raise NothingToWeigh(
            _("Give a weight to at least one criterion that figures are on record for."),
            source=ALLOCATION,
        )
    return [rules.total_kg * share / weighed for share in shares]


def _claims(candidates: Sequence[Candidate], name: str) -> list[Decimal]:
    if name == "last":
        return [each.last_kg for each in candidates]
    if name == "used":
        return [each.used_kg for each in candidates]
    if name == "capacity":
        return [
            each.last_kg if each.capacity_kg is None else each.capacity_kg for each in candidates
        ]
    known = [score for each in candidates if (score := getattr(each, name)) is not None]
    if not known:
        return []
    mean = sum(known, ZERO) / len(known)
    return [
        each.size_kg * (mean if (score := getattr(each, name)) is None else score) / HUNDRED
        for each in candidates
    ]
