"""What lists of findings and of cases are narrowed by alike."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField

from enterprises.queries import groups_visible_to
from portal.accounts.models import Region, User
from portal.kernel.tables import ListFilter
from portal.kernel.templatetags.portal import named
from traceability.permissions import Perm
from traceability.queries.cases import case_workers

# Who reads of one enterprise only has nothing to choose among, and need not know who works what.
NOT_FOR_ENTERPRISES = ("group", "province", "assignee")


class _NamedChoices(ModelChoiceField):
    def label_from_instance(self, thing: Any) -> str:
        return named(thing)


class _NamedFilter(django_filters.ModelChoiceFilter):
    field_class = _NamedChoices


class WorkFilter(ListFilter):
    """By group, province, who works it, age and case; each list names its own fields for them."""

    group = _NamedFilter(
        label=_("Rare earth group"),
        queryset=lambda request: groups_visible_to(request.user),
        method="of_group",
    )
    province = _NamedFilter(
        label=_("Province"),
        queryset=lambda request: Region.objects.filter(level=Region.Level.PROVINCE),
        method="within",
    )
    assignee = django_filters.ModelChoiceFilter(
        label=_("Given to"), queryset=lambda request: case_workers(), method="given_to"
    )
    age = django_filters.NumberFilter(label=_("On record for at least, days"), method="of_age")
    number = django_filters.NumberFilter(label=_("Number of the case"), method="of_case")

    assigned_field = ""
    opened_field = ""
    number_field = ""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
        if self.request is not None and Perm.VIEW_FINDINGS in self.request.user.role_held.own:
            for name in NOT_FOR_ENTERPRISES:
                del self.filters[name]

    def of_group(self, rows: QuerySet[Model], _name: str, group: Any) -> QuerySet[Model]:
        """Those on members of a group."""
        return rows.filter(enterprise__parent=group)

    def within(self, rows: QuerySet[Model], _name: str, region: Region) -> QuerySet[Model]:
        """Those on enterprises of a province."""
        return rows.filter(enterprise__region__code__startswith=region.prefix)

    def given_to(self, rows: QuerySet[Model], _name: str, who: User) -> QuerySet[Model]:
        """Those that one official works."""
        return rows.filter(**{self.assigned_field: who})

    def of_age(self, rows: QuerySet[Model], _name: str, days: Any) -> QuerySet[Model]:
        """Those that were put on record so long ago; more than a lifetime is none."""
        if not 0 <= days <= 36_500:
            return rows.none()
        since = self.today - timedelta(days=int(days))
        return rows.filter(**{f"{self.opened_field}__lte": since})

    def of_case(self, rows: QuerySet[Model], _name: str, number: Any) -> QuerySet[Model]:
        """That of one case."""
        return rows.filter(**{self.number_field: int(number)}) if number < 2**63 else rows.none()
