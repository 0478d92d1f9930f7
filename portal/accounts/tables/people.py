"""The lists of people, organisations and regions."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, Region, User
from portal.kernel.tables import (
    ListFilter,
    ListTable,
    MomentColumn,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    StatusColumn,
)

STANDINGS = [("active", _("active")), ("invited", _("invited")), ("inactive", _("deactivated"))]


class UserTable(ListTable):
    """People's accounts."""

    full_name = tables.Column(
        verbose_name=_("Name"),
        linkify=lambda record: reverse("accounts:user_detail", args=[record.pk]),
    )
    username = tables.Column(verbose_name=_("User name"))
    organisation = NamedColumn(verbose_name=_("Organisation"), order_by="organisation__name_zh")
    role = tables.Column(verbose_name=_("Role"))
    standing = StatusColumn(kind="account", verbose_name=_("Status"))
    email = tables.Column(verbose_name=_("E-mail address"))
    last_login = MomentColumn(verbose_name=_("Last sign-in"))

    class Meta(ListTable.Meta):
        model = User
        fields = (
            "full_name",
            "username",
            "organisation",
            "role",
            "standing",
            "email",
            "last_login",
        )
        order_by = "username"


class UserFilter(ListFilter):
    """By words, role, kind of organisation and status."""

    search = SearchFilter(
        fields=["full_name", "username", "email"], label=_("Name or e-mail address")
    )
    at = SearchFilter(
        fields=["organisation__name_zh", "organisation__name_en"], label=_("Organisation")
    )
    kind = django_filters.ChoiceFilter(
        field_name="organisation__kind", choices=Organisation.KINDS, label=_("Kind of organisation")
    )
    role = django_filters.ChoiceFilter(choices=User.ROLE_CHOICES, label=_("Role"))
    standing = django_filters.ChoiceFilter(choices=STANDINGS, label=_("Status"))


class OrganisationTable(ListTable):
    """Organisations, to invite somebody for or to move somebody to."""

    name = NamedColumn(verbose_name=_("Organisation"), accessor="self", order_by="name_zh")
    kind = tables.Column(verbose_name=_("Kind"))
    region = NamedColumn(verbose_name=_("Region"), order_by="region_id")
    people = NumberColumn(verbose_name=_("Open accounts"))
    choose = tables.Column(
        verbose_name=_("Go on with"), accessor="pk", orderable=False, exclude_from_export=True
    )

    class Meta(ListTable.Meta):
        model = Organisation
        fields = ("name", "kind", "region", "people", "choose")
        order_by = ("kind", "name")

    def __init__(self, *args: Any, moving: User | None = None, **kwargs: Any) -> None:
        self.moving = moving
        super().__init__(*args, **kwargs)

    def render_choose(self, value: int) -> str:
        """A link to what is to be done with the organisation."""
        if self.moving:
            address = reverse("accounts:user_detail", args=[self.moving.pk])
            return format_html(
                '<a href="{}?organisation={}">{}</a>', address, value, _now("Move here")
            )
        return format_html(
            '<a href="{}">{}</a>', reverse("accounts:user_invite", args=[value]), _now("Invite")
        )


class OrganisationFilter(ListFilter):
    """By name, kind and region."""

    search = SearchFilter(fields=["name_zh", "name_en"], label=_("Name"))
    kind = django_filters.ChoiceFilter(choices=Organisation.KINDS, label=_("Kind"))
    region = SearchFilter(
        fields=["region__code", "region__name_zh", "region__name_en"], label=_("Region")
    )


class RegionTable(ListTable):
    """Regions on record."""

    code = tables.Column(verbose_name=_("Code"))
    name = NamedColumn(verbose_name=_("Region"), accessor="self", order_by="name_zh")
    level = tables.Column(verbose_name=_("Level"))
    parent = NamedColumn(verbose_name=_("Lies in"), order_by="parent_id")

    class Meta(ListTable.Meta):
        model = Region
        fields = ("code", "name", "level", "parent")
        order_by = "code"


class RegionFilter(ListFilter):
    """By code or name, and level."""

    search = SearchFilter(fields=["code", "name_zh", "name_en"], label=_("Code or name"))
    level = django_filters.ChoiceFilter(choices=Region.Level, label=_("Level"))
