"""Where a trace ends: what each kind of end is called, and the lines that add up to the lot."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.quantity import ZERO, apportion
from traceability.rules.tracing.spread import Spread, Step


class EndKind(StrEnum):
    """What a line of a trace says of its mass."""

    EXTRACTION = "extraction"
    IMPORT = "import"
    RECYCLED = "recycled"
    BOUGHT_OUTSIDE = "bought_outside"
    UNEXPLAINED = "unexplained"
    UNMATCHED = "unmatched"
    DIFFERENCE = "difference"
    HELD = "held"
    EXPORT = "export"
    SOLD_OUTSIDE = "sold_outside"
    UNCONFIRMED = "unconfirmed"
    LOSS = "loss"
    IN_PROCESS = "in_process"
    ELSEWHERE = "elsewhere"
    NOT_FOLLOWED = "not_followed"
    ROUND = "round"

    @property
    def label(self) -> Promise:
        """What it is called."""
        return END_LABELS[self]


END_LABELS: dict[EndKind, Promise] = {
    EndKind.EXTRACTION: _("mined"),
    EndKind.IMPORT: _("imported"),
    EndKind.RECYCLED: _("recycled"),
    EndKind.BOUGHT_OUTSIDE: _("bought from outside the platform"),
    EndKind.UNEXPLAINED: _("unexplained or opening stock"),
    EndKind.UNMATCHED: _("bought, not recorded by the seller"),
    EndKind.DIFFERENCE: _("difference between seller and buyer"),
    EndKind.HELD: _("still held"),
    EndKind.EXPORT: _("exported"),
    EndKind.SOLD_OUTSIDE: _("sold to outside the platform"),
    EndKind.UNCONFIRMED: _("sold, not recorded by the buyer"),
    EndKind.LOSS: _("lost"),
    EndKind.IN_PROCESS: _("lost or still in a process run"),
    EndKind.ELSEWHERE: _("another enterprise"),
    EndKind.NOT_FOLLOWED: _("not followed further"),
    EndKind.ROUND: _("goes round in a circle"),
}


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool as a trace needs to know it; `open_to_reader`: its enterprises are the reader's."""

    kind: str
    enterprise_id: int
    lot_id: int | None
    counterparty_id: int | None
    run: str
    outside: bool
    open_to_reader: bool


class Line(NamedTuple):
    """One end of a trace: what became of `kg` REO of the lot, or where they came from.

    `enterprise_id`: who holds, lost, mined or shipped it; `partner_id`: the buyer or seller.
    """

    kind: EndKind
    kg: Decimal
    enterprise_id: int | None = None
    partner_id: int | None = None
    lot_id: int | None = None
    run: str = ""
    country: str = ""


_NOBODYS = Line(EndKind.ELSEWHERE, ZERO)


def ends_of(
    found: Spread, steps: Sequence[Step], pools: Mapping[int, PoolFacts], *, upstream: bool
) -> Iterator[tuple[int, Line]]:
    """Every end of a trace, kg REO unrounded, with the pool that it hangs on."""
    for place, step in enumerate(steps):
        if step.far is None and (mass := found.flows.get(place)):
            end = out_of(pools[step.near], step.kind, step.lot_id, step.country)
            yield step.near, end._replace(kg=mass)
    told = {step.near for step in steps}
    for pool, mass in found.rest.items():
        yield pool, rest_in(pools[pool], told=pool in told, upstream=upstream)._replace(kg=mass)
    for pool, mass in found.beyond.items():
        yield pool, beyond(pools[pool])._replace(kg=mass)
    for pool, mass in found.round.items():
        yield pool, round_in(pools[pool])._replace(kg=mass)


def out_of(pool: PoolFacts, kind: str, lot_id: int | None, country: str) -> Line:
    """What left the graph from a pool, or came to it from without."""
    return Line(EndKind(kind), ZERO, pool.enterprise_id, None, lot_id, "", country)


def rest_in(pool: PoolFacts, *, told: bool, upstream: bool) -> Line:
    """What the steps of a pool do not explain. `told`: there are some."""
    return (_origin if upstream else _remainder)(pool, told)


def beyond(pool: PoolFacts) -> Line:
    """What came to a pool that was not opened: it was too much, or is not the reader's."""
    return _at(EndKind.NOT_FOLLOWED, pool) if pool.open_to_reader else _NOBODYS


def round_in(pool: PoolFacts) -> Line:
    """What never left a circle."""
    return _at(EndKind.ROUND, pool)


def lines_of(ends: Iterable[Line], *, total: Decimal) -> list[Line]:
    """The ends of a trace of `total` kg REO, largest first: to the gram they add up to it."""
    sums: dict[Line, Decimal] = defaultdict(Decimal)
    for end in ends:
        sums[end._replace(kg=ZERO)] += end.kg
    ordered = sorted(sums.items(), key=lambda end: (-end[1], end[0].kind, end[0].lot_id or 0))
    if not ordered or not total:
        return []
    parts = apportion(total, [max(mass, ZERO) for _, mass in ordered])
    lines = [line._replace(kg=kg) for (line, _), kg in zip(ordered, parts, strict=True)]
    return [line for line in lines if line.kg]


def _at(kind: EndKind, pool: PoolFacts) -> Line:
    return Line(kind, ZERO, pool.enterprise_id, pool.counterparty_id, pool.lot_id, pool.run)


def _origin(pool: PoolFacts, told: bool) -> Line:
    """Upstream: what came out of a pool and never went in. `told`: some of it is known to have."""
    if pool.kind != "shipment":
        return _at(EndKind.UNEXPLAINED, pool)
    if pool.outside:
        return _at(EndKind.BOUGHT_OUTSIDE, pool)
    return _at(EndKind.DIFFERENCE if told else EndKind.UNMATCHED, pool)


def _remainder(pool: PoolFacts, told: bool) -> Line:
    """Downstream: what went into a pool and has not come out. `told`: some of it has."""
    if pool.kind == "holding":
        return _at(EndKind.HELD, pool)
    if pool.kind == "run":
        return _at(EndKind.IN_PROCESS, pool)
    if pool.outside:
        return _at(EndKind.SOLD_OUTSIDE, pool)
    return _at(EndKind.DIFFERENCE if told else EndKind.UNCONFIRMED, pool)
