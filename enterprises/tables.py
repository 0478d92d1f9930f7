"""The lists of the directory: enterprises, groups, designations."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from enterprises import queries
from enterprises.models import Activity, Designation, Enterprise
from portal.accounts.models import Region
from portal.kernel.said import listed
from portal.kernel.tables import (
    DayColumn,
    DayFilter,
    ListFilter,
    ListTable,
    NamedColumn,
    NumberColumn,
    SearchFilter,
)
from portal.kernel.templatetags.portal import named, status

NO_ACTIVITY = "none"
_NAMES = ("organisation__name_zh", "organisation__name_en")


def _in_order_of_names(rows: QuerySet[Model], path: str, *, descending: bool) -> QuerySet[Model]:
    """`rows` by the names of the organisations at `path`, as the reader sees them."""
    chinese = (get_language() or "").startswith("zh")
    names = ("name_zh", "name_en") if chinese else ("name_en", "name_zh")
    sign = "-" if descending else ""
    return rows.order_by(*(f"{sign}{path}__{name}" for name in names), "pk")


def activity_names(activities: list[str]) -> str:
    """The names of `activities` in the reader's language."""
    return str(listed([Activity(activity).label for activity in activities]))


def _page_of(record: Enterprise, table: tables.Table) -> str | None:
    """The address of the enterprise's page for those who may open it."""
    return record.get_absolute_url() if queries.sees(table.request.user, record) else None


def _page_of_designated(record: Designation, table: tables.Table) -> str | None:
    return _page_of(record.enterprise, table)


class ActivitiesColumn(tables.Column):
    """What an enterprise does, in words."""

    def render(self, value: list[str]) -> str:
        """The names of the activities."""
        return activity_names(value)


class DesignatedColumn(tables.Column):
    """Whether a designation stands."""

    def render(self, value: bool) -> str:
        """A badge, or a dash."""
        return status("current", "designation") if value else "—"

    def value(self, value: bool) -> str:
        """The badge's word, or a dash."""
        return str(_("in force")) if value else "—"


class EnterpriseTable(ListTable):
    """The directory."""

    name = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="organisation",
        linkify=_page_of,
        exclude_from_export=True,
    )
    name_zh = tables.Column(
        verbose_name=_("Chinese name"), accessor="organisation__name_zh", visible=False
    )
    name_en = tables.Column(
        verbose_name=_("English name"), accessor="organisation__name_en", visible=False
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"))
    region = NamedColumn(verbose_name=_("Region"), order_by="region_id")
    parent = NamedColumn(verbose_name=_("Rare earth group"))
    activities = ActivitiesColumn(verbose_name=_("Activities"))
    designated = DesignatedColumn(verbose_name=_("Designation"))

    class Meta(ListTable.Meta):
        model = Enterprise
        fields = (
            "name",
            "name_zh",
            "name_en",
            "uscc",
            "region",
            "parent",
            "activities",
            "designated",
        )
        order_by = "name"

    def order_name(self, rows: QuerySet[Model], descending: bool) -> tuple[QuerySet[Model], bool]:
        """By the name that is shown."""
        return _in_order_of_names(rows, "organisation", descending=descending), True

    def order_parent(self, rows: QuerySet[Model], descending: bool) -> tuple[QuerySet[Model], bool]:
        """By the name that is shown."""
        return _in_order_of_names(rows, "parent__organisation", descending=descending), True


class GroupTable(ListTable):
    """The rare earth groups."""

    name = NamedColumn(
        verbose_name=_("Rare earth group"),
        accessor="organisation",
        linkify=_page_of,
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"))
    region = NamedColumn(verbose_name=_("Region"), order_by="region_id")
    member_count = NumberColumn(
        verbose_name=_("Members"),
        linkify=lambda record: f"{reverse('enterprises:enterprise_list')}?group={record.pk}",
    )

    class Meta(ListTable.Meta):
        model = Enterprise
        fields = ("name", "uscc", "region", "member_count")
        order_by = "name"

    def order_name(self, rows: QuerySet[Model], descending: bool) -> tuple[QuerySet[Model], bool]:
        """By the name that is shown."""
        return _in_order_of_names(rows, "organisation", descending=descending), True


class DesignationTable(ListTable):
    """The list of designated enterprises."""

    name = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="enterprise__organisation",
        linkify=_page_of_designated,
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"), accessor="enterprise__uscc")
    region = NamedColumn(
        verbose_name=_("Region"), accessor="enterprise__region", order_by="enterprise__region_id"
    )
    parent = NamedColumn(
        verbose_name=_("Rare earth group"),
        accessor="enterprise__parent",
    )
    activity = tables.Column(verbose_name=_("Activity"))
    valid_from = DayColumn(verbose_name=_("Valid from"))
    valid_to = DayColumn(verbose_name=_("Valid to"))
    document = tables.Column(verbose_name=_("Document"))

    class Meta(ListTable.Meta):
        model = Designation
        fields = (
            "name",
            "uscc",
            "region",
            "parent",
            "activity",
            "valid_from",
            "valid_to",
            "document",
        )
        order_by = "name"

    def order_name(self, rows: QuerySet[Model], descending: bool) -> tuple[QuerySet[Model], bool]:
        """By the name that is shown."""
        return _in_order_of_names(rows, "enterprise__organisation", descending=descending), True

    def order_parent(self, rows: QuerySet[Model], descending: bool) -> tuple[QuerySet[Model], bool]:
        """By the name that is shown."""
        return _in_order_of_names(
            rows, "enterprise__parent__organisation", descending=descending
        ), True


class _NamedChoices(ModelChoiceField):
    def label_from_instance(self, thing: Any) -> str:
        code = f"{thing.code} " if isinstance(thing, Region) else ""
        return f"{code}{named(thing)}"


class _NamedFilter(django_filters.ModelChoiceFilter):
    """A choice among things with names in both languages."""

    field_class = _NamedChoices


@extend_schema_field(OpenApiTypes.STR)
class _RegionFilter(_NamedFilter):
    """A choice among regions; programs name one by its code."""


class EnterpriseFilter(ListFilter):
    """Narrows the directory. The rows must tell whether they are `designated`."""

    search = SearchFilter(fields=[*_NAMES, "uscc"], label=_("Name or unified social credit code"))
    region = _RegionFilter(
        label=_("Region"),
        queryset=lambda request: queries.regions_with_enterprises(request.user),
        method="within",
    )
    group = _NamedFilter(
        field_name="parent",
        label=_("Rare earth group"),
        queryset=lambda request: queries.groups_visible_to(request.user),
    )
    activity = django_filters.ChoiceFilter(
        label=_("Activity"),
        choices=[*Activity.choices, (NO_ACTIVITY, _("no activity"))],
        method="doing",
    )
    designated = django_filters.ChoiceFilter(
        label=_("Designation"),
        choices=[
            ("yes", pgettext_lazy("designation", "in force today")),
            ("no", pgettext_lazy("designation", "none in force today")),
        ],
        method="that_are_designated",
    )

    class Meta:
        model = Enterprise
        fields = ()

    def within(self, rows: QuerySet[Model], _name: str, region: Region) -> QuerySet[Model]:
        """Those of `region` and below."""
        return rows.filter(region__code__startswith=region.prefix)

    def doing(self, rows: QuerySet[Model], _name: str, activity: str) -> QuerySet[Model]:
        """Those with the activity, or with none."""
        if activity == NO_ACTIVITY:
            return rows.filter(activities=[])
        return rows.filter(activities__contains=[activity])

    def that_are_designated(
        self, rows: QuerySet[Model], _name: str, wanted: str
    ) -> QuerySet[Model]:
        """Those with, or without, a designation that stands."""
        return rows.filter(designated=wanted == "yes")


class DesignationFilter(ListFilter):
    """Narrows the list of designated enterprises to those of a day."""

    on = DayFilter(label=_("As of"), method="standing")
    activity = django_filters.ChoiceFilter(label=_("Activity"), choices=Designation.ACTIVITIES)
    region = _RegionFilter(
        label=_("Region"),
        queryset=lambda request: Region.objects.filter(level=Region.Level.PROVINCE),
        method="within",
    )
    search = SearchFilter(
        fields=[f"enterprise__{name}" for name in (*_NAMES, "uscc")],
        label=_("Name or unified social credit code"),
    )

    class Meta:
        model = Designation
        fields = ()

    def standing(self, rows: QuerySet[Model], _name: str, day: Any) -> QuerySet[Model]:
        """Those that stand on `day`."""
        return rows.filter(queries.standing_on(day))

    def within(self, rows: QuerySet[Model], _name: str, region: Region) -> QuerySet[Model]:
        """Those of enterprises of `region` and below."""
        return rows.filter(enterprise__region__code__startswith=region.prefix)
