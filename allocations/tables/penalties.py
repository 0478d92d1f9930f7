"""The list of administrative penalties."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from allocations.models import Penalty
from allocations.tables.choices import ChosenNamed
from allocations.tables.decisions import WideTable
from portal.accounts.models import Region
from portal.kernel.statuses import STATUSES
from portal.kernel.tables import (
    DayColumn,
    ListFilter,
    NamedColumn,
    SearchFilter,
    StatusColumn,
    TonnesColumn,
    YearColumn,
)


class PenaltyTable(WideTable):
    """Penalties with how the cut that they ask for stands."""

    document = tables.Column(verbose_name=_("Penalty decision number"), linkify=True)
    state = StatusColumn(verbose_name=_("Status"), kind="penalty")
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="enterprise__organisation",
        order_by="enterprise__organisation__name_zh",
        linkify=lambda record: record.enterprise.get_absolute_url(),
    )
    category = tables.Column(verbose_name=_("Category"))
    ground = tables.Column(verbose_name=_("Ground"))
    over_kg = TonnesColumn(verbose_name=_("Beyond the cap, t REO"))
    authority = NamedColumn(verbose_name=_("Decided by"), order_by="authority__name_zh")
    decided_on = DayColumn(verbose_name=_("Decided on"))
    year_cut = YearColumn(verbose_name=_("Year to be cut"))

    class Meta(WideTable.Meta):
        model = Penalty
        fields = ("document", "state", "enterprise", "category", "ground", "over_kg")
        order_by = "-decided_on"
        empty_text = _("No penalty that fits.")


class PenaltyFilter(ListFilter):
    """By the year whose index is to be cut, how the cut stands, territory and words."""

    year_cut = django_filters.NumberFilter(label=_("Year to be cut"), field_name="year_cut")
    state = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(state, label) for state, (_tone, label) in STATUSES["penalty"].items()],
    )
    region = ChosenNamed(
        label=_("Region"),
        method="within",
        queryset=Region.objects.filter(level=Region.Level.PROVINCE),
    )
    search = SearchFilter(
        fields=(
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "document",
        )
    )

    class Meta:
        model = Penalty
        fields = ()

    def within(self, rows: Any, name: str, region: Region) -> Any:
        """Those of the enterprises of a province."""
        return rows.filter(enterprise__region__code__startswith=region.prefix)
