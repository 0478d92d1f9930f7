"""Lots: the list, one lot's trace up and down the chain, and the records that speak of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprises.queries import seen_by
from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.exports import csv_answer, xlsx_answer
from portal.kernel.pages import page
from portal.kernel.period import end_of
from portal.kernel.tables import list_page
from traceability.forms.tracing import KnownForm
from traceability.models import Lot
from traceability.permissions import Perm
from traceability.queries.findings import findings_visible_to, ranked
from traceability.queries.tracing import lots as queries
from traceability.queries.tracing.drawn import drawn, names_of
from traceability.queries.tracing.flows import ELEMENTS
from traceability.queries.tracing.lines import LineShown, exported, lines_shown, sums_by_kind
from traceability.queries.tracing.trace import Trace, trace_lot
from traceability.queries.tracing.walk import NOW
from traceability.tables.tracing import LotFilter, LotRecordFilter, LotRecordTable, LotTable

# The page shows so many ends of each direction; the files have all.
LINES_SHOWN = 30
FINDINGS_SHOWN = 10
FOLDS = {"lot": False, "enterprise": True}


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a trace as the page shows it."""

    trace: Trace
    lines: list[LineShown]

    @property
    def shown(self) -> list[LineShown]:
        """The largest ends."""
        return self.lines[:LINES_SHOWN]

    @property
    def sums(self) -> list[Any]:
        """The ends, kind by kind."""
        return sums_by_kind(self.trace)


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_list(request: HttpRequest) -> HttpResponseBase:
    """The lots that the reader may see."""
    return list_page(
        request,
        template="traceability/lot_list.html",
        name="lots",
        table=LotTable,
        filters=LotFilter,
        queryset=queries.lots_visible_to(request.user),
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where one lot came from and where it went, as a picture and as tables."""
    lot = get_object_or_404(queries.lots_visible_to(request.user), pk=pk)
    form = KnownForm(request.GET, today=clock.today())
    known_at = moment_known(form.known_on)
    seen = seen_by(request.user)
    element = request.GET.get("element", "")
    oxides = ELEMENTS.get(element, ELEMENTS[""])[1]
    both = (
        trace_lot(lot, upstream=upstream, known_at=known_at, seen=seen, oxides=oxides, to_draw=True)
        for upstream in (True, False)
    )
    traces = [trace for trace in both if trace is not None]
    names = names_of(traces)
    sides = [Side(trace, lines_shown(trace, names, known_at)) for trace in traces]
    if (form_of := request.GET.get("export")) in {"csv", "xlsx"}:
        return _export(form_of, lot, sides)
    pools = {pool for trace in traces for pool in trace.pools}
    return page(
        request,
        "traceability/lot_detail.html",
        {
            "lot": lot,
            "form": form,
            "known_on": form.known_on,
            "known_query": f"?known={form.known_on}" if form.known_on else "",
            "elements": [(key, label) for key, (label, _oxides) in ELEMENTS.items()],
            "element": element if oxides else "",
            "sides": sides,
            "drawn": drawn(traces, names, request.user, fold=FOLDS.get(request.GET.get("by", ""))),
            "circling": [pool for trace in traces for pool in trace.circling],
            "holdings": queries.holdings_of(lot, known_at=known_at, seen=seen),
            "findings": _findings(lot, request.user),
            "since": _since(request.user, pools, form.known_on, known_at),
        },
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def lot_records(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The records that speak of one lot, as far as the reader may see them."""
    lot = get_object_or_404(queries.lots_visible_to(request.user), pk=pk)
    return list_page(
        request,
        template="traceability/lot_records.html",
        name=f"{lot.maker.uscc}-{lot.number}",
        table=LotRecordTable,
        filters=LotRecordFilter,
        queryset=queries.records_of_lot(lot, request.user),
        context={"lot": lot},
    )


def moment_known(day: date | None) -> datetime:
    """The end of the day asked for; later than everything for none."""
    return end_of(day) if day else NOW


def _findings(lot: Lot, user: User) -> list[Any]:
    return list(ranked(findings_visible_to(user).filter(lot=lot))[:FINDINGS_SHOWN])


def _since(user: User, pools: set[int], day: date | None, known_at: datetime) -> list[Any]:
    """What was filed since the day asked for, and changed what is seen."""
    if day is None:
        return []
    return list(queries.filed_since(user, pools, known_at)[: queries.AMENDMENTS_SHOWN])


def _export(form: str, lot: Lot, sides: list[Side]) -> HttpResponseBase:
    header = [
        _("Direction"),
        _("End"),
        _("Lot number"),
        _("Product"),
        _("Enterprise"),
        _("Counterparty"),
        _("Process run"),
        _("Country"),
        _("kg REO"),
        _("Percent"),
        _("Counted, gross kg"),
        _("Counted on"),
    ]
    rows = (
        [_("upstream") if side.trace.upstream else _("downstream"), *row]
        for side in sides
        for row in exported(side.lines)
    )
    answer = csv_answer if form == "csv" else xlsx_answer
    return answer(f"trace-{lot.number}", header, rows)
