"""The lists of decisions and of their lines."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from allocations.models import AllocationLine, Decision
from allocations.rules import LineKey
from portal.kernel.tables import (
    ListFilter,
    ListTable,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    StatusColumn,
    TonnesColumn,
)


class WideTable(ListTable):
    """A list of many figures, whose heads take several lines."""

    class Meta(ListTable.Meta):
        attrs = {"class": f"{ListTable.Meta.attrs['class']} wrap-heads"}


class KindColumn(tables.Column):
    """The kind of a decision, and its regime in small beneath."""

    def render(self, record: Decision) -> str:
        """Both in words."""
        return format_html(
            '{}<br><small class="text-nowrap">{}</small>',
            record.get_kind_display(),
            record.measures,
        )

    def value(self, record: Decision) -> str:
        """Both in words."""
        return f"{record.get_kind_display()}, {record.measures}"


class DecisionTable(WideTable):
    """Decisions with their ceiling lines and the sums of their allocations, tonnes REO."""

    decision = tables.Column(
        verbose_name=_("Decision"),
        accessor="title",
        order_by=("year", "number"),
        linkify=True,
        attrs={"td": {"class": "text-nowrap"}},
    )
    kind = KindColumn(verbose_name=_("Kind"))
    document_no = tables.Column(verbose_name=_("Notice number"), empty_values=())
    mining_rock = TonnesColumn(
        verbose_name=_("Ceiling: mining, rock type"), accessor="ceiling_mining_rock"
    )
    mining_ionic = TonnesColumn(
        verbose_name=_("Ceiling: mining, ionic type"), accessor="ceiling_mining_ionic"
    )
    mining = TonnesColumn(verbose_name=_("Ceiling: mining, undivided"), accessor="ceiling_mining")
    separation = TonnesColumn(
        verbose_name=_("Ceiling: smelting and separation"), accessor="ceiling_separation"
    )
    allocated_mining = TonnesColumn(verbose_name=_("Allocated: mining"))
    allocated_separation = TonnesColumn(verbose_name=_("Allocated: smelting and separation"))
    status = StatusColumn(verbose_name=_("Status"), kind="decision")

    class Meta(WideTable.Meta):
        model = Decision
        fields = ("decision", "kind", "document_no")
        order_by = "-decision"

    def render_document_no(self, value: str) -> str:
        """The number, or a dash."""
        return value or "—"

    def value_document_no(self, value: str) -> str:
        """The number."""
        return value


class DecisionFilter(ListFilter):
    """By year, kind, regime, status and words."""

    search = SearchFilter(fields=("document_no", "approval_no", "note"))

    class Meta:
        model = Decision
        fields = ("year", "kind", "regime", "status")


class AllocationLineTable(ListTable):
    """The allocation lines of one decision."""

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
    category = tables.Column(verbose_name=_("Category"))
    kg = TonnesColumn(verbose_name=_("t REO"))
    reason = tables.Column(verbose_name=_("Reason"), attrs={"td": {"class": "words"}})
    comments = NumberColumn(
        verbose_name=_("Open comments"),
        accessor="open_comments",
        linkify=lambda record: (
            reverse("allocations:decision_comments", args=[record.decision_id])
            + LineKey(record.enterprise_id, record.category).as_query
        ),
    )

    class Meta(ListTable.Meta):
        model = AllocationLine
        fields = ("enterprise", "uscc", "group", "category", "kg", "reason", "comments")
        empty_text = _("No allocation line.")
