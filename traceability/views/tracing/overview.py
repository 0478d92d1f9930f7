"""Flows seen from afar: the map of provinces, trade between groups, months as lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.quantity import to_tonnes
from portal.kernel.templatetags import portal as shown
from traceability.permissions import Perm
from traceability.queries.tolerances import deadline_day
from traceability.queries.tracing import overview as queries
from traceability.queries.tracing.overview import Lead
from traceability.queries.tracing.since import filed_since
from traceability.rules.tracing.picture import addressed
from traceability.views.tracing.addresses import lead_of_trader, lead_of_way, leading
from traceability.views.tracing.files import FORMS, file_answer
from traceability.views.tracing.flows import about_of, flow_form, question, whose
from traceability.views.tracing.pictures import on_page

# Where each province lies on the map, column and row.
PLACES = {
    "230000": (9, 1), "150000": (6, 2), "110000": (7, 2), "210000": (8, 2), "220000": (9, 2),
    "650000": (1, 3), "620000": (3, 3), "640000": (4, 3), "610000": (5, 3), "140000": (6, 3),
    "130000": (7, 3), "120000": (8, 3), "630000": (2, 4), "410000": (6, 4), "370000": (7, 4),
    "540000": (1, 5), "510000": (3, 5), "500000": (4, 5), "420000": (5, 5), "340000": (6, 5),
    "320000": (7, 5), "310000": (8, 5), "530000": (3, 6), "520000": (4, 6), "430000": (5, 6),
    "360000": (6, 6), "330000": (7, 6), "450000": (4, 7), "440000": (5, 7), "350000": (6, 7),
    "710000": (7, 7), "460000": (4, 8), "820000": (5, 8), "810000": (6, 8),
}  # fmt: skip
MEASURES = {
    "": gettext_lazy("production"),
    "caps": gettext_lazy("use of caps"),
    "filing": gettext_lazy("filed in time"),
    "findings": gettext_lazy("open findings"),
}
LEVELS = 4
WAYS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class TileShown:
    """A province as the map shows it: where, how dark, and what it says."""

    tile: queries.Tile
    column: int
    row: int
    level: int
    words: str
    urls: dict[str, str]


@require_safe
@requires(Perm.VIEW_FILINGS)
def flow_map(request: HttpRequest) -> HttpResponseBase:
    """Production, use of caps, discipline of filing and findings, province by province."""
    form = flow_form(request)
    asked = question(request, form)
    today = clock.today()
    tiles = queries.tiles(asked, deadline_day=deadline_day(today), now=clock.now())
    measure = request.GET.get("measure", "")
    measure = measure if measure in MEASURES else ""
    if (form_of := request.GET.get("export")) in FORMS:
        about = about_of(request, form, _("Provinces"))
        return file_answer(form_of, "provinces", about, *_map_table(tiles))
    return page(
        request,
        "traceability/flow_map.html",
        {
            "form": form,
            "first": asked.first,
            "last": asked.last,
            "measures": MEASURES.items(),
            "measure": measure,
            "measure_label": MEASURES[measure],
            "known_on": form.known_on,
            "since": filed_since(request.user, asked),
            "tiles": _tiles_shown(tiles, measure, leading(request, form)),
        },
    )


def _map_table(tiles: list[queries.Tile]) -> tuple[list[str], list[list[Any]]]:
    header = [
        _("Province"),
        _("Mined, kg REO"),
        _("Separated, kg REO"),
        _("Caps, kg REO"),
        _("Use of caps, percent"),
        _("Months due"),
        _("In time"),
        _("Missing"),
        _("Open findings"),
    ]
    rows: list[list[Any]] = [
        [
            shown.named(tile.region),
            tile.mined_kg,
            tile.separated_kg,
            tile.cap_kg,
            round(tile.used_share * 100, 3) if tile.used_share is not None else None,
            tile.due,
            tile.in_time,
            tile.missing,
            tile.findings,
        ]
        for tile in tiles
        if not tile.idle
    ]
    return header, rows


def _tiles_shown(tiles: list[queries.Tile], measure: str, lead: Lead) -> list[TileShown]:
    values = {tile.region.pk: _value(tile, measure) for tile in tiles}
    most = max((value for value in values.values() if value), default=Decimal(0))
    most = Decimal(1) if measure in ("caps", "filing") else most
    found = []
    for tile in tiles:
        value = values[tile.region.pk]
        level = 0
        if value and most:
            level = min(LEVELS, 1 + int(LEVELS * value / most * Decimal("0.999")))
        place, words = PLACES[tile.region.pk], _words(value, measure)
        found.append(TileShown(tile, *place, level, words, _urls(tile.region.pk, measure, lead)))
    return found


def _urls(province: str, measure: str, lead: Lead) -> dict[str, str]:
    """Where the figures of a province lead, by what they are called in the template."""
    urls = {
        "mined": lead(of="used", what="mining", province=province),
        "separated": lead(of="used", what="separation", province=province),
        "used": lead(of="used", province=province),
        "caps": lead(of="caps", province=province),
        "due": lead(of="due", province=province),
        "in_time": lead(of="due", state="in_time", province=province),
        "missing": lead(of="due", state="missing", province=province),
        "findings": lead(of="findings", province=province),
    }
    shown_by = {"": "used", "caps": "used", "filing": "in_time", "findings": "findings"}
    return urls | {"shown": urls[shown_by[measure]]}


def _value(tile: queries.Tile, measure: str) -> Decimal | None:
    if measure == "caps":
        return tile.used_share
    if measure == "filing":
        return tile.in_time_share
    return Decimal(tile.findings) if measure == "findings" else tile.used_kg


def _words(value: Decimal | None, measure: str) -> str:
    if not value:
        return "—" if value is None or measure != "findings" else "0"
    if measure in ("caps", "filing"):
        return shown.percent(value)
    return shown.number(value if measure == "findings" else round(to_tonnes(value)))


@require_safe
@requires(Perm.VIEW_FILINGS)
def flow_trade(request: HttpRequest) -> HttpResponseBase:
    """Who sells how much to whom, group by group."""
    form = flow_form(request)
    asked = question(request, form)
    ways = queries.trade_of(asked)
    picture = queries.picture_of_trade(ways, queries.drawn_of(ways))
    if (form_of := request.GET.get("export")) in FORMS:
        about = about_of(request, form, _("Trade between groups"))
        header = [_("Seller"), _("Buyer"), _("kg REO")]
        called = _called(ways)
        rows = [[called[way.seller], called[way.buyer], round(way.kg, 3)] for way in ways]
        return file_answer(form_of, "trade", about, header, rows, picture)
    lead = leading(request, form)
    largest = ways[:WAYS_SHOWN]
    called = _called(largest)
    return page(
        request,
        "traceability/flow_trade.html",
        _shared(request, form, asked)
        | on_page(addressed(picture, lead_of_trader(lead), lead_of_way(lead)))
        | {
            "ways": [
                (
                    called[way.seller],
                    called[way.buyer],
                    way.kg,
                    lead(of="trade", seller=way.seller, buyer=way.buyer),
                )
                for way in largest
            ],
            "all": len(ways),
        },
    )


def _called(ways: Sequence[queries.Way]) -> dict[int, str]:
    """What those who trade are called, by their numbers."""
    return queries.called({pk for way in ways for pk in (way.seller, way.buyer)})


@require_safe
@requires(Perm.VIEW_FILINGS)
def flow_series(request: HttpRequest) -> HttpResponseBase:
    """Production against the caps, and what came and went, month by month."""
    form = flow_form(request)
    asked = question(request, form)
    charts = queries.charts_of(asked, leading(request, form))
    if (form_of := request.GET.get("export")) in FORMS:
        about = about_of(request, form, _("Months"))
        header = [_("Month"), _("Chart"), _("Series"), _("t REO")]
        rows: list[list[Any]] = [
            [month, str(chart.title), str(one.name), value]
            for _id, chart in charts
            for one in chart.series
            for month, value in zip(chart.categories, one.values, strict=True)
        ]
        return file_answer(form_of, "months", about, header, rows)
    return page(
        request,
        "traceability/flow_series.html",
        _shared(request, form, asked) | {"charts": charts},
    )


def _shared(request: HttpRequest, form: Any, asked: queries.Question) -> dict[str, Any]:
    return {
        "form": form,
        "known_on": form.known_on,
        "since": filed_since(request.user, asked),
        "whose": whose(request, form),
        "first": asked.first,
        "last": asked.last,
    }
