"""Lists of lots, and of the records that speak of one."""

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_filters.fields import ModelChoiceField

from portal.kernel.tables import (
    DayColumn,
    KgColumn,
    ListFilter,
    ListTable,
    MonthColumn,
    MonthFilter,
    NamedColumn,
    SearchFilter,
)
from portal.kernel.templatetags.portal import named
from traceability.models import Kind, Lot, Product, Record
from traceability.tables.filings import CodeColumn, GradeColumn


class ProductChoice(ModelChoiceField):
    """A product by its code and name in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Code and name."""
        return f"{obj.code} {named(obj)}"


class ProductFilter(django_filters.ModelChoiceFilter):
    """One product of the code list."""

    field_class = ProductChoice


class LotTable(ListTable):
    """Lots, the latest first."""

    number = CodeColumn(
        verbose_name=_("Lot number"),
        linkify=lambda record: reverse("traceability:lot_detail", args=[record.pk]),
    )
    maker = NamedColumn(verbose_name=_("Maker of the lot"), order_by="maker__organisation__name_zh")
    code = CodeColumn(verbose_name=_("Product"), accessor="product__code")
    product = NamedColumn(verbose_name=_("Name of the product"), orderable=False, default="—")
    reo_percent = GradeColumn(verbose_name=_("Percent REO"), default="—")

    class Meta(ListTable.Meta):
        model = Lot
        fields = ("number", "maker", "code", "product", "reo_percent")
        order_by = "-pk"


class NumberFilter(SearchFilter):
    """The beginning of a lot number: that finds by the index, among millions."""

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        """Lots whose number begins with `value`, in whatever case."""
        return qs.filter(number__istartswith=value.strip()) if value else qs


class LotFilter(ListFilter):
    """Narrows lots."""

    number = NumberFilter(fields=["number"], label=_("Lot number begins with"))
    maker = SearchFilter(
        fields=["maker__organisation__name_zh", "maker__organisation__name_en", "maker__uscc"],
        label=_("Maker of the lot"),
    )
    product = ProductFilter(label=_("Product"), queryset=Product.objects.all())

    class Meta:
        model = Lot
        fields = ()


class ChosenFilter(django_filters.NumberFilter):
    """What an address from another page has chosen: kept, and not shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput(), **kwargs)


class LotRecordTable(ListTable):
    """The records that speak of one lot, whoever filed them."""

    date = DayColumn(verbose_name=_("Date"))
    kind = CodeColumn(verbose_name=_("Kind"))
    enterprise = NamedColumn(
        verbose_name=_("Enterprise"),
        accessor="filing__enterprise",
        order_by="filing__enterprise__organisation__name_zh",
    )
    month = MonthColumn(
        verbose_name=_("Filing"),
        accessor="filing__month",
        linkify=lambda record: record.filing.get_absolute_url(),
    )
    line = tables.Column(verbose_name=_("Line"))
    gross_kg = KgColumn(verbose_name=_("Gross mass, kg"))
    run = CodeColumn(verbose_name=_("Process run"))
    counterparty = NamedColumn(
        verbose_name=_("Counterparty"), order_by="counterparty__organisation__name_zh", default="—"
    )
    document = CodeColumn(verbose_name=_("Document number"))
    country = tables.Column(verbose_name=_("Country"), default="—")

    class Meta(ListTable.Meta):
        model = Record
        fields = (
            *("date", "kind", "enterprise", "month", "line", "gross_kg", "run", "counterparty"),
            *("document", "country"),
        )
        order_by = "date"


class LotRecordFilter(ListFilter):
    """Narrows the records of one lot."""

    kind = django_filters.ChoiceFilter(label=_("Kind"), choices=Kind.choices)

    class Meta:
        model = Record
        fields = ()


class RecordListTable(LotRecordTable):
    """Records of many lots and filings."""

    lot = CodeColumn(
        verbose_name=_("Lot number"),
        accessor="lot__number",
        orderable=False,
        linkify=lambda record: reverse("traceability:lot_detail", args=[record.lot_id]),
    )
    code = CodeColumn(verbose_name=_("Product"), accessor="lot__product__code", orderable=False)
    reo_percent = GradeColumn(
        verbose_name=_("Percent REO"),
        accessor="lot__reo_percent",
        orderable=False,
        default="—",
    )

    class Meta(LotRecordTable.Meta):
        fields = (
            *("date", "kind", "enterprise", "month", "line", "lot", "code", "reo_percent"),
            *("gross_kg", "run", "counterparty", "document", "country"),
        )
        order_by = ()


class RecordListFilter(LotRecordFilter):
    """Narrows records; the pages of figures lead here with these set."""

    first = MonthFilter(
        label=pgettext_lazy("months", "From"), field_name="filing__month", lookup_expr="gte"
    )
    last = MonthFilter(
        label=pgettext_lazy("months", "To"), field_name="filing__month", lookup_expr="lte"
    )
    stage = django_filters.ChoiceFilter(
        label=_("Stage"), field_name="lot__product__stage", choices=Product.Stage.choices
    )
    product = ProductFilter(
        label=_("Product"), field_name="lot__product", queryset=Product.objects.all()
    )
    country = django_filters.CharFilter(label=_("Country"), lookup_expr="iexact")
    province = ChosenFilter(method="of_province")
    group = ChosenFilter(method="of_group")
    enterprise = ChosenFilter(field_name="filing__enterprise_id")
    counterparty = ChosenFilter(field_name="counterparty_id")

    def of_province(self, rows: QuerySet[Model], _name: str, code: Any) -> QuerySet[Model]:
        """Those of the enterprises of a province."""
        return rows.filter(filing__enterprise__region__code__startswith=f"{code}"[:2])

    def of_group(self, rows: QuerySet[Model], _name: str, pk: Any) -> QuerySet[Model]:
        """Those of the members of a group, and its own."""
        return rows.filter(Q(filing__enterprise__parent=pk) | Q(filing__enterprise=pk))

    class Meta:
        model = Record
        fields = ()
