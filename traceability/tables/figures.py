"""Lists of what stands behind a figure."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models import AllocationLine
from portal.kernel.tables import (
    DayColumn,
    KgColumn,
    ListTable,
    MomentColumn,
    MonthColumn,
    NamedColumn,
    StatusColumn,
)
from traceability.models import RecordBehind
from traceability.tables.filings import CodeColumn, GradeColumn


class RecordBehindTable(ListTable):
    """The records behind a figure, each with its part of it."""

    kg = KgColumn(verbose_name=_("Of the figure, kg"))
    date = DayColumn(verbose_name=_("Date"), accessor="record__date")
    kind = CodeColumn(verbose_name=_("Kind"), accessor="record__kind")
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="record__filing__enterprise",
        order_by="record__filing__enterprise__organisation__name_zh",
    )
    month = MonthColumn(
        verbose_name=_("Filing"),
        accessor="record__filing__month",
        linkify=lambda record: record.record.filing.get_absolute_url(),
    )
    line = tables.Column(verbose_name=_("Line"), accessor="record__line")
    lot = CodeColumn(
        verbose_name=_("Lot number"),
        accessor="record__lot__number",
        linkify=lambda record: reverse("traceability:lot_detail", args=[record.record.lot_id]),
    )
    code = CodeColumn(verbose_name=_("Product"), accessor="record__lot__product__code")
    gross_kg = KgColumn(verbose_name=_("Gross mass, kg"), accessor="record__gross_kg")
    reo_percent = GradeColumn(
        verbose_name=_("Percent REO"), accessor="record__lot__reo_percent", default="—"
    )
    run = CodeColumn(verbose_name=_("Process run"), accessor="record__run")
    counterparty = NamedColumn(
        verbose_name=_("Counterparty"),
        accessor="record__counterparty",
        order_by="record__counterparty__organisation__name_zh",
        default="—",
    )
    document = CodeColumn(verbose_name=_("Document number"), accessor="record__document")
    country = tables.Column(verbose_name=_("Country"), accessor="record__country", default="—")

    class Meta(ListTable.Meta):
        model = RecordBehind
        fields = ("kg",)


class CapLineTable(ListTable):
    """The lines of decisions that caps are the sum of."""

    kg = KgColumn(verbose_name=_("kg REO"))
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        linkify=True,
        order_by="enterprise__organisation__name_zh",
    )
    category = tables.Column(verbose_name=_("Category"), accessor="get_category_display")
    decision = tables.Column(verbose_name=_("Decision"), accessor="decision__document_no")
    issued_at = MomentColumn(verbose_name=_("Issued"), accessor="decision__issued_at")

    class Meta(ListTable.Meta):
        model = AllocationLine
        fields = ("kg", "enterprise", "category", "decision", "issued_at")


class MonthDueTable(ListTable):
    """Months that were due, and whether they were filed in time."""

    enterprise = NamedColumn(verbose_name=_("Enterprise"), linkify=True, orderable=False)
    month = MonthColumn(verbose_name=_("Month"))
    state = StatusColumn(kind="first_filed", verbose_name=_("First filed"))
    submitted_at = MomentColumn(verbose_name=_("Submitted"), default="—")

    class Meta(ListTable.Meta):
        fields = ("enterprise", "month", "state", "submitted_at")
