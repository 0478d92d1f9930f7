"""What no share may leave, in whole kilograms, and which constraints conflict."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Self

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION, Source
from portal.kernel.said import Listed, tonnes

TEXTS_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Bound:
    """The least and the most that somebody may receive, kg REO; None: nothing is said."""

    least_kg: Decimal | None = None
    most_kg: Decimal | None = None

    def told(self) -> list[str | None]:
        """As it is kept on record."""
        return [None if kg is None else str(kg) for kg in (self.least_kg, self.most_kg)]

    @classmethod
    def of(cls, told: Sequence[str | None]) -> Self:
        """What `told` gave, read again."""
        least, most = (None if text is None else Decimal(text) for text in told)
        return cls(least, most)


@dataclass(frozen=True, slots=True)
class Told:
    """One conflict in words, with its figures."""

    text: Any
    facts: Mapping[str, Any]

    def __str__(self) -> str:
        return str(self.text) % self.facts


class ConstraintsConflict(Refusal):
    """No division of the total meets every constraint; which of them conflict is said."""

    def __init__(
        self, conflicts: Sequence[Told], *, with_cuts: bool, source: Source = ALLOCATION
    ) -> None:
        message = (
            _("With the cuts after penalties no division meets every constraint. %(conflicts)s")
            if with_cuts
            else _("No division meets every constraint. %(conflicts)s")
        )
        super().__init__(message, source=source, conflicts=Listed(conflicts[:TEXTS_AT_MOST]))
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True, slots=True)
class Limits:
    """Least and most of each share, and of each pool of shares, in whole kg.

    A pool is a group whose total is bound, or all that belong to none: `pools` gives the places of
    its shares. `names` are the shares', `pool_names` the pools'.
    """

    least: list[int]
    most: list[int]
    names: Sequence[str]
    pools: Sequence[Sequence[int]]
    pool_least: Sequence[int]
    pool_most: Sequence[int]
    pool_names: Sequence[str]

    def reach(self, pool: int) -> tuple[int, int]:
        """What a pool can hold: between its own bounds, and what its shares allow."""
        places = self.pools[pool]
        return (
            max(self.pool_least[pool], sum(self.least[i] for i in places)),
            min(self.pool_most[pool], sum(self.most[i] for i in places)),
        )


def whole_up(kg: Decimal) -> int:
    """The whole kilograms that are no less than `kg`."""
    return int(kg.to_integral_value(ROUND_CEILING))


def whole_down(kg: Decimal) -> int:
    """The whole kilograms that are no more than `kg`."""
    return int(kg.to_integral_value(ROUND_FLOOR))


def conflicts(limits: Limits, total: int) -> list[Told]:
    """Every constraint that cannot be met together with others; none: a division exists.

    Shares lie in pools and pools in the total, so that nothing else can conflict.
    """
    return [*_of_shares(limits), *_of_pools(limits)] or _of_total(limits, total)


def _of_shares(limits: Limits) -> Iterator[Told]:
    for name, least, most in zip(limits.names, limits.least, limits.most, strict=True):
        if least > most:
            yield Told(
                _("%(holder)s: the floor of %(least)s t lies above the ceiling of %(most)s t."),
                {"holder": name, "least": _t(least), "most": _t(most)},
            )


def _of_pools(limits: Limits) -> Iterator[Told]:
    for pool, places in enumerate(limits.pools):
        name = limits.pool_names[pool]
        own_least, own_most = limits.pool_least[pool], limits.pool_most[pool]
        least = sum(limits.least[i] for i in places)
        most = sum(limits.most[i] for i in places)
        if own_least > own_most:
            text = _("%(group)s: the least of %(least)s t lies above the most of %(most)s t.")
            yield Told(text, {"group": name, "least": _t(own_least), "most": _t(own_most)})
        elif least > own_most:
            text = _("%(group)s: its members' floors come to %(least)s t, its most is %(most)s t.")
            yield Told(text, {"group": name, "least": _t(least), "most": _t(own_most)})
        elif most < own_least:
            text = _(
                "%(group)s: its members' ceilings come to %(most)s t, its least is %(least)s t."
            )
            yield Told(text, {"group": name, "least": _t(own_least), "most": _t(most)})


def _of_total(limits: Limits, total: int) -> list[Told]:
    reaches = [limits.reach(pool) for pool in range(len(limits.pools))]
    least, most = sum(each[0] for each in reaches), sum(each[1] for each in reaches)
    if least > total:
        text = _("Floors and groups' totals ask for %(least)s t; to be divided are %(total)s t.")
        return [Told(text, {"least": _t(least), "total": _t(total)})]
    if most < total:
        text = _("Ceilings and groups' totals allow %(most)s t; to be divided are %(total)s t.")
        return [Told(text, {"most": _t(most), "total": _t(total)})]
    return []


def _t(kg: int) -> Any:
    return tonnes(Decimal(kg))
