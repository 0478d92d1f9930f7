"""The lists of decisions, their lines, caps and copies."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from allocations import queries
from allocations.models import AllocationLine, Category, Copy, Decision
from allocations.rules import LineKey
from enterprises.models import Enterprise
from enterprises.queries import groups
from portal.accounts.models import Region
from portal.kernel.tables import (
    ListFilter,
    ListTable,
    MomentColumn,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    StatusColumn,
    TonnesColumn,
)
from portal.kernel.templatetags.portal import named


class ChosenNamed(django_filters.ModelChoiceFilter):
    """A choice among things that have a name in both languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.field_class = _NamedChoiceField


class _NamedChoiceField(django_filters.fields.ModelChoiceField):
    def label_from_instance(self, thing: Any) -> str:
        return named(thing)


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
        verbose_name=_("Decision"), accessor="title", order_by=("year", "number"), linkify=True
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
    reason = tables.Column(verbose_name=_("Reason"))
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


class CapTable(WideTable):
    """The caps of a year, one row for each enterprise, tonnes REO."""

    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="organisation",
        order_by="organisation__name_zh",
        linkify=lambda record: record.get_absolute_url(),
    )
    uscc = tables.Column(verbose_name=_("Unified social credit code"))
    region = NamedColumn(verbose_name=_("Region"), order_by="region_id")
    group = NamedColumn(
        verbose_name=_("Rare earth group"),
        accessor="parent",
        order_by="parent__organisation__name_zh",
    )
    mining_rock = TonnesColumn(
        verbose_name=Category.MINING_ROCK.short_label, accessor="cap_mining_rock"
    )
    mining_ionic = TonnesColumn(
        verbose_name=Category.MINING_IONIC.short_label, accessor="cap_mining_ionic"
    )
    separation = TonnesColumn(
        verbose_name=Category.SEPARATION.short_label, accessor="cap_separation"
    )

    class Meta(WideTable.Meta):
        model = Enterprise
        fields = ("enterprise", "uscc", "region", "group")
        order_by = "enterprise"
        empty_text = _("No cap of this year that fits.")


class CapFilter(ListFilter):
    """By year, group, territory and words. The year is read by the page."""

    year = django_filters.ChoiceFilter(
        label=_("Year"), method="as_it_is", empty_label=None, choices=lambda: _years()
    )
    group = ChosenNamed(label=_("Rare earth group"), field_name="parent", queryset=groups())
    region = ChosenNamed(
        label=_("Region"),
        method="within",
        queryset=Region.objects.filter(level=Region.Level.PROVINCE),
    )
    search = SearchFilter(fields=("organisation__name_zh", "organisation__name_en", "uscc"))

    class Meta:
        model = Enterprise
        fields = ()

    @property
    def narrowed(self) -> bool:
        """Whether any filter but the year, which is always set, is."""
        return any(self.data.get(name) for name in ("group", "region", "search"))

    def as_it_is(self, rows: Any, name: str, value: str) -> Any:
        """The rows are those of the year already."""
        return rows

    def within(self, rows: Any, name: str, region: Region) -> Any:
        """Those of a province."""
        return rows.filter(region__code__startswith=region.prefix)


def _years() -> list[tuple[str, str]]:
    return [(str(year), str(year)) for year in queries.years_on_record()]


class ApiCapFilter(django_filters.FilterSet):
    """Caps by year, category and code."""

    year = django_filters.NumberFilter(field_name="decision__year")
    category = django_filters.ChoiceFilter(choices=Category.choices)
    uscc = django_filters.CharFilter(field_name="enterprise__uscc")

    class Meta:
        model = AllocationLine
        fields = ()
