"""Where the figures of a page lead: to the records behind each."""

from collections.abc import Callable, Hashable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from traceability.forms.tracing import PeriodForm
from traceability.queries.tracing.flows import SOURCES
from traceability.queries.tracing.overview import Lead
from traceability.rules.tracing.flows import FlowKind

# Those whom the picture of trade does not name.
OTHERS = "others"
# What a figure's address takes over from the page that shows it.
_KEPT = (
    *("province", "group", "enterprise", "called", "element", "by", "known"),
    *("way", "who", "product"),
)


def number_in(text: str | None) -> int | None:
    """The key that an address names; None where it names none, or nothing that could be one."""
    return int(text) if text and text.isdecimal() and len(text) < 18 else None


def leading(request: HttpRequest, form: PeriodForm) -> Lead:
    """Gives the address of a figure by what tells it from others of the same page."""
    first, last = form.months
    kept = {name: request.GET[name] for name in (*_KEPT, "country") if request.GET.get(name)}
    base = {"first": first, "last": last, **kept}
    address = reverse("traceability:figure_detail")

    def lead(**told: Any) -> str:
        asked = base | {name: value for name, value in told.items() if value is not None}
        return f"{address}?{urlencode(asked)}"

    return lead


def lead_of_flow_node(lead: Lead) -> Callable[[Hashable], str]:
    """Where the mass of a box of the picture of flows leads."""

    def address(key: Hashable) -> str:
        if isinstance(key, FlowKind):
            return lead(of="flow", side="in" if key in SOURCES else "out", kind=key.value)
        return lead(of="flow", side="in", part=key)

    return address


def lead_of_flow_link(lead: Lead) -> Callable[[Hashable, Hashable], str]:
    """Where the mass of a link of the picture of flows leads."""

    def address(source: Hashable, target: Hashable) -> str:
        if isinstance(source, FlowKind):
            return lead(of="flow", side="in", kind=source.value, part=target)
        if isinstance(target, FlowKind):
            return lead(of="flow", side="out", kind=target.value, part=source)
        made = FlowKind.MADE.value
        return lead(of="flow", side="out", kind=made, part=source, other=target)

    return address


def lead_of_trader(lead: Lead) -> Callable[[Hashable], str]:
    """Where the mass of a seller or buyer of the picture of trade leads."""

    def address(key: Hashable) -> str:
        role, pk = key  # type: ignore[misc]
        return lead(of="trade", **{role: pk or OTHERS})

    return address


def lead_of_way(lead: Lead) -> Callable[[Hashable, Hashable], str]:
    """Where the mass of a link of the picture of trade leads."""

    def address(source: Hashable, target: Hashable) -> str:
        seller, buyer = source[1], target[1]  # type: ignore[index]
        return lead(of="trade", seller=seller or OTHERS, buyer=buyer or OTHERS)

    return address
