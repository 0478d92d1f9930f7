"""The list of keys."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.kernel.tables import DayColumn, ListTable, MomentColumn, StatusColumn
from portal.machines.models import Key


class KeyTable(ListTable):
    """The keys of an enterprise; what may be done with each stands on its own page."""

    purpose = tables.Column(
        verbose_name=_("Purpose"),
        linkify=lambda record: reverse("machines:key_detail", args=[record.pk]),
    )
    name = tables.Column(verbose_name=_("Key"))
    scope = tables.Column(verbose_name=_("Scope"))
    user = tables.Column(verbose_name=_("Acts for"))
    attester = tables.Column(verbose_name=_("Attests in the name of"))
    standing = StatusColumn(kind="key", verbose_name=_("Status"))
    last_used_at = MomentColumn(verbose_name=_("Last used"))
    expires_on = DayColumn(verbose_name=_("Last day"))

    class Meta(ListTable.Meta):
        model = Key
        fields = (
            "purpose", "name", "scope", "user", "attester", "standing", "last_used_at",
            "expires_on",
        )  # fmt: skip
        order_by = "-pk"

    def render_name(self, value: Any) -> str:
        """The part that may be shown."""
        return f"{value}…"
