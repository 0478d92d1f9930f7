"""The lists of caps."""

from collections.abc import Mapping
from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations import queries
from allocations.models import AllocationLine, Category
from allocations.tables.choices import ChosenNamed
from allocations.tables.decisions import WideTable
from enterprises.models import Enterprise
from enterprises.queries import groups
from portal.accounts.models import Region
from portal.kernel.period import Month
from portal.kernel.tables import (
    ListFilter,
    NamedColumn,
    SearchFilter,
    TonnesColumn,
)
from portal.kernel.templatetags.portal import month


class CapColumn(TonnesColumn):
    """A cap, which leads to how it came about."""

    def __init__(self, category: Category) -> None:
        super().__init__(
            verbose_name=category.short_label,
            accessor=f"cap_{category.value}",
            linkify=lambda record, table: reverse(
                "allocations:cap_detail",
                args=[record.pk, table.request.GET["year"], category.value],
            ),
        )


class CapTable(WideTable):
    """The caps of a year, one row for each enterprise, tonnes REO."""

    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="organisation",
        order_by="organisation__name_zh",
        linkify=lambda record: record.get_absolute_url(),
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"))
    region = NamedColumn(verbose_name=_("Region"), order_by="region_id")
    group = NamedColumn(
        verbose_name=_("Rare earth group"),
        accessor="parent",
        order_by="parent__organisation__name_zh",
    )
    mining_rock = CapColumn(Category.MINING_ROCK)
    mining_ionic = CapColumn(Category.MINING_IONIC)
    separation = CapColumn(Category.SEPARATION)

    reach = tables.Column(
        verbose_name=_("First cap reached (expected)"), accessor="pk", orderable=False
    )

    class Meta(WideTable.Meta):
        model = Enterprise
        fields = ("enterprise", "uscc", "region", "group")
        order_by = "enterprise"
        empty_text = _("No cap of this year that fits.")

    def __init__(self, *args: Any, reach: Mapping[int, Month], **kwargs: Any) -> None:
        """`reach`: by enterprise the first month in which a cap of its is used up."""
        self.reach = reach
        super().__init__(*args, **kwargs)

    def render_reach(self, value: int) -> str:
        """The month in words; a dash where none is expected."""
        return month(self.reach.get(value))

    def value_reach(self, value: int) -> Any:
        """As `2025-03`."""
        return self.reach.get(value)


class CapFilter(ListFilter):
    """By year, group, territory and words. The year is read by the page."""

    year = django_filters.ChoiceFilter(
        label=_("Year"), method="as_it_is", empty_label=None, choices=lambda: _years()
    )
    group = ChosenNamed(label=_("Rare earth group"), field_name="parent", queryset=groups())
    region = ChosenNamed(
        label=_("Region"),
        method="within",
        queryset=Region.objects.filter(level=Region.Level.PROVINCE),
    )
    search = SearchFilter(fields=("organisation__name_zh", "organisation__name_en", "uscc"))

    class Meta:
        model = Enterprise
        fields = ()

    @property
    def narrowed(self) -> bool:
        """Whether any filter but the year, which is always set, is."""
        return any(self.data.get(name) for name in ("group", "region", "search"))

    def as_it_is(self, rows: Any, name: str, value: str) -> Any:
        """The rows are those of the year already."""
        return rows

    def within(self, rows: Any, name: str, region: Region) -> Any:
        """Those of a province."""
        return rows.filter(region__code__startswith=region.prefix)


def _years() -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in queries.years_on_record()]


class ApiCapFilter(django_filters.FilterSet):
    """Caps by year, category and code."""

    year = django_filters.NumberFilter(field_name="decision__year")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    uscc = django_filters.CharFilter(field_name="enterprise__uscc")

    class Meta:
        model = AllocationLine
        fields = ()
