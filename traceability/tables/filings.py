"""Lists of filings, of their records, and of the faults of an upload."""

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

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
)
from portal.kernel.templatetags.portal import status
from traceability.models import Filing, Kind, Record


class LateColumn(tables.Column):
    """Whether the month was first filed after the deadline."""

    def render(self, value: bool) -> str:
        """A badge where it was."""
        return status("late", "filing") if value else str(_("in time"))

    def value(self, value: bool) -> str:
        """The badge's word."""
        return str(_("late") if value else _("in time"))


class FilingTable(ListTable):
    """Versions of filings. The rows must tell whether they are `late`."""

    enterprise = NamedColumn(
        verbose_name=_("Enterprise"), order_by="enterprise__organisation__name_zh"
    )
    uscc = tables.Column(
        verbose_name=_("Unified social credit code"), accessor="enterprise__uscc", visible=False
    )
    month = MonthColumn(verbose_name=_("Month"), order_by=("month", "version"), linkify=True)
    version = tables.Column(verbose_name=_("Version"))
    status = StatusColumn(kind="filing", verbose_name=_("Status"))
    late = LateColumn(verbose_name=_("First filed"))
    record_count = NumberColumn(verbose_name=_("Records"))
    submitted_at = MomentColumn(verbose_name=_("Submitted at"))
    receipt_no = tables.Column(verbose_name=_("Receipt number"))

    class Meta(ListTable.Meta):
        model = Filing
        fields = (
            "month",
            "enterprise",
            "uscc",
            "version",
            "status",
            "late",
            "record_count",
            "submitted_at",
            "receipt_no",
        )
        order_by = "-month"


class FilingFilter(ListFilter):
    """Narrows filings. The rows must tell whether they are `late`."""

    search = SearchFilter(
        fields=[
            "enterprise__organisation__name_zh",
            "enterprise__organisation__name_en",
            "enterprise__uscc",
            "receipt_no",
        ],
        label=_("Enterprise or receipt number"),
    )
    month = django_filters.CharFilter(label=_("Month (2025-03)"), method="of_month")
    status = django_filters.ChoiceFilter(label=_("Status"), choices=Filing.Status.choices)
    late = django_filters.ChoiceFilter(
        label=_("First filed"),
        choices=[("no", _("in time")), ("yes", _("late"))],
        method="that_came_late",
    )

    class Meta:
        model = Filing
        fields = ()

    def of_month(self, rows: QuerySet[Model], _name: str, text: str) -> QuerySet[Model]:
        """Those of one month; none when it is not a month."""
        return of_month(rows, text.strip())

    def that_came_late(self, rows: QuerySet[Model], _name: str, wanted: str) -> QuerySet[Model]:
        """Those whose month was first filed after the deadline, or before it."""
        return rows.filter(late=wanted == "yes")


# Numbers of lots and documents break at their hyphens otherwise, and rows grow tall.
_WHOLE = {"td": {"class": "text-nowrap"}}


class GradeColumn(NumberColumn):
    """Percent REO as filed, without trailing zeros."""

    def render(self, value: Any) -> str:
        """As the filer wrote it."""
        return f"{value.normalize():f}"

    def value(self, value: Any) -> Any:
        """As a number."""
        return value


class CodeColumn(tables.Column):
    """A code, a number or a word that stays on one line; a dash where there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, default="—", attrs=_WHOLE, **kwargs)


class RecordTable(ListTable):
    """The records of one version."""

    line = NumberColumn(verbose_name=_("Line"))
    kind = CodeColumn(verbose_name=_("Kind"))
    date = DayColumn(verbose_name=_("Date"), attrs=_WHOLE)
    lot = CodeColumn(verbose_name=_("Lot number"), accessor="lot__number")
    lot_maker = NamedColumn(
        verbose_name=_("Maker of the lot"),
        accessor="lot__maker",
        order_by="lot__maker__organisation__name_zh",
    )
    product = CodeColumn(verbose_name=_("Product"), accessor="product__code")
    gross_kg = KgColumn(verbose_name=_("Gross mass, kg"))
    reo_percent = GradeColumn(verbose_name=_("Percent REO"))
    run = CodeColumn(verbose_name=_("Process run"))
    counterparty = NamedColumn(
        verbose_name=_("Counterparty"), order_by="counterparty__organisation__name_zh"
    )
    document = CodeColumn(verbose_name=_("Document number"))
    country = tables.Column(verbose_name=_("Country"))
    assay = tables.Column(verbose_name=_("Assay"), visible=False)
    note = tables.Column(verbose_name=_("Note"))

    class Meta(ListTable.Meta):
        model = Record
        # Findings lead to single lines.
        row_attrs = {"id": lambda record: f"record-{record.line}"}
        fields = (
            "line",
            "kind",
            "date",
            "lot",
            "lot_maker",
            "product",
            "gross_kg",
            "reo_percent",
            "run",
            "counterparty",
            "document",
            "country",
            "assay",
            "note",
        )
        order_by = "line"


class RecordFilter(ListFilter):
    """Narrows the records of one version."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices)
    search = SearchFilter(
        fields=["lot__number", "run", "document"], label=_("Lot, process run or document")
    )

    class Meta:
        model = Record
        fields = ()


class ErrorTable(ListTable):
    """The faults of an uploaded file, where each stands."""

    place = tables.Column(verbose_name=_("Cell"), orderable=False)
    line = NumberColumn(verbose_name=_("Line"))
    column = tables.Column(verbose_name=_("Column"))
    text = tables.Column(verbose_name=_("What is wrong, and what to do"), orderable=False)
    value = tables.Column(verbose_name=_("What stands there"), orderable=False)

    class Meta(ListTable.Meta):
        fields = ("place", "line", "column", "text", "value")
