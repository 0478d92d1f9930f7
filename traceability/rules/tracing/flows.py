"""Flows of a period, balanced: at every product or stage as much goes out as comes in."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.quantity import GRAM, ZERO
from traceability.rules.tracing.picture import Link


class FlowKind(StrEnum):
    """Whence mass comes into a stage, and where it leaves it to."""

    EXTRACTION = "extraction"
    IMPORT = "import"
    RECYCLED = "recycled"
    PURCHASE_OUTSIDE = "purchase_outside"
    PROCESS_EXCESS = "process_excess"
    FROM_STOCK = "from_stock"
    TRADE_EXCESS = "trade_excess"
    MADE = "made"
    EXPORT = "export"
    SALE_OUTSIDE = "sale_outside"
    LOSS = "loss"
    PROCESS_LOSS = "process_loss"
    PROCESS_UNTOLD = "process_untold"
    IN_TRADE = "in_trade"
    INTO_STOCK = "into_stock"
    # Trade between two of the scope: what one sells the other buys; only the difference is shown.
    SALE_INSIDE = "sale_inside"
    PURCHASE_INSIDE = "purchase_inside"

    @property
    def label(self) -> Promise:
        """What it is called."""
        return FLOW_LABELS[self]


FLOW_LABELS: dict[FlowKind, Promise] = {
    FlowKind.EXTRACTION: _("mined"),
    FlowKind.IMPORT: _("imported"),
    FlowKind.RECYCLED: _("recycled"),
    FlowKind.PURCHASE_OUTSIDE: _("bought from outside"),
    FlowKind.PROCESS_EXCESS: _("out of runs without input in the period"),
    FlowKind.FROM_STOCK: _("taken from stock"),
    FlowKind.TRADE_EXCESS: _("bought and not recorded as sold"),
    FlowKind.MADE: _("made in runs"),
    FlowKind.EXPORT: _("exported"),
    FlowKind.SALE_OUTSIDE: _("sold to outside"),
    FlowKind.LOSS: _("lost"),
    FlowKind.PROCESS_LOSS: _("lost or still in process runs"),
    FlowKind.PROCESS_UNTOLD: _("into products whose split nobody stated"),
    FlowKind.IN_TRADE: _("sold and not yet recorded as bought"),
    FlowKind.INTO_STOCK: _("put into stock"),
    FlowKind.SALE_INSIDE: _("sold within"),
    FlowKind.PURCHASE_INSIDE: _("bought within"),
}
INWARD = (
    *(FlowKind.EXTRACTION, FlowKind.IMPORT, FlowKind.RECYCLED, FlowKind.PURCHASE_OUTSIDE),
    *(FlowKind.PROCESS_EXCESS,),
)
# What a difference is made of, and whether what comes in adds to it.
TRADED = {FlowKind.TRADE_EXCESS: 1, FlowKind.IN_TRADE: -1}
STOCKED = {FlowKind.INTO_STOCK: 1, FlowKind.FROM_STOCK: -1}
# Sums are taken of masses so fine: exact, and further than any scale weighs.
FINEST = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Flow:
    """So many kg of a product came or went in a way; `other`: what runs made of it."""

    kind: FlowKind
    product: Hashable
    kg: Decimal
    other: Hashable = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a balance: a way in or out, and how much; `other`: from or into which stage."""

    kind: FlowKind
    kg: Decimal
    other: Hashable = None
    inward: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What came into a product or stage and what went out: the same, stock and all."""

    key: Hashable
    inward: tuple[Entry, ...]
    outward: tuple[Entry, ...]
    within_kg: Decimal

    @property
    def total_kg(self) -> Decimal:
        """What came in, and went out."""
        return sum((entry.kg for entry in self.inward), ZERO)


def balances(flows: Iterable[Flow], part: Callable[[Hashable], Hashable]) -> list[Balance]:
    """The balance of every part that products belong to: exactly as much goes out as comes in.

    What runs make within one part (a compound of a compound) is told apart in `within_kg`. What
    the movements leave over is the change of stock by the books.
    """
    ways: dict[tuple[Hashable, bool, FlowKind, Hashable], Decimal] = defaultdict(Decimal)
    within: dict[Hashable, Decimal] = defaultdict(Decimal)
    keys = set()
    for flow in flows:
        key, kg = part(flow.product), flow.kg.quantize(FINEST)
        keys.add(key)
        for side in _sides(flow, key, part):
            if side is None:
                within[key] += kg
            else:
                ways[side] += kg
                keys.add(side[0])
    return [_balance(key, ways, within[key]) for key in sorted(keys, key=str)]


def _sides(
    flow: Flow, key: Hashable, part: Callable[[Hashable], Hashable]
) -> list[tuple[Hashable, bool, FlowKind, Hashable] | None]:
    """On which sides of which balances a flow stands; None for one that stays within."""
    if flow.kind == FlowKind.MADE:
        other = part(flow.other)
        if other == key:
            return [None]
        return [(key, False, flow.kind, other), (other, True, flow.kind, key)]
    inward = flow.kind in INWARD or flow.kind == FlowKind.PURCHASE_INSIDE
    return [(key, inward, flow.kind, None)]


def _balance(
    key: Hashable,
    ways: dict[tuple[Hashable, bool, FlowKind, Hashable], Decimal],
    within_kg: Decimal,
) -> Balance:
    own = {way[1:]: kg for way, kg in ways.items() if way[0] == key}
    sold = own.pop((False, FlowKind.SALE_INSIDE, None), ZERO)
    bought = own.pop((True, FlowKind.PURCHASE_INSIDE, None), ZERO)
    inward = [Entry(kind, kg, other, inward=True) for (way, kind, other), kg in own.items() if way]
    outward = [Entry(kind, kg, other) for (way, kind, other), kg in own.items() if not way]
    _even(inward, outward, sold - bought, FlowKind.TRADE_EXCESS, FlowKind.IN_TRADE)
    come = sum((entry.kg for entry in inward), ZERO)
    gone = sum((entry.kg for entry in outward), ZERO)
    _even(inward, outward, come - gone, FlowKind.FROM_STOCK, FlowKind.INTO_STOCK)
    return Balance(key, _ordered(inward), _ordered(outward), within_kg)


def _even(
    inward: list[Entry], outward: list[Entry], kg: Decimal, less: FlowKind, more: FlowKind
) -> None:
    """Name a difference on the side where it is missing."""
    if kg > 0:
        outward.append(Entry(more, kg))
    elif kg < 0:
        inward.append(Entry(less, -kg, inward=True))


def _ordered(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted((one for one in entries if one.kg), key=lambda one: -one.kg))


def links_of(found: Iterable[Balance]) -> list[Link]:
    """The links of the picture of balances: every way from or to its end, and between parts.

    Less than half a gram, which sums of runs leave over, is no way.
    """
    links = []
    for balance in found:
        for entry in balance.inward:
            if entry.kind != FlowKind.MADE:
                links.append(Link(entry.kind, balance.key, entry.kg))
        for entry in balance.outward:
            target = entry.other if entry.kind == FlowKind.MADE else entry.kind
            links.append(Link(balance.key, target, entry.kg))
    return [link for link in links if link.kg >= GRAM / 2]


# A flow by its kind, product and what was made: so the records behind it are asked for.
Piece = tuple[str, Hashable, Hashable]


def pieces_of(
    entry: Entry, key: Hashable, flows: Iterable[Flow], part: Callable[[Hashable], Hashable]
) -> Counter[Piece]:
    """The flows that make up an entry of the balance `key`: 1 for what adds to it, else -1.

    Of what runs made, `made_in` is asked of what came out and `made_out` of what went in.
    """
    found: Counter[Piece] = Counter()
    for flow in flows:
        for side in _sides(flow, part(flow.product), part):
            if side is None or side[0] != key:
                continue
            _, inward, kind, other = side
            sign = _sign(entry, kind, other, inward=inward)
            if sign:
                made = "made_in" if inward else "made_out"
                name = made if kind == FlowKind.MADE else kind.value
                found[name, flow.product, flow.other if kind == FlowKind.MADE else None] = sign
    return found


def _sign(entry: Entry, kind: FlowKind, other: Hashable, *, inward: bool) -> int:
    """Whether a way belongs to an entry, and whether it adds to it or takes from it."""
    if entry.kind in STOCKED:
        return STOCKED[entry.kind] * (1 if inward else -1)
    if entry.kind in TRADED:
        traded = kind in (FlowKind.SALE_INSIDE, FlowKind.PURCHASE_INSIDE)
        return TRADED[entry.kind] * (1 if inward else -1) if traded else 0
    return int((entry.kind, entry.other, entry.inward) == (kind, other, inward))


def pieces_within(
    key: Hashable, flows: Iterable[Flow], part: Callable[[Hashable], Hashable]
) -> Counter[Piece]:
    """The flows from one product of a part into another of it."""
    return Counter(
        {
            ("made_in", flow.product, flow.other): 1
            for flow in flows
            if flow.kind == FlowKind.MADE and part(flow.product) == part(flow.other) == key
        }
    )
