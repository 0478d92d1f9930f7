"""The list of when caps are expected to be reached."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocations.models import Category
from allocations.tables.choices import ChosenNamed
from allocations.tables.decisions import WideTable
from enterprises.models import Enterprise
from enterprises.queries import groups
from portal.accounts.models import Region
from portal.kernel.period import Month
from portal.kernel.quantity import share
from portal.kernel.said import listed
from portal.kernel.tables import (
    ListFilter,
    NamedColumn,
    SearchFilter,
    TonnesColumn,
    UseColumn,
)
from portal.kernel.templatetags.portal import month as month_shown
from portal.kernel.templatetags.portal import percent, tonnes
from traceability.queries.forecasts import forecasts_of
from traceability.rules.forecast import MONTHS, Forecast

NOT_THIS_YEAR = MONTHS + 1
REACHES = {
    "reached": gettext_lazy("reached already"),
    "expected": gettext_lazy("expected this year"),
    "possible": gettext_lazy("possible this year"),
    "no": gettext_lazy("not expected this year"),
}


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A forecast with the enterprise it is about, in the words of pages."""

    year: int
    enterprise: Enterprise
    forecast: Forecast

    @property
    def category(self) -> Category:
        """The category of the cap."""
        return Category(self.forecast.standing.category)

    @property
    def cap_kg(self) -> Decimal:
        """The cap."""
        return self.forecast.standing.cap_kg

    @property
    def used_kg(self) -> Decimal:
        """What is used of it."""
        return self.forecast.standing.used_kg

    @property
    def through(self) -> Month | None:
        """The last month filed."""
        return self._month(self.forecast.standing.through)

    @property
    def total_kg(self) -> Decimal | None:
        """The year expected."""
        return self.forecast.total_kg

    @property
    def total_share(self) -> Decimal | None:
        """The year expected, of the cap."""
        return None if self.total_kg is None else share(self.total_kg, self.cap_kg)

    @property
    def range_told(self) -> str:
        """From the least to the most that is expected, tonnes."""
        if self.forecast.low_kg is None or self.forecast.high_kg is None:
            return "—"
        return f"{tonnes(self.forecast.low_kg)} – {tonnes(self.forecast.high_kg)}"

    @property
    def order(self) -> int:
        """The month of reaching it, for sorting; after the last where it is not expected."""
        return self.forecast.reaches or NOT_THIS_YEAR

    @property
    def state(self) -> str:
        """The code of REACHES."""
        if self.forecast.reached:
            return "reached"
        if self.forecast.reaches:
            return "expected"
        return "possible" if self.forecast.earliest else "no"

    @property
    def told(self) -> str:
        """When the cap will be reached, in words, with the range."""
        one = self.forecast
        if one.standing.through == 0:
            return _("nothing filed yet")
        if one.reached:
            return _("reached in %(month)s") % {"month": self._said(one.reached)}
        middle = self._said(one.reaches)
        if one.range_basis and one.earliest != one.latest:
            facts = {"month": middle, "first": self._said(one.earliest)}
            facts["last"] = self._said(one.latest)
            return _("%(month)s (%(first)s to %(last)s)") % facts
        return middle

    @property
    def error_told(self) -> str:
        """How far the same forecast was off in the enterprise's own earlier years, or in all."""
        if self.forecast.tests:
            return listed([f"{each.year}: {_signed(each.error)}" for each in self.forecast.tests])
        if self.forecast.typical_error is not None:
            return _("all enterprises: %(error)s in the median") % {
                "error": percent(self.forecast.typical_error)
            }
        return _("no earlier year to test it on")

    def _month(self, number: int | None) -> Month | None:
        return Month(self.year, number) if number else None

    def _said(self, number: int | None) -> str:
        return month_shown(self._month(number)) if number else _("not this year")


def _signed(error: Decimal) -> str:
    return f"{'+' if error > 0 else ''}{percent(error)}"


def forecast_rows(enterprises: Any, year: int) -> list[ForecastRow]:
    """The forecasts of these enterprises' caps, the first to be reached first."""
    found = {each.pk: each for each in enterprises}
    rows = [
        ForecastRow(year, found[each.standing.enterprise_id], each)
        for each in forecasts_of(year, found)
    ]
    return sorted(rows, key=lambda row: (row.order, -(row.total_share or 0), row.enterprise.pk))


class ForecastTable(WideTable):
    """Caps with what is used and what is expected, tonnes REO."""

    enterprise = NamedColumn(
        verbose_name=gettext_lazy("Enterprise"),
        accessor="enterprise__organisation",
        order_by="enterprise__organisation__name_zh",
        linkify=lambda record: reverse("traceability:forecast_detail", args=[record.enterprise.pk]),
    )
    category = tables.Column(
        verbose_name=gettext_lazy("Category"), accessor="category__short_label"
    )
    cap_kg = TonnesColumn(verbose_name=gettext_lazy("Cap"))
    used = UseColumn(verbose_name=gettext_lazy("Used"))
    through = tables.Column(
        verbose_name=gettext_lazy("Filed up to"),
        orderable=False,
        attrs={"td": {"class": "text-nowrap"}},
    )
    total_kg = TonnesColumn(verbose_name=gettext_lazy("Year expected"))
    range_told = tables.Column(
        verbose_name=gettext_lazy("Range"), orderable=False, attrs={"td": {"class": "number"}}
    )
    told = tables.Column(
        verbose_name=gettext_lazy("Cap reached"),
        order_by="order",
        attrs={"td": {"class": "words"}},
    )
    error_told = tables.Column(
        verbose_name=gettext_lazy("The same forecast in earlier years"),
        orderable=False,
        attrs={"td": {"class": "words"}},
    )

    class Meta(WideTable.Meta):
        empty_text = gettext_lazy("No cap of this year that fits.")

    def render_through(self, value: Month) -> str:
        """As printed on pages."""
        return month_shown(value)

    def value_through(self, value: Month) -> str:
        """As `2025-03`."""
        return str(value)


class ForecastFilter(ListFilter):
    """By category, whether the cap is expected to be reached, group, territory and words.

    What passes becomes forecasts of `year`.
    """

    category = django_filters.ChoiceFilter(
        label=gettext_lazy("Category"), method="as_it_is", choices=Category.choices[:3]
    )
    reach = django_filters.ChoiceFilter(
        label=gettext_lazy("Cap reached"), method="as_it_is", choices=list(REACHES.items())
    )
    group = ChosenNamed(
        label=gettext_lazy("Rare earth group"), field_name="parent", queryset=groups()
    )
    region = ChosenNamed(
        label=gettext_lazy("Region"),
        method="within",
        queryset=Region.objects.filter(level=Region.Level.PROVINCE),
    )
    search = SearchFilter(fields=("organisation__name_zh", "organisation__name_en", "uscc"))

    class Meta:
        model = Enterprise
        fields = ()

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        self.year = year
        super().__init__(*args, **kwargs)

    @property
    def qs(self) -> list[ForecastRow]:
        """The forecasts of the caps that pass."""
        rows = forecast_rows(super().qs, self.year)
        asked = self.form.cleaned_data if self.form.is_valid() else {}
        return [
            row
            for row in rows
            if asked.get("category") in {None, "", row.category.value}
            and asked.get("reach") in {None, "", row.state}
        ]

    def as_it_is(self, rows: Any, name: str, value: str) -> Any:
        """Asked of the forecasts, not of their enterprises."""
        return rows

    def within(self, rows: Any, name: str, region: Region) -> Any:
        """Those of a province."""
        return rows.filter(region__code__startswith=region.prefix)
