"""The list of copies."""

import django_filters
import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from allocations.models import Copy
from allocations.tables.choices import ChosenNamed
from portal.accounts.models import Region
from portal.kernel.tables import (
    ListFilter,
    ListTable,
    MomentColumn,
    NamedColumn,
    StatusColumn,
)


class CopyTable(ListTable):
    """Copies with their acknowledgement."""

    copy = tables.Column(
        verbose_name=_("Copy of decision"),
        accessor="decision__title",
        order_by=("decision__year", "decision__number"),
        linkify=lambda record: record.get_absolute_url(),
    )
    document_no = tables.Column(verbose_name=_("Notice number"), accessor="decision__document_no")
    recipient = NamedColumn(verbose_name=_("Recipient"), order_by="recipient__name_zh")
    sent_at = MomentColumn(verbose_name=_("Sent at"))
    acknowledged_at = MomentColumn(verbose_name=_("Acknowledged at"))
    acknowledged_by = tables.Column(verbose_name=_("Acknowledged by"))
    state = StatusColumn(verbose_name=_("Status"), kind="copy")

    class Meta(ListTable.Meta):
        model = Copy
        fields = ("copy", "document_no", "recipient", "sent_at", "acknowledged_at")
        sequence = ("copy", "state", "...")
        order_by = ("-state", "-copy")

    def value_state(self, record: Copy) -> str:
        """The label alone."""
        return str(STATES[record.state])  # type: ignore[attr-defined]


STATES = {"waiting": _("to be acknowledged"), "acknowledged": _("acknowledged")}


class CopyFilter(ListFilter):
    """By year, territory and whether it was acknowledged."""

    year = django_filters.NumberFilter(label=_("Year"), field_name="decision__year")
    region = ChosenNamed(
        label=_("Region"),
        field_name="recipient__region",
        queryset=Region.objects.filter(organisations__copies__isnull=False).distinct(),
    )
    state = django_filters.ChoiceFilter(label=_("Status"), choices=list(STATES.items()))

    class Meta:
        model = Copy
        fields = ()
