"""Lots: the list, one lot's trace up and down the chain, and the records that speak of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from enterprises.queries import seen_by
from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.exports import csv_answer, xlsx_answer
from portal.kernel.pages import page
from portal.kernel.tables import list_page
from traceability.forms.tracing import KnownForm
from traceability.models import Lot
from traceability.permissions import Perm
from traceability.queries.findings import findings_visible_to, ranked
from traceability.queries.tracing import lots as queries
from traceability.queries.tracing.drawn import Drawn, code_of, names_of
from traceability.queries.tracing.flows import ALL_MONTHS, ELEMENTS, Question
from traceability.queries.tracing.lines import LineShown, exported, lines_shown, sums_by_kind
from traceability.queries.tracing.since import Since, filed_since
from traceability.queries.tracing.trace import Trace
from traceability.queries.tracing.walk import NOW, moment_known
from traceability.rules.tracing.picture import Node, Picture, addressed
from traceability.tables.tracing import LotFilter, LotRecordFilter, LotRecordTable, LotTable
from traceability.views.tracing.followed import (
    Lead,
    drawing_of,
    lead_of_box,
    lead_of_line,
    lead_of_link,
    leading_from,
    traces_of,
)
from traceability.views.tracing.pictures import on_page

# The page shows so many ends of each direction; the files have all.
LINES_SHOWN = 30
FINDINGS_SHOWN = 10
# With more ends than these the two directions stand one below the other.
LINES_BESIDE = 3


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a trace as the page shows it."""

    trace: Trace
    lines: list[LineShown]
    lead: Lead

    @property
    def shown(self) -> list[tuple[LineShown, str]]:
        """The largest ends, each with where its figure leads."""
        upstream = self.trace.upstream
        return [
            (line, lead_of_line(self.lead, line, upstream=upstream))
            for line in self.lines[:LINES_SHOWN]
        ]

    @property
    def total_url(self) -> str:
        """Where the sum leads."""
        return self.lead(way="up" if self.trace.upstream else "down")

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
    element = request.GET.get("element", "")
    traces = traces_of(lot, request, known_at)
    names = names_of(traces)
    lead = leading_from(lot, request, form.known_on)
    sides = [Side(trace, lines_shown(trace, names, known_at), lead) for trace in traces]
    if (form_of := request.GET.get("export")) in {"csv", "xlsx"}:
        told = (lot.number, element if element in ELEMENTS else "", form.known_on)
        return _export(form_of, "-".join(str(word) for word in ("trace", *told) if word), sides)
    drawing = drawing_of(request, traces, names)
    picture = _opening(
        request, drawing, addressed(drawing.picture, lead_of_box(lead), lead_of_link(lead))
    )
    return page(
        request,
        "traceability/lot_detail.html",
        {
            "lot": lot,
            "form": form,
            "known_on": form.known_on,
            "elements": [(key, label) for key, (label, _oxides) in ELEMENTS.items()],
            "element": element if element in ELEMENTS else "",
            "sides": sides,
            "stacked": any(len(side.lines) > LINES_BESIDE for side in sides),
            "kept": _kept(request),
            "drawn": drawing,
            **on_page(picture),
            "circling": [pool for trace in traces for pool in trace.circling],
            "holdings": _holdings(lot, request, known_at, lead),
            "findings": _findings(lot, request.user),
            **_findings_around(lot, drawing, request.user),
            "since": _since(lot, request, traces, known_at),
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


def _opening(request: HttpRequest, drawing: Drawn, picture: Picture) -> Picture:
    """The same picture, with where a click leads: to a lot, or to an enterprise unfolded."""
    kept = _kept(request)

    def opened(node: Node) -> Node:
        if node.key not in drawing.openable:
            return replace(node, url=f"{node.url}{kept}") if node.url else node
        query = request.GET.copy()
        query["open"] = code_of(node.key)
        return replace(node, url=f"?{query.urlencode()}")

    return replace(picture, nodes=[opened(node) for node in picture.nodes])


def _kept(request: HttpRequest) -> str:
    """What the page of another lot takes over from this one: the day asked for, the element."""
    kept = {name: request.GET[name] for name in ("known", "element") if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def _holdings(
    lot: Lot, request: HttpRequest, known_at: datetime, lead: Lead
) -> list[tuple[queries.Held, dict[str, str]]]:
    """Who holds a lot, with where the figures lead."""
    return [
        (
            held,
            {
                side: lead(holding=side, holder=held.enterprise.pk, element=None)
                for side in ("in", "out", "book")
            },
        )
        for held in queries.holdings_of(lot, known_at=known_at, seen=seen_by(request.user))
    ]


def _findings(lot: Lot, user: User) -> list[Any]:
    return list(ranked(findings_visible_to(user).filter(lot=lot))[:FINDINGS_SHOWN])


def _findings_around(lot: Lot, drawing: Drawn, user: User) -> dict[str, Any]:
    """The gravest open findings that the picture marks beside those of the lot itself."""
    around = findings_visible_to(user).filter(pk__in=drawing.touched).exclude(lot=lot)
    gravest = list(ranked(around)[: FINDINGS_SHOWN + 1])
    further = len(gravest) > FINDINGS_SHOWN
    return {"findings_around": gravest[:FINDINGS_SHOWN], "further_findings": further}


def _since(lot: Lot, request: HttpRequest, traces: list[Trace], known_at: datetime) -> Since:
    """What was filed since the day asked for, and changed what was seen then or is seen now."""
    if known_at == NOW:
        return Since()
    standing = traces_of(lot, request, NOW)
    pools = {pool for trace in (*traces, *standing) for pool in trace.pools}
    scope = seen_by(request.user)
    return filed_since(request.user, Question(*ALL_MONTHS, scope, known_at), pools)


def _export(form: str, name: str, sides: list[Side]) -> HttpResponseBase:
    header = [
        _("Direction"),
        pgettext("of a trace", "End"),
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
    return answer(name, header, rows)
