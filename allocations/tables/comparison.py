"""Two decisions, or two years, line by line."""

from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.tables.decisions import WideTable
from portal.kernel.tables import TonnesColumn
from portal.kernel.templatetags.portal import percent, tonnes


class DifferenceColumn(TonnesColumn):
    """A difference of masses with its sign."""

    def render(self, value: Decimal) -> str:
        """With a plus where there is more."""
        return f"+{tonnes(value)}" if value > 0 else tonnes(value)


class PercentColumn(tables.Column):
    """A difference as a share of the first figure, with its sign; exported in percent."""

    attrs = {"td": {"class": "number"}, "th": {"class": "number"}}

    def render(self, value: Decimal) -> str:
        """With a plus where there is more."""
        return f"+{percent(value)}" if value > 0 else percent(value)

    def value(self, value: Decimal | None) -> Any:
        """As a number of percent."""
        return None if value is None else round(value * 100, 1)


class ComparisonTable(WideTable):
    """Ceilings and caps of both sides; the columns of the sides are called by the page."""

    name = tables.Column(
        verbose_name=_("Enterprise"),
        order_by=("place", "name"),
        linkify=lambda record: (
            reverse("enterprises:enterprise_detail", args=[record.key.enterprise_id])
            if record.key.enterprise_id
            else None
        ),
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"))
    group = tables.Column(verbose_name=_("Rare earth group"))
    category = tables.Column(verbose_name=_("Category"))
    difference_kg = DifferenceColumn(verbose_name=_("Difference, t REO"))
    difference_share = PercentColumn(verbose_name=_("Difference, %"))

    class Meta(WideTable.Meta):
        order_by = ("name", "category")
        sequence = ("name", "uscc", "group", "category", "first", "second", "...")
        empty_text = _("Nothing differs that fits.")
