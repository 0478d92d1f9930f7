"""Lists of findings and of reconciliations."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters.fields import ModelChoiceField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from allocations.models import Category
from portal.accounts.models import Region
from portal.kernel.filters import of_month
from portal.kernel.tables import (
    DayColumn,
    KgColumn,
    ListFilter,
    ListTable,
    MomentColumn,
    MonthColumn,
    NamedColumn,
    NumberColumn,
    SearchFilter,
    StatusColumn,
    YearColumn,
)
from portal.kernel.templatetags.portal import named
from traceability.models import Finding, Reconciliation
from traceability.queries.findings import BY_GRAVITY, OPEN, message_of
from traceability.rules.checks import CHECKS
from traceability.tables.cases import PickColumn
from traceability.tables.work import WorkFilter

STILL_OPEN = "still_open"


class TitleColumn(tables.Column):
    """What a finding is about, in words; its code in exports."""

    def render(self, record: Finding) -> str:
        """The title of its code."""
        return record.title

    def value(self, value: str) -> str:
        """The code."""
        return value


class AmountColumn(KgColumn):
    """An amount in kg REO, or said to be gross."""

    def render(self, value: Any, record: Finding) -> str:
        """The mass, with a word where it is as weighed."""
        mass = super().render(value)
        return _("%(kg)s gross") % {"kg": mass} if record.is_gross else mass


class MessageColumn(tables.Column):
    """What a finding says with its numbers; in exports only."""

    def value(self, record: Finding) -> str:
        """The sentence, in the reader's language."""
        return message_of(record)


class FindingTable(ListTable):
    """Findings. The rows must be `ranked`."""

    pick = PickColumn()
    severity = StatusColumn(kind="severity", verbose_name=_("Severity"), order_by=BY_GRAVITY)
    code = TitleColumn(verbose_name=_("Finding"), linkify=True)
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"), order_by="enterprise__organisation__name_zh"
    )
    counterparty = NamedColumn(
        verbose_name=_("Counterparty"), order_by="counterparty__organisation__name_zh"
    )
    month = MonthColumn(verbose_name=_("Month"))
    lot = tables.Column(verbose_name=_("Lot"), accessor="lot__number")
    amount_kg = AmountColumn(verbose_name=_("Amount, kg"))
    first_seen = DayColumn(verbose_name=_("First seen"))
    status = StatusColumn(kind="finding", verbose_name=_("Status"))
    message = MessageColumn(verbose_name=_("Message"), accessor="code", visible=False)

    class Meta(ListTable.Meta):
        model = Finding
        fields = (
            "pick",
            "severity",
            "code",
            "enterprise",
            "counterparty",
            "month",
            "lot",
            "amount_kg",
            "first_seen",
            "status",
            "message",
        )
        order_by = "severity"


class _NamedChoices(ModelChoiceField):
    def label_from_instance(self, thing: Any) -> str:
        return named(thing)


@extend_schema_field(OpenApiTypes.STR)
class _ProvinceFilter(django_filters.ModelChoiceFilter):
    """A choice among provinces, by their names in the reader's language."""

    field_class = _NamedChoices


class FindingFilter(ListFilter):
    """Narrows findings by everything they carry."""

    search = SearchFilter(
        fields=[
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "enterprise__uscc",
            "lot__number",
            "document",
        ],
        label=_("Enterprise, lot or document"),
    )
    code = django_filters.ChoiceFilter(
        label=_("Finding"), choices=[(check.code, check.title) for check in CHECKS]
    )
    severity = django_filters.ChoiceFilter(label=_("Severity"), choices=Finding.Severity.choices)
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(STILL_OPEN, _("open or answered")), *Finding.Status.choices],
        method="standing",
    )
    category = django_filters.ChoiceFilter(label=_("Category"), choices=Category.choices)
    year = django_filters.NumberFilter(label=_("Year"))
    month = django_filters.CharFilter(label=_("Month (2025-03)"), method="of_month")
    province = _ProvinceFilter(
        label=_("Province"),
        queryset=lambda request: Region.objects.filter(level=Region.Level.PROVINCE),
        method="within",
    )

    class Meta:
        model = Finding
        fields = ()

    def standing(self, rows: QuerySet[Model], _name: str, status: str) -> QuerySet[Model]:
        """Those of one status, or all that nobody has closed and that still hold."""
        return rows.filter(status__in=OPEN if status == STILL_OPEN else [status])

    def of_month(self, rows: QuerySet[Model], _name: str, text: str) -> QuerySet[Model]:
        """Those of one month; none when it is not a month."""
        return of_month(rows, text.strip())

    def within(self, rows: QuerySet[Model], _name: str, region: Region) -> QuerySet[Model]:
        """Those on enterprises of a province."""
        return rows.filter(enterprise__region__code__startswith=region.prefix)


class FindingListFilter(FindingFilter, WorkFilter):
    """Narrows the list of findings by all that, and by who works them, age, amount and case."""

    amount = django_filters.NumberFilter(
        label=_("Amount at least, kg"), field_name="amount_kg", lookup_expr="gte"
    )

    assigned_field = "case__assigned_to"
    opened_field = "first_seen"
    number_field = "case"

    class Meta:
        model = Finding
        fields = ()


class CountColumn(NumberColumn):
    """One count of a finished run."""

    def __init__(self, *args: Any, count: str, **kwargs: Any) -> None:
        self.count = count
        super().__init__(*args, accessor="counts", orderable=False, **kwargs)

    def render(self, value: dict[str, Any]) -> str:
        """The count, or a dash before the run is finished."""
        return super().render(value.get(self.count))

    def value(self, value: dict[str, Any]) -> Any:
        """The count."""
        return value.get(self.count)


class ReconciliationTable(ListTable):
    """Runs of the checks."""

    asked_at = MomentColumn(verbose_name=_("Asked"), linkify=True)
    year = YearColumn(verbose_name=_("Year"))
    as_of = DayColumn(verbose_name=_("As of"))
    enterprise = NamedColumn(verbose_name=_("Enterprise"), orderable=False)
    state = StatusColumn(kind="reconciliation", verbose_name=_("State"))
    found = CountColumn(count="found", verbose_name=_("Found"))
    new = CountColumn(count="new", verbose_name=_("New"))
    reopened = CountColumn(count="reopened", verbose_name=_("Back again"))
    cleared = CountColumn(count="cleared", verbose_name=_("Cleared"))

    class Meta(ListTable.Meta):
        model = Reconciliation
        fields = (
            "asked_at",
            "year",
            "as_of",
            "enterprise",
            "state",
            "found",
            "new",
            "reopened",
            "cleared",
        )
        order_by = "-asked_at"

    def render_year(self, value: int) -> str:
        """A year has no thousands."""
        return str(value)


class ReconciliationFilter(ListFilter):
    """Narrows the runs."""

    year = django_filters.NumberFilter(label=_("Year"))
    state = django_filters.ChoiceFilter(label=_("State"), choices=Reconciliation.State.choices)
    scope = django_filters.ChoiceFilter(
        label=_("Scope"),
        choices=[("country", _("the whole country")), ("enterprise", _("one enterprise"))],
        method="that_look_at",
    )

    class Meta:
        model = Reconciliation
        fields = ()

    def that_look_at(self, rows: QuerySet[Model], _name: str, scope: str) -> QuerySet[Model]:
        """Runs over all, or over one enterprise."""
        return rows.filter(enterprise__isnull=scope == "country")
