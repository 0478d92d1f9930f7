"""The lists of copies, of their tree, and of what was asked about them."""

from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocations.models import Copy, CopyQuery
from allocations.queries import tree_of
from allocations.tables.choices import ChosenNamed
from portal.accounts.models import Region
from portal.kernel.tables import (
    DayColumn,
    ListFilter,
    ListTable,
    MomentColumn,
    NamedColumn,
    NumberColumn,
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
STANDINGS = {"late": _("late"), **STATES}
QUERY_STATES = {"open": pgettext_lazy("query", "open"), "answered": _("answered")}


KINDS = {"authority": _("competent authority"), "enterprise": _("enterprise")}


class CopyFilter(ListFilter):
    """By year, kind of recipient, territory and whether it was acknowledged."""

    year = django_filters.NumberFilter(label=_("Year"), field_name="decision__year")
    region = ChosenNamed(
        label=_("Region"),
        field_name="recipient__region",
        queryset=Region.objects.filter(organisations__copies__isnull=False).distinct(),
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind of recipient"), field_name="recipient__kind", choices=list(KINDS.items())
    )
    state = django_filters.ChoiceFilter(label=_("Status"), choices=list(STATES.items()))

    class Meta:
        model = Copy
        fields = ()


class BranchColumn(NamedColumn):
    """A recipient, as deep in its row as it lies in the tree."""

    attrs = {"td": {"class": lambda record: f"branch-{record.depth}"}}


class BranchTable(ListTable):
    """The copies of a decision as the tree they are passed down in."""

    recipient = BranchColumn(
        verbose_name=_("Recipient"),
        accessor="copy__recipient",
        linkify=lambda record: record.copy.get_absolute_url(),
    )
    standing = StatusColumn(verbose_name=_("Status"), kind="copy")
    opened_at = MomentColumn(verbose_name=_("Opened at"))
    due_on = DayColumn(verbose_name=_("To be acknowledged by"), accessor="copy__due_on")
    acknowledged_at = MomentColumn(
        verbose_name=_("Acknowledged at"), accessor="copy__acknowledged_at"
    )
    acknowledged_by = tables.Column(
        verbose_name=_("Acknowledged by"), accessor="copy__acknowledged_by"
    )
    passed_down = NumberColumn(verbose_name=_("Passed down to"))

    class Meta(ListTable.Meta):
        orderable = False

    def __init__(self, copies: QuerySet[Copy], *, today: date, **kwargs: Any) -> None:
        super().__init__(tree_of(copies, today=today), **kwargs)


class BranchFilter(ListFilter):
    """By kind of recipient, territory and standing."""

    kind = django_filters.ChoiceFilter(
        label=_("Kind of recipient"), field_name="recipient__kind", choices=list(KINDS.items())
    )
    region = ChosenNamed(
        label=_("Region"),
        field_name="recipient__region",
        queryset=Region.objects.filter(organisations__copies__isnull=False).distinct(),
    )
    standing = django_filters.ChoiceFilter(label=_("Status"), choices=list(STANDINGS.items()))

    class Meta:
        model = Copy
        fields = ()


class CopyQueryTable(ListTable):
    """What authorities asked about their copies."""

    text = tables.Column(
        verbose_name=_("Query"), linkify=lambda record: record.get_absolute_url(), orderable=False
    )
    state = StatusColumn(verbose_name=_("Status"), kind="query", order_by="answered_at")
    recipient = NamedColumn(
        verbose_name=_("Authority"), accessor="copy__recipient", order_by="copy__recipient__name_zh"
    )
    decision = tables.Column(
        verbose_name=_("Copy of decision"),
        accessor="copy__decision__title",
        order_by=("copy__decision__year", "copy__decision__number"),
    )
    asked_at = MomentColumn(verbose_name=_("Asked at"))
    answer = tables.Column(verbose_name=_("Answer"), orderable=False)
    answered_at = MomentColumn(verbose_name=_("Answered at"))

    class Meta(ListTable.Meta):
        model = CopyQuery
        fields = ("text", "state", "recipient", "decision", "asked_at", "answer", "answered_at")


class CopyQueryFilter(ListFilter):
    """By whether they are answered."""

    state = django_filters.ChoiceFilter(label=_("Status"), choices=list(QUERY_STATES.items()))

    class Meta:
        model = CopyQuery
        fields = ()
