"""The charts of the first pages."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from allocations.models import Category
from portal.dashboard.queries import CategoryYear
from portal.kernel.charts import Chart, Series
from portal.kernel.period import year_months
from portal.kernel.quantity import to_tonnes


def use_charts(
    categories: Sequence[CategoryYear],
    monthly: Mapping[Category, Sequence[Decimal | None]],
    year: int,
) -> list[tuple[str, Chart]]:
    """Cumulative production by month under the caps, one chart for each category that has any."""
    charts = []
    for position in categories:
        line = monthly.get(position.category, [])
        if not position.allocated_kg and not any(line):
            continue
        cap = to_tonnes(position.allocated_kg)
        chart = Chart(
            title=position.category.label,
            unit=_("t REO"),
            category_name=_("month"),
            categories=[str(month) for month in year_months(year)],
            series=[
                Series(
                    _("cumulative production"),
                    [None if kg is None else to_tonnes(kg) for kg in line],
                ),
                Series(_("caps together"), [cap] * 12, form="cap"),
            ],
        )
        charts.append((f"chart-{position.category.value}", chart))
    return charts
