"""The records behind the figures of a lot's trace, its holders, and of where much ends."""

from collections.abc import Callable, Hashable
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from enterprises.queries import seen_by
from portal.kernel.quantity import ZERO
from traceability.models import Lot
from traceability.queries.tracing import followed as queries
from traceability.queries.tracing.behind import Behind
from traceability.queries.tracing.drawn import Drawn, Names, code_of, drawn, names_of
from traceability.queries.tracing.flows import ELEMENTS, Question
from traceability.queries.tracing.lines import LineShown
from traceability.queries.tracing.lots import lots_visible_to
from traceability.queries.tracing.reach import Reach, Reached, behind_reach
from traceability.queries.tracing.trace import Trace, trace_lot
from traceability.queries.tracing.walk import Asked
from traceability.rules.tracing.ends import END_LABELS, EndKind, Line
from traceability.views.tracing.addresses import number_in

FOLDS = {"lot": False, "enterprise": True}
Lead = Callable[..., str]


# --- addresses -----------------------------------------------------------------------------------
def leading_from(lot: Lot, request: HttpRequest, known_on: date | None) -> Lead:
    """Gives the address of a figure of a lot's page by what tells it from the others."""
    base: dict[str, Any] = {"of": "lot", "lot": lot.pk}
    if known_on:
        base["known"] = known_on
    base |= {name: request.GET[name] for name in ("element", "by", "open") if request.GET.get(name)}
    address = reverse("traceability:figure_detail")

    def lead(**told: Any) -> str:
        asked = base | {name: value for name, value in told.items() if value not in (None, "")}
        return f"{address}?{urlencode(asked)}"

    return lead


def lead_of_box(lead: Lead) -> Callable[[Hashable], str]:
    """Where the mass of a box of the picture leads."""
    return lambda key: lead(box=code_of(key))


def lead_of_link(lead: Lead) -> Callable[[Hashable, Hashable], str]:
    """Where the mass of a link of the picture leads."""
    return lambda source, target: lead(source=code_of(source), target=code_of(target))


def lead_of_line(lead: Lead, line: LineShown, *, upstream: bool) -> str:
    """Where a line of the table leads."""
    return lead(
        way="up" if upstream else "down",
        kind=line.kind.value,
        holder=line.enterprise_id,
        partner=line.partner_id,
        held=line.lot.pk if line.lot else None,
        run=line.run,
        where=line.country,
    )


def lead_of_reached(lead: Lead, end: Reached | None) -> str:
    """Where an end of much leads; what was picked for none."""
    if end is None:
        return lead(of="reach")
    holder = end.enterprise.pk if end.enterprise else 0
    return lead(of="reach", kind=end.kind, holder=holder, where=end.country, stage=end.stage)


# --- figures -------------------------------------------------------------------------------------
def behind_lot(request: HttpRequest, asked: Question) -> tuple[str, Behind]:
    """What the figure is called and the records behind it: of a trace, or of who holds the lot."""
    found = lots_visible_to(request.user)
    lot = get_object_or_404(found, pk=number_in(request.GET.get("lot")) or 0)
    title = _("Lot %(number)s") % {"number": lot.number}
    if "holding" in request.GET:
        side = request.GET["holding"] if request.GET["holding"] in ("in", "out") else ""
        looked = Asked(upstream=False, known_at=asked.known_at, seen=seen_by(request.user))
        holder = number_in(request.GET.get("holder")) or 0
        return title, queries.behind_holding(lot, holder, side, looked)
    traces = traces_of(lot, request, asked.known_at)
    if "way" in request.GET:
        words, rows = _behind_lines(request, traces)
    else:
        words, rows = _behind_picture(request, traces)
    return f"{title} · {words}" if words else title, rows


def traces_of(lot: Lot, request: HttpRequest, known_at: datetime) -> list[Trace]:
    """A lot's two traces, as the address asks for them."""
    oxides = ELEMENTS.get(request.GET.get("element", ""), ELEMENTS[""])[1]
    both = (
        trace_lot(
            lot,
            upstream=upstream,
            known_at=known_at,
            seen=seen_by(request.user),
            oxides=oxides,
            to_draw=True,
        )
        for upstream in (True, False)
    )
    return [trace for trace in both if trace is not None]


def drawing_of(request: HttpRequest, traces: list[Trace], names: Names) -> Drawn:
    """The picture of two traces, folded and opened as the address asks."""
    asked = request.GET
    fold = FOLDS.get(asked.get("by", ""))
    return drawn(traces, names, request.user, fold=fold, opened=asked.get("open", ""))


def _behind_lines(request: HttpRequest, traces: list[Trace]) -> tuple[str, Behind]:
    upstream = request.GET["way"] == "up"
    chosen = [trace for trace in traces if trace.upstream == upstream]
    wanted = _line_wanted(request)
    figure = ZERO
    sides = []
    for trace in chosen:
        figure += sum((line.kg for line in trace.lines if wanted(line)), ZERO)
        sides.append((trace.followed, queries.parts_of_ends(trace.followed, wanted)))
    words = str(END_LABELS[kind]) if (kind := _kind(request)) else ""
    movements = queries.movements_of(sides, queries.entered_as_lot)
    return words, queries.behind(movements, figure)


def _line_wanted(request: HttpRequest) -> Callable[[Line], bool]:
    """Whether a line is the one that the address names; every line where it names none."""
    kind = _kind(request)
    if kind is None:
        return lambda line: True
    asked = request.GET
    key = Line(
        kind,
        ZERO,
        number_in(asked.get("holder")),
        number_in(asked.get("partner")),
        number_in(asked.get("held")),
        asked.get("run", ""),
        asked.get("where", ""),
    )
    return lambda line: line._replace(kg=ZERO) == key


def _behind_picture(request: HttpRequest, traces: list[Trace]) -> tuple[str, Behind]:
    picture = drawing_of(request, traces, names_of(traces))
    box, ends = request.GET.get("box"), (request.GET.get("source"), request.GET.get("target"))
    links = [
        (code_of(link.source), code_of(link.target), link.kg)
        for link in (*picture.picture.links, *picture.picture.left_out)
    ]
    come = sum((kg for _source, target, kg in links if target == box), ZERO)
    gone = sum((kg for source, _target, kg in links if source == box), ZERO)

    def wanted(source: Hashable, target: Hashable) -> bool:
        if box is None:
            return (code_of(source), code_of(target)) == ends
        return code_of(target if come >= gone else source) == box

    figure = max(come, gone)
    if box is None:
        figure = sum((kg for source, target, kg in links if (source, target) == ends), ZERO)
    labels = {code_of(node.key): node.label for node in picture.picture.nodes}
    words = [labels[code] for code in (box, *ends) if code in labels]
    movements = queries.movements_of(picture.parts_of(wanted), queries.entered_as_lot)
    return " → ".join(words), queries.behind(movements, figure)


def behind_ends(request: HttpRequest, reach: Reach, title: str) -> tuple[str, Behind]:
    """What an end of much is called, and the records behind it."""
    kind = _kind(request)
    if kind is None:
        return title, behind_reach(reach, None)
    asked = request.GET
    key = (
        kind,
        number_in(asked.get("holder")) or 0,
        asked.get("where", ""),
        asked.get("stage", ""),
    )

    def wanted(end: Reached) -> bool:
        holder = end.enterprise.pk if end.enterprise else 0
        return (end.kind, holder, end.country, end.stage) == key

    return f"{title} · {capfirst(str(END_LABELS[kind]))}", behind_reach(reach, wanted)


def _kind(request: HttpRequest) -> EndKind | None:
    asked = request.GET.get("kind", "")
    if asked and asked not in set(EndKind):
        raise Http404
    return EndKind(asked) if asked else None
