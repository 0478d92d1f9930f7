"""Caps, stock and recoveries of a dossier."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from portal.kernel.charts import Chart, Series
from portal.kernel.quantity import to_tonnes
from portal.kernel.templatetags import portal as shown
from traceability.queries.dossier.caps import CapYear
from traceability.queries.dossier.period import Period
from traceability.queries.dossier.recoveries import Recoveries, Run
from traceability.queries.dossier.stock import ProductStock
from traceability.rules.dossier import Spread
from traceability.tables.dossier.sheets import Section, Sheet, number, sheet

# A chart shows so many runs, the latest; the spreads tell of all.
RUNS_DRAWN = 60


def caps_section(years: Sequence[CapYear], period: Period) -> Section:
    """Caps and cumulative use against them, with a chart for each category."""
    rows = [
        (
            str(each.year),
            each.category.label,
            shown.tonnes(each.cap_kg),
            shown.tonnes(each.used_kg),
            shown.percent(each.used_share),
            shown.tonnes(each.over_kg),
        )
        for each in years
    ]
    header = [
        _("Year"),
        _("Category"),
        number(_("Cap, t REO")),
        number(_("Used, t REO")),
        number(_("Used of cap")),
        number(_("Beyond the cap, t REO")),
    ]
    told = _("Use up to the end of %(month)s.") % {"month": shown.month(period.last)}
    return Section(
        "caps",
        _("Caps and use"),
        none=_("No cap and no counted production in these years."),
        texts=[told] if rows else [],
        charts=_cap_charts(years),
        sheets=[sheet(_("Caps and use by year"), header, rows)] if rows else [],
    )


def _cap_charts(years: Sequence[CapYear]) -> list[tuple[str, Chart]]:
    charts = []
    for category in dict.fromkeys(each.category for each in years):
        of_it = [each for each in years if each.category == category and each.months]
        months = [(each, month) for each in of_it for month in each.months]
        if not months:
            continue
        chart = Chart(
            title=_("%(category)s: cumulative use against the cap")
            % {"category": category.short_label},
            unit=_("t REO"),
            category_name=_("Month"),
            categories=[str(month.month) for _year, month in months],
            series=[
                Series(_("month"), [to_tonnes(month.kg) for _year, month in months], form="bar"),
                Series(_("used in the year"), [to_tonnes(m.used_kg) for _year, m in months]),
                Series(
                    _("cap"),
                    [None if y.cap_kg is None else to_tonnes(y.cap_kg) for y, _month in months],
                    form="cap",
                ),
            ],
        )
        charts.append((f"caps-{category.value}", chart))
    return charts


def stock_section(stock: Sequence[ProductStock]) -> Section:
    """Opening, in, out, closing and counted by product."""
    header = [
        _("Product"),
        number(_("Opening")),
        number(_("In")),
        number(_("Out")),
        number(_("Closing by the books")),
        _("Counted in"),
        number(_("Counted")),
        number(_("Counted beyond the books")),
    ]
    rows = [
        (
            f"{each.product.code} {shown.named(each.product)}" if each.product else _("not known"),
            shown.tonnes(each.opening_kg),
            shown.tonnes(each.in_kg),
            shown.tonnes(each.out_kg),
            shown.tonnes(each.closing_kg),
            shown.month(each.counted_in),
            shown.tonnes(each.counted_kg),
            shown.tonnes(each.difference_kg),
        )
        for each in stock
    ]
    return Section(
        "stock",
        _("Stock by product"),
        none=_("Nothing was held, came or went."),
        texts=[
            _(
                "Tonnes as weighed, by the filings in force. The last count of the period stands"
                " beside the books at the end of the same month."
            )
        ]
        if rows
        else [],
        sheets=[sheet(_("Stock by product (t, gross)"), header, rows)] if rows else [],
    )


def recoveries_section(processes: Sequence[Recoveries]) -> Section:
    """Recoveries of its runs against its own history and its peers."""
    return Section(
        "recoveries",
        _("Recoveries of runs"),
        none=_("No run ended in the period that can be compared."),
        texts=[_recovery_told(each) for each in processes],
        charts=[
            (f"recovery-{each.process.product.pk}-{each.process.stage}", _recovery_chart(each))
            for each in processes
        ],
        sheets=[_spreads(processes)] if processes else [],
    )


def _process(each: Recoveries) -> str:
    return f"{shown.named(each.process.product)} → {each.process.stage_label}"


def _recovery_told(each: Recoveries) -> str:
    if each.peers is None:
        return _("%(process)s: %(runs)d runs; too few peers (%(peers)d) to compare with.") % {
            "process": _process(each),
            "runs": len(each.runs),
            "peers": each.peer_count,
        }
    return _(
        "%(process)s: %(below)d of %(runs)d runs lie below the tenth percentile of %(peers)d peers."
    ) % {
        "process": _process(each),
        "below": each.below_peers,
        "runs": len(each.runs),
        "peers": each.peer_count,
    }


def _recovery_chart(each: Recoveries) -> Chart:
    """A strip of single runs, with the middle of the own history and the span of the peers."""
    runs = each.runs[-RUNS_DRAWN:]

    def level(name: str, figure: Decimal | None) -> list[Series]:
        return [] if figure is None else [Series(name, [_percent(figure)] * len(runs))]

    peers, history = each.peers, each.history
    return Chart(
        title=_("%(process)s: recovery by run") % {"process": _process(each)},
        unit="%",
        places=2,
        category_name=_("Process run"),
        categories=[_run_name(run) for run in runs],
        series=[
            Series(_("run"), [_percent(run.recovery) for run in runs], form="points"),
            *level(_("own history, middle"), history.middle if history else None),
            *level(_("peers, tenth percentile"), peers.p10 if peers else None),
            *level(_("peers, ninetieth percentile"), peers.p90 if peers else None),
        ],
    )


def _run_name(run: Run) -> str:
    return f"{run.month} {run.run}"


def _percent(share: Decimal) -> Decimal:
    return round(share * 100, 2)


def _spreads(processes: Sequence[Recoveries]) -> Sheet:
    header = [
        _("Process"),
        _("Whose runs"),
        number(_("Runs")),
        number(_("Least")),
        number("10 %"),
        number("25 %"),
        number(_("Middle")),
        number("75 %"),
        number("90 %"),
        number(_("Most")),
    ]
    rows = []
    for each in processes:
        for whose, spread in (
            (_("this period"), each.own),
            (_("own history, 24 months before"), each.history),
            (_("peers, this period"), each.peers),
        ):
            rows.append((_process(each), whose, *_figures(spread)))
    return sheet(_("How recoveries spread (percentiles)"), header, rows)


def _figures(spread: Spread | None) -> list[str]:
    if spread is None:
        return ["—"] * 8
    figures = (
        *(spread.least, spread.p10, spread.p25, spread.middle),
        *(spread.p75, spread.p90, spread.most),
    )
    return [str(spread.count), *(shown.percent(figure, 2) for figure in figures)]
