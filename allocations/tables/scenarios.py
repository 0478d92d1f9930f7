"""The lists of scenarios, of the shares of one, and of several side by side."""

from collections.abc import Sequence
from typing import Any

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from allocations.models import Scenario, ScenarioShare
from allocations.queries import Compared
from allocations.tables.decisions import WideTable
from portal.kernel.tables import (
    ListFilter,
    MomentColumn,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    TonnesColumn,
    YearColumn,
)


class ScenarioTable(WideTable):
    """Scenarios with how far they lie from last year."""

    name = tables.Column(verbose_name=_("Scenario"), linkify=True)
    year = YearColumn(verbose_name=_("Year"))
    category = tables.Column(verbose_name=_("Category"))
    total_kg = TonnesColumn(verbose_name=_("To be divided, t REO"))
    holders = NumberColumn(verbose_name=_("Enterprises"))
    moved_kg = TonnesColumn(verbose_name=_("Distance from last year, t REO"))
    promoted = tables.BooleanColumn(verbose_name=_("Promoted"), yesno=("✓", "—"))
    made_by = tables.Column(verbose_name=_("Made by"))
    made_at = MomentColumn(verbose_name=_("Made at"))

    class Meta(WideTable.Meta):
        model = Scenario
        fields = ("name", "year", "category", "total_kg")
        order_by = "-made_at"
        empty_text = _("No scenario that fits.")

    def render_year(self, value: int) -> str:
        """Without separators."""
        return str(value)


class ScenarioFilter(ListFilter):
    """By year, category and words."""

    year = django_filters.NumberFilter(label=_("Year"))
    search = SearchFilter(fields=("name",))

    class Meta:
        model = Scenario
        fields = ("year", "category")


class ShareTable(WideTable):
    """The shares of one scenario beside last year's caps, tonnes REO."""

    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="enterprise__organisation",
        order_by="enterprise__organisation__name_zh",
        linkify=lambda record: record.enterprise.get_absolute_url(),
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"), accessor="enterprise__uscc")
    group = NamedColumn(
        verbose_name=_("Rare earth group"),
        accessor="enterprise__parent",
        order_by="enterprise__parent__organisation__name_zh",
    )
    last_kg = TonnesColumn(verbose_name=_("Last year's cap"))
    target_kg = TonnesColumn(verbose_name=_("By the weights alone"))
    kg = TonnesColumn(verbose_name=_("Share"))
    change_kg = TonnesColumn(verbose_name=_("Change"))
    cut_kg = TonnesColumn(verbose_name=_("Cut after penalties"))
    held = tables.Column(verbose_name=_("Held by"))

    class Meta(WideTable.Meta):
        model = ScenarioShare
        fields = ("enterprise", "uscc", "group", "last_kg", "target_kg", "kg", "change_kg")
        order_by = "-kg"
        empty_text = _("No enterprise that fits.")


class ShareFilter(ListFilter):
    """By what holds a share, and by words."""

    search = SearchFilter(
        fields=(
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "enterprise__uscc",
        )
    )

    class Meta:
        model = ScenarioShare
        fields = ("held",)


class ComparedTable(WideTable):
    """Last year's caps, and the shares of several scenarios with their changes."""

    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="enterprise__organisation",
        order_by="enterprise__organisation__name_zh",
        linkify=lambda record: record.enterprise.get_absolute_url(),
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"), accessor="enterprise__uscc")
    last_kg = TonnesColumn(verbose_name=_("Last year's cap"))

    class Meta(WideTable.Meta):
        order_by = "-last_kg"
        empty_text = _("No enterprise that fits.")


class _OfScenario(TonnesColumn):
    """The share in the scenario at one place, or its change from last year."""

    def __init__(self, *, place: int, change: bool, **kwargs: Any) -> None:
        self.place, self.change = place, change
        super().__init__(accessor="kg", orderable=False, empty_values=(), **kwargs)

    def _figure(self, row: Compared) -> Any:
        kg = row.kg[self.place]
        return kg - row.last_kg if self.change and kg is not None else kg

    def render(self, record: Compared) -> str:
        """As printed on pages."""
        return super().render(self._figure(record))

    def value(self, record: Compared) -> Any:
        """As a number."""
        return super().value(self._figure(record))


def compared_columns(scenarios: Sequence[Scenario]) -> list[tuple[str, tables.Column]]:
    """Two columns for each scenario."""
    columns: list[tuple[str, tables.Column]] = []
    for place, scenario in enumerate(scenarios):
        change = _("%(name)s: change") % {"name": scenario.name}
        columns += [
            (f"share_{place}", _OfScenario(place=place, change=False, verbose_name=scenario.name)),
            (f"change_{place}", _OfScenario(place=place, change=True, verbose_name=change)),
        ]
    return columns
