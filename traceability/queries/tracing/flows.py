"""Flows of a period: what came, went and was made, over the enterprises of a scope."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enterprises.queries import enterprises_visible_to, seen_by
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.templatetags.portal import named
from traceability.models import Product
from traceability.models.flows import ELEMENT_MASSES
from traceability.queries.tracing.walk import NOW, rows, statement
from traceability.rules.intake import CREATING
from traceability.rules.tracing.flows import Balance, Flow, FlowKind, balances, links_of
from traceability.rules.tracing.picture import Node, Picture, picture_of

# What can be looked at apart: the oxides that count.
ELEMENTS: dict[str, tuple[Promise | str, tuple[str, ...] | None]] = {
    "": (gettext_lazy("all rare earths"), None),
    "PrNd": ("Pr + Nd", ELEMENT_MASSES["prnd_kg"]),
    **{
        symbol: (symbol, ELEMENT_MASSES[f"{symbol.lower()}_kg"])
        for symbol in ("Dy", "Tb", "La", "Ce", "Sm", "Eu", "Gd", "Y")
    },
}
# All that the ledger can hold.
ALL_MONTHS = (Month(2000, 1), Month(9999, 12))
# Ends that stand to the left of what they lead to.
SOURCES = {
    *(FlowKind.EXTRACTION, FlowKind.IMPORT, FlowKind.RECYCLED, FlowKind.PURCHASE_OUTSIDE),
    *(FlowKind.PROCESS_EXCESS, FlowKind.FROM_STOCK, FlowKind.TRADE_EXCESS),
}


@dataclass(frozen=True, slots=True)
class Question:
    """Which flows: of which months and enterprises (None: all), as known when, of which oxides."""

    first: Month
    last: Month
    scope: Sequence[int] | None = None
    known_at: datetime = NOW
    oxides: Sequence[str] | None = None


def scope_of(
    user: User, *, province: str = "", group: int | None = None, enterprise: int | None = None
) -> list[int] | None:
    """The enterprises that `user` may see and that fit; None for all there are."""
    if not (province or group or enterprise):
        return seen_by(user)
    found = enterprises_visible_to(user).order_by()
    if province:
        found = found.filter(region__code__startswith=province[:2])
    if group:
        found = found.filter(parent=group) | found.filter(pk=group)
    if enterprise:
        found = found.filter(pk=enterprise)
    return list(found.values_list("pk", flat=True))


def flows_of(asked: Question) -> list[Flow]:
    """Every flow of the period, by kind and product, kg: kept, and only added up."""
    sql = kept_of(asked) + statement("kept_flows").replace("$", _mass_of(asked))
    found = rows(sql, facts_of(asked))
    return [
        Flow(FlowKind(kind), product, kg, other, country)
        for kind, product, other, country, kg in found
        if kg
    ]


def kept_of(asked: Question) -> str:
    """The flows that were kept of a period, as SQL: of the country as it stands, or of some."""
    country = asked.scope is None and asked.known_at == NOW
    return statement("kept_country" if country else "kept_some").replace("$", _mass_of(asked))


def _mass_of(asked: Question) -> str:
    """Which of the masses that are kept is asked about."""
    if asked.oxides is None:
        return "kg"
    [mass] = [mass for mass, oxides in ELEMENT_MASSES.items() if oxides == tuple(asked.oxides)]
    return mass


def facts_of(asked: Question) -> dict[str, Any]:
    """What the statements ask about the period and scope."""
    return {
        "first": asked.first.first_day,
        "last": asked.last.first_day,
        "scope": None if asked.scope is None else list(asked.scope),
        "alone": asked.scope is not None and len(asked.scope) == 1,
        "oxides": None if asked.oxides is None else list(asked.oxides),
        "known_at": asked.known_at,
        "creating": list(CREATING),
    }


@dataclass(frozen=True, slots=True)
class Parts:
    """What products are put together by: stages, or each for itself; with their words."""

    products: dict[int, Product]
    by_product: bool

    def part(self, product: Hashable) -> Hashable:
        """What a product belongs to."""
        known = self.products.get(product) if isinstance(product, int) else None
        if known is None:
            return ""
        return known.pk if self.by_product else known.stage

    def node(self, key: Hashable) -> Node:
        """The box of a part."""
        if self.by_product and isinstance(key, int):
            product = self.products[key]
            return Node(key, product.code, product.stage, named(product))
        if not key:
            return Node(key, _("product not known"), "source")
        return Node(key, str(Product.Stage(str(key)).label), str(key))

    def order(self, key: Hashable) -> tuple[int, int]:
        """Where it stands in lists."""
        stages = list(Product.Stage.values)
        if isinstance(key, int):
            product = self.products[key]
            return (stages.index(product.stage), product.position)
        return (stages.index(str(key)) if key else -1, 0)


def parts_of(*, by_product: bool) -> Parts:
    """The parts that a picture shows."""
    return Parts({product.pk: product for product in Product.objects.all()}, by_product)


def balanced(flows: Sequence[Flow], parts: Parts) -> list[Balance]:
    """The balances of the parts, in the order of the chain."""
    return sorted(balances(flows, parts.part), key=lambda one: parts.order(one.key))


def picture_of_flows(found: Sequence[Balance], parts: Parts) -> Picture:
    """The picture of balances: from the ground to the magnets and out."""
    nodes = [parts.node(balance.key) for balance in found]
    for kind in FlowKind:
        nodes.append(Node(kind, str(kind.label), "source" if kind in SOURCES else "end"))
    return picture_of(nodes, links_of(found))


def kind_called(kind: str) -> str:
    """What a way in or out is called; empty for none."""
    return str(FlowKind(kind).label) if kind in set(FlowKind) else ""
