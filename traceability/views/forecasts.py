"""When caps are expected to be reached at the present pace."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allocations.permissions import Perm
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.charts import Chart, Series
from portal.kernel.pages import page
from portal.kernel.period import year_months
from portal.kernel.quantity import ZERO, to_tonnes
from portal.kernel.tables import list_page
from traceability.rules.forecast import MONTHS
from traceability.tables.forecasts import ForecastFilter, ForecastRow, ForecastTable, forecast_rows

ROWS_PER_PAGE = 50


@require_safe
@requires(Perm.VIEW_CAPS)
def forecast_list(request: HttpRequest) -> HttpResponseBase:
    """Every cap of the present year that the reader may see, the first to be reached first."""
    year = clock.today().year
    return list_page(
        request,
        template="traceability/forecast_list.html",
        name=f"expected-use-{year}",
        table=ForecastTable,
        filters=partial(ForecastFilter, year=year),
        queryset=enterprises_visible_to(request.user),
        per_page=ROWS_PER_PAGE,
        context={"year": year},
    )


@require_safe
@requires(Perm.VIEW_CAPS)
def forecast_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The caps of one enterprise: its year so far, what is expected, and how far it was off."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    year = clock.today().year
    rows = forecast_rows([enterprise], year)
    context = {
        "enterprise": enterprise,
        "year": year,
        "rows": [(row, f"chart-{row.category.value}", _chart(row)) for row in rows],
    }
    return page(request, "traceability/forecast_detail.html", context)


def _chart(row: ForecastRow) -> Chart:
    """What was used up to each month, what is expected, and the cap."""
    one = row.forecast
    running, total = [], ZERO
    for number, kg in enumerate(one.standing.months, start=1):
        total += kg
        running.append(total if number <= one.standing.through else None)
    series = [Series(_("used"), _tonnes(running))]
    if one.path:
        series.append(Series(_("expected"), _tonnes(one.path)))
    if one.low_path and one.high_path:
        series.append(Series(_("least expected"), _tonnes(one.low_path)))
        series.append(Series(_("most expected"), _tonnes(one.high_path)))
    series.append(Series(_("cap"), [to_tonnes(row.cap_kg)] * MONTHS, form="cap"))
    return Chart(
        title=_("%(category)s: used and expected") % {"category": row.category.short_label},
        unit=_("t REO"),
        category_name=_("Month"),
        categories=[str(month) for month in year_months(row.year)],
        series=series,
    )


def _tonnes(path: Sequence[Decimal | None]) -> list[Decimal | None]:
    return [None if kg is None else to_tonnes(kg) for kg in path]
