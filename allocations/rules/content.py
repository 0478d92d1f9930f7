"""What the checks are asked about: the content of a decision and what surrounds it, kg REO."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from allocations.rules.changes import LineKey, LineText
from enterprises.rules import Term
from portal.kernel.quantity import ZERO


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision does in one category of its year, kg REO, beside all others issued."""

    category: Any
    other_ceilings_kg: Decimal
    ceiling_kg: Decimal
    other_allocated_kg: Decimal
    allocated_kg: Decimal

    @property
    def ceiling_after_kg(self) -> Decimal:
        """The ceiling of the year with this decision."""
        return self.other_ceilings_kg + self.ceiling_kg

    @property
    def allocated_after_kg(self) -> Decimal:
        """What is allocated in the year with this decision."""
        return self.other_allocated_kg + self.allocated_kg

    @property
    def reserve_kg(self) -> Decimal:
        """What would be left to allocate; negative where the ceiling would be exceeded."""
        return self.ceiling_after_kg - self.allocated_after_kg

    @property
    def exceeds(self) -> bool:
        """Whether the ceiling would be exceeded, or be below nothing."""
        return self.reserve_kg < 0 or self.ceiling_after_kg < 0


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """What is on record of an enterprise that a line is for.

    `terms`: by activity the designations of each enterprise that may use the cap, one tuple each:
    its own, for a group those of its members. `unmet` and `unproven`: the criteria of eligibility,
    by activity, that it was found not to meet, or that nothing valid is on record for.
    """

    label: str = ""
    activities: frozenset[str] = frozenset()
    is_group: bool = False
    group_id: int | None = None
    terms: Mapping[str, Sequence[Sequence[Term]]] = field(default_factory=dict)
    unmet: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    unproven: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside one enterprise's line of a category, kg REO.

    `cap_kg`: its cap by the year's other decisions. `capacity_kg` None: not assessed.
    `penalties`: the numbers of the penalty decisions whose cut is still to be decided, of a group
    those of its members; `penalty_kg` is what was produced beyond the caps by them.
    """

    cap_kg: Decimal = ZERO
    used_kg: Decimal = ZERO
    last_cap_kg: Decimal = ZERO
    last_used_kg: Decimal = ZERO
    capacity_kg: Decimal | None = None
    open_findings: int = 0
    penalties: tuple[str, ...] = ()
    penalty_kg: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Content:
    """A decision as it stands or as somebody types it, and what surrounds it.

    `first` to `last` is the part of the year that its caps hold for. `missing`: the ministries that
    have not agreed to this very content.
    """

    regime: str
    kind: str
    first: date
    last: date
    approval_no: str
    lines: Mapping[LineKey, LineText]
    effects: Sequence[Effect]
    holders: Mapping[int, HolderFacts]
    beside: Mapping[LineKey, Beside]
    missing: tuple[str, ...]

    @property
    def allocations(self) -> list[tuple[int, str, LineText]]:
        """The allocation lines: enterprise, category, what the line says."""
        return [
            (key.enterprise_id, key.category, text)
            for key, text in self.lines.items()
            if key.enterprise_id is not None
        ]

    def holder(self, enterprise_id: int) -> HolderFacts:
        """What is on record of an enterprise; of one that is not, nothing is."""
        return self.holders.get(enterprise_id, HolderFacts())

    def of(self, enterprise_id: int, category: str) -> Beside:
        """What is known beside a line."""
        return self.beside.get(LineKey(enterprise_id, category), Beside())


def activity_of(category: str) -> str:
    """The activity that a category's caps are for."""
    return category.partition("_")[0]


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """What one rare earth group receives in a category with its members, kg REO."""

    group_id: int
    category: str
    kg: Decimal
    other_kg: Decimal
    last_kg: Decimal

    @property
    def together_kg(self) -> Decimal:
        """The group's caps of the year with this decision."""
        return self.other_kg + self.kg

    @property
    def change_kg(self) -> Decimal:
        """More, or negative less, than last year."""
        return self.together_kg - self.last_kg


def group_totals(
    content: Content,
    *,
    others: Mapping[tuple[int, str], Decimal],
    last: Mapping[tuple[int, str], Decimal],
) -> list[GroupTotal]:
    """Each group's total by category: this decision, the year's others, and last year's caps.

    `others` and `last` by group and category. A group that has none of the three is none.
    """
    own: dict[tuple[int, str], Decimal] = {}
    for enterprise, category, text in content.allocations:
        holder = content.holder(enterprise)
        group = holder.group_id or (enterprise if holder.is_group else None)
        if group is not None:
            own[group, category] = own.get((group, category), ZERO) + text.kg
    return [
        GroupTotal(
            *key,
            kg=own.get(key, ZERO),
            other_kg=others.get(key, ZERO),
            last_kg=last.get(key, ZERO),
        )
        for key in sorted({*own, *others, *last})
    ]
