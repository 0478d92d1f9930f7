"""The lists of decisions, caps and copies."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from allocations.models import AllocationLine, Category, Copy, Decision
from portal.kernel.tables import (
    ListFilter,
    ListTable,
    MomentColumn,
    NamedColumn,
    SearchFilter,
    StatusColumn,
    TonnesColumn,
)
from portal.kernel.templatetags import portal as shown


class DecisionTable(ListTable):
    """Decisions, the latest first."""

    number = tables.Column(
        verbose_name=_("Decision"), accessor="title", order_by=("year", "number"), linkify=True
    )
    kind = tables.Column(verbose_name=_("Kind"), accessor="get_kind_display", order_by="kind")
    regime = tables.Column(verbose_name=_("Regime"), accessor="get_regime_display", orderable=False)
    ceiling = TonnesColumn(verbose_name=_("Ceilings, t REO"), accessor="ceiling_kg")
    allocated = TonnesColumn(verbose_name=_("Allocations, t REO"), accessor="allocated_kg")
    document_no = tables.Column(verbose_name=_("Document"), empty_values=())
    issued_at = MomentColumn(verbose_name=_("Issued at"))
    status = StatusColumn(verbose_name=_("Status"), kind="decision")

    class Meta(ListTable.Meta):
        model = Decision
        fields = ("number", "kind", "regime", "ceiling", "allocated", "document_no")
        order_by = ("-number",)

    def render_document_no(self, value: str) -> str:
        """The number, or a dash."""
        return value or "—"


class DecisionFilter(ListFilter):
    """By year, kind, regime, status and words."""

    search = SearchFilter(fields=("document_no", "approval_no", "note"))

    class Meta:
        model = Decision
        fields = ("year", "kind", "regime", "status")


class CopyTable(ListTable):
    """Copies with their acknowledgement."""

    decision = tables.Column(
        verbose_name=_("Decision"), linkify=lambda record: record.get_absolute_url()
    )
    recipient = NamedColumn(verbose_name=_("Recipient"))
    sent_at = MomentColumn(verbose_name=_("Sent at"))
    acknowledged_at = MomentColumn(verbose_name=_("Acknowledged at"))
    state = tables.Column(
        verbose_name=_("Status"), empty_values=(), orderable=False, accessor="acknowledged_at"
    )

    class Meta(ListTable.Meta):
        model = Copy
        fields = ("decision", "recipient", "sent_at", "acknowledged_at")

    def render_state(self, record: Copy) -> str:
        """A badge."""
        return shown.status("acknowledged" if record.acknowledged_at else "waiting", "copy")

    def value_state(self, record: Copy) -> str:
        """The label alone."""
        return str(_("acknowledged") if record.acknowledged_at else _("to be acknowledged"))


class CopyFilter(ListFilter):
    """By year and whether it was acknowledged."""

    year = django_filters.NumberFilter(label=_("Year"), field_name="decision__year")
    waiting = django_filters.BooleanFilter(
        label=_("To be acknowledged"), field_name="acknowledged_at", lookup_expr="isnull"
    )

    class Meta:
        model = Copy
        fields = ()


class CapTable(ListTable):
    """Caps of a year by enterprise and category, from rows of `queries.cap_sums`."""

    name = tables.Column(verbose_name=_("Enterprise"))
    uscc = tables.Column(verbose_name=_("Credit code"), accessor="enterprise__uscc", default="—")
    category = tables.Column(verbose_name=_("Category"))
    year = tables.Column(verbose_name=_("Year"), accessor="decision__year")
    cap_kg = TonnesColumn(verbose_name=_("Cap, t REO"))

    class Meta(ListTable.Meta):
        order_by = ("-year", "name")

    def render_name(self, value: str, record: dict[str, Any]) -> str:
        """Its name, linked."""
        url = reverse("enterprises:enterprise_detail", args=[record["enterprise_id"]])
        return format_html('<a href="{}">{}</a>', url, value)

    def value_name(self, value: str) -> str:
        """Its name."""
        return value

    def render_category(self, value: str) -> str:
        """Its label."""
        return str(Category(value).label)


class CapFilter(ListFilter):
    """By year, category and name."""

    year = django_filters.NumberFilter(label=_("Year"), field_name="decision__year")
    category = django_filters.ChoiceFilter(label=_("Category"), choices=Category.choices)
    search = SearchFilter(
        fields=(
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "enterprise__uscc",
        )
    )

    class Meta:
        model = AllocationLine
        fields = ()
