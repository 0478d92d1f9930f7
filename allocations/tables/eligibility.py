"""The list of who may hold a cap, with their eligibility."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.tables.choices import ChosenNamed
from enterprises.models import Enterprise
from enterprises.queries import groups
from portal.kernel.tables import ListFilter, ListTable, NamedColumn, NumberColumn, SearchFilter


class EligibilityTable(ListTable):
    """Enterprises with how many criteria they were found to meet, and not to meet."""

    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="organisation",
        order_by="organisation__name_zh",
        linkify=lambda record: reverse("allocations:eligibility_detail", args=[record.pk]),
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"))
    criteria_met = NumberColumn(verbose_name=_("Criteria met"))
    criteria_not_met = NumberColumn(verbose_name=_("Criteria not met"))

    class Meta(ListTable.Meta):
        model = Enterprise
        fields = ("enterprise", "uscc", "criteria_met", "criteria_not_met")
        order_by = "enterprise"
        empty_text = _("No enterprise that fits.")


class EligibilityFilter(ListFilter):
    """By group, by whether a criterion is not met, and by words."""

    group = ChosenNamed(label=_("Rare earth group"), field_name="parent", queryset=groups())
    unmet = django_filters.ChoiceFilter(
        label=_("Criteria not met"),
        method="with_unmet",
        choices=[("yes", _("at least one")), ("no", _("none"))],
    )
    search = SearchFilter(fields=("organisation__name_zh", "organisation__name_en", "uscc"))

    class Meta:
        model = Enterprise
        fields = ()

    def with_unmet(self, rows: Any, name: str, value: str) -> Any:
        """Those with a criterion that was found not to be met, or those without."""
        return rows.filter(**{"criteria_not_met__gt" if value == "yes" else "criteria_not_met": 0})
