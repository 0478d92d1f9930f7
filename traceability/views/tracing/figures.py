"""The records behind one figure of the pages of flows: their sum is the figure."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.quantity import ZERO
from portal.kernel.tables import list_page
from traceability.forms.tracing import FlowForm
from traceability.permissions import Perm
from traceability.queries.findings import ranked
from traceability.queries.tolerances import deadline_day
from traceability.queries.tracing import behind, duties, overview
from traceability.queries.tracing import flows as queries
from traceability.rules.tracing.flows import Balance, Entry, Piece, pieces_of, pieces_within
from traceability.tables.figures import CapLineTable, MonthDueTable, RecordBehindTable
from traceability.tables.findings import FindingTable
from traceability.views.tracing import followed
from traceability.views.tracing.addresses import OTHERS, number_in
from traceability.views.tracing.flows import flow_form, question, whose
from traceability.views.tracing.reach import picked_by


@dataclass(frozen=True, slots=True)
class Figure:
    """What is shown: its name, the rows behind it, and their sum, kg; none where rows count."""

    title: str
    table: Any
    rows: Any
    kg: Decimal | None = None
    of_months: bool = True
    gross: bool = False


@require_safe
@requires(Perm.VIEW_FILINGS)
def figure_detail(request: HttpRequest) -> HttpResponseBase:
    """The records that one figure is the sum of, largest first."""
    form = flow_form(request)
    asked = question(request, form)
    shown = _FIGURES.get(request.GET.get("of", "used"))
    if shown is None:
        raise Http404
    figure = shown(request, form, asked)
    return list_page(
        request,
        template="traceability/figure_detail.html",
        name="figure",
        table=figure.table,
        queryset=figure.rows,
        context={
            "title": figure.title,
            "kg": figure.kg,
            "known_on": form.known_on,
            "gross": figure.gross,
            "first": asked.first if figure.of_months else None,
            "last": asked.last,
            "whose": whose(request, form),
        },
    )


def _of_records(title: str, rows: behind.Behind) -> Figure:
    return Figure(title, RecordBehindTable, rows, behind.sum_of(rows))


# --- flows ---------------------------------------------------------------------------------------
def _flow(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    parts = queries.parts_of(by_product=form.asked("by") == "product")
    flows = queries.flows_of(asked)
    side = request.GET.get("side")
    pieces: Counter[Piece] = Counter()
    words = ""
    for balance in queries.balanced(flows, parts):
        if request.GET.get("part", str(balance.key)) != str(balance.key):
            continue
        words = parts.node(balance.key).label if "part" in request.GET else ""
        if side == "within":
            pieces.update(pieces_within(balance.key, flows, parts.part))
        for entry in _entries(request, balance):
            pieces.update(pieces_of(entry, balance.key, flows, parts.part))
    title = " · ".join(word for word in (words, _flow_title(request)) if word)
    return _of_records(title, behind.behind_flows(pieces, asked))


def _entries(request: HttpRequest, balance: Balance) -> list[Entry]:
    """Those entries of a balance that the address is about."""
    sides = {"in": balance.inward, "out": balance.outward}
    kind, other = request.GET.get("kind"), request.GET.get("other")
    return [
        entry
        for entry in sides.get(request.GET.get("side", ""), ())
        if kind in (None, entry.kind.value) and other in (None, str(entry.other))
    ]


def _flow_title(request: HttpRequest) -> str:
    kind = queries.kind_called(request.GET.get("kind", ""))
    if kind:
        return capfirst(kind)
    sides = {"in": _("All that came in"), "out": _("All that went out")}
    return sides.get(request.GET.get("side", ""), _("From one product into another"))


# --- trade and months ----------------------------------------------------------------------------
def _trade(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    sellers, buyers = request.GET.get("seller", ""), request.GET.get("buyer", "")
    drawn = overview.Drawn([], [])
    if OTHERS in (sellers, buyers):
        drawn = overview.drawn_of(overview.trade_of(asked))
    traders = behind.Traders(
        seller=number_in(sellers),
        buyer=number_in(buyers),
        not_sellers=drawn.sellers if sellers == OTHERS else (),
        not_buyers=drawn.buyers if buyers == OTHERS else (),
    )
    names = overview.called([pk for pk in (traders.seller, traders.buyer) if pk])
    words = [
        names.get(number_in(asked_for) or 0, _("all others"))
        for asked_for in (sellers, buyers)
        if asked_for
    ]
    return _of_records(" → ".join(words) or _("Trade"), behind.behind_trade(traders, asked))


def _month(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    what = request.GET.get("what", "")
    if what not in overview.MONTHLY:
        raise Http404
    title = capfirst(str(overview.MONTHLY[what]))
    return _of_records(title, behind.behind_months(what, asked))


# --- caps, deadlines and findings ----------------------------------------------------------------
def _used(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    what = request.GET.get("what", "")
    title = _("Production that counts against caps")
    return _of_records(title, behind.behind_use(what, asked))


def _caps(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    lines = duties.cap_lines(request.GET.get("what", ""), asked, now=clock.now())
    return Figure(_("Caps"), CapLineTable, lines, sum((line.kg for line in lines), ZERO))


def _due(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    state = request.GET.get("state", "")
    months = duties.months_due(
        asked, state, deadline_day=deadline_day(clock.today()), now=clock.now()
    )
    titles = {"in_time": _("Months first filed in time"), "missing": _("Months not filed")}
    return Figure(titles.get(state, _("Months due")), MonthDueTable, months)


def _findings(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    found = ranked(duties.findings_standing(request.user, asked))
    return Figure(_("Open findings"), FindingTable, found)


# --- traces --------------------------------------------------------------------------------------
def _lot(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    title, rows = followed.behind_lot(request, asked)
    gross = "holding" in request.GET
    kg = behind.sum_of(rows)
    return Figure(title, RecordBehindTable, rows, kg, of_months=False, gross=gross)


def _reach(request: HttpRequest, form: FlowForm, asked: queries.Question) -> Figure:
    picked = picked_by(request)
    return _of_records(*followed.behind_ends(request, picked.reach, picked.title))


_FIGURES: dict[str, Callable[[HttpRequest, FlowForm, queries.Question], Figure]] = {
    "flow": _flow,
    "trade": _trade,
    "month": _month,
    "used": _used,
    "caps": _caps,
    "due": _due,
    "findings": _findings,
    "lot": _lot,
    "reach": _reach,
}
