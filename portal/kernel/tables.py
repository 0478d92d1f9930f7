"""Lists: sorted, filtered, paged, kept in the address, exported as CSV and XLSX.

    class FindingTable(ListTable):
        amount_kg = TonnesColumn(verbose_name=_("amount, t REO"))
        first_seen = DayColumn(verbose_name=_("first seen"))
        status = StatusColumn(kind="finding")

        class Meta(ListTable.Meta):
            model = Finding
            fields = ("code", "amount_kg", "first_seen", "status")

    class FindingFilter(ListFilter):
        ...  # django-filter; `search = SearchFilter(fields=["lot__number"])` for free text

    def finding_list(request):
        return list_page(request, template="traceability/finding_list.html", name="findings",
                         table=FindingTable, filters=FindingFilter,
                         queryset=findings_visible_to(request.user))

The template extends `base.html` and says `{% include "components/list.html" %}` where the list goes;
`table`, `filter` and `count` are in its context.
"""

from collections.abc import Sequence
from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from portal.kernel.exports import csv_answer, xlsx_answer
from portal.kernel.pages import page
from portal.kernel.quantity import to_tonnes
from portal.kernel.templatetags import portal as shown

PER_PAGE = 25


class ListTable(tables.Table):
    """The base of every list."""

    class Meta:
        template_name = "components/table.html"
        attrs = {"class": "table table-vcenter card-table"}
        empty_text = _("Nothing here that fits.")


class _NumberColumn(tables.Column):
    attrs = {"td": {"class": "number"}, "th": {"class": "number"}}


class TonnesColumn(_NumberColumn):
    """A mass in kg, shown and exported in tonnes."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.tonnes(value)

    def value(self, value: Any) -> Any:
        """As a number."""
        return to_tonnes(value) if value is not None else None


class KgColumn(_NumberColumn):
    """A mass shown in kg."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.kg(value)

    def value(self, value: Any) -> Any:
        """As a number."""
        return value


class NumberColumn(_NumberColumn):
    """A count."""

    def render(self, value: Any) -> str:
        """With separators."""
        return shown.number(value)

    def value(self, value: Any) -> Any:
        """As a number."""
        return value


class DayColumn(tables.Column):
    """A civil day."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.day(value)

    def value(self, value: Any) -> Any:
        """As a date."""
        return value


class MomentColumn(tables.Column):
    """An instant."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.moment(value)

    def value(self, value: Any) -> Any:
        """As an instant; the export writes civil time."""
        return value


class MonthColumn(tables.Column):
    """A month."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.month(value)

    def value(self, value: Any) -> Any:
        """As `2025-03`."""
        return value


class NamedColumn(tables.Column):
    """Something with a name in both languages, linked when it has an address."""

    def render(self, value: Any) -> Any:
        """The name in the reader's language."""
        return shown.named(value)

    def value(self, value: Any) -> Any:
        """The name in the reader's language."""
        return shown.named(value)


class StatusColumn(tables.Column):
    """A status as a badge; `kind` tells whose (see `shown.STATUSES`)."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def render(self, value: Any, record: Any, bound_column: Any) -> Any:
        """A badge with its label."""
        code = getattr(record, bound_column.accessor, value)
        return shown.status(code, self.kind)

    def value(self, value: Any) -> Any:
        """The label."""
        return str(value)


class SearchFilter(django_filters.CharFilter):
    """Free text over several fields."""

    def __init__(self, *, fields: Sequence[str], **kwargs: Any) -> None:
        self.searched = fields
        kwargs.setdefault("label", _("Search"))
        super().__init__(**kwargs)

    def filter(self, qs: QuerySet[Model], value: str) -> QuerySet[Model]:
        """Rows in which any of the fields holds `value`."""
        if not value:
            return qs
        wanted = Q()
        for field in self.searched:
            wanted |= Q(**{f"{field}__icontains": value})
        return qs.filter(wanted)


class ListFilter(django_filters.FilterSet):
    """The base of every list's filters; fields carry stable ids and Bootstrap's classes."""

    @property
    def form(self) -> forms.Form:
        """The form, dressed for the filter bar."""
        form = super().form
        for name, field in form.fields.items():
            widget = field.widget
            select = isinstance(widget, forms.Select | forms.NullBooleanSelect)
            widget.attrs.setdefault("class", "form-select" if select else "form-control")
            widget.attrs.setdefault("id", f"filter-{name}")
        return form

    @property
    def narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.data.get(name) for name in self.form.fields)


def list_page(
    request: HttpRequest,
    *,
    template: str,
    name: str,
    table: type[tables.Table],
    queryset: Any,
    filters: type[ListFilter] | None = None,
    context: dict[str, Any] | None = None,
    per_page: int = PER_PAGE,
    **table_options: Any,
) -> HttpResponseBase:
    """A page with one list, its export (`?export=csv|xlsx`), or for htmx the list alone.

    `name` names the exported file. What is exported is every row that passes the filters, in the
    order shown. `queryset` may be a list where there are no `filters`.
    """
    narrowed = filters(request.GET, queryset=queryset, request=request) if filters else None
    rows = narrowed.qs if narrowed is not None else queryset
    shown_table = table(rows, request=request, **table_options)
    tables.RequestConfig(request, paginate={"per_page": per_page, "silent": True}).configure(
        shown_table
    )
    if (form := request.GET.get("export")) in {"csv", "xlsx"}:
        return _export(form, name, shown_table)
    context = {
        **(context or {}),
        "table": shown_table,
        "filter": narrowed,
        "count": shown_table.paginator.count if hasattr(shown_table, "paginator") else len(rows),
    }
    if request.htmx and request.htmx.target == "list":
        return HttpResponse(render_to_string("components/list.html", context, request=request))
    return page(request, template, context)


def _export(form: str, name: str, table: tables.Table) -> HttpResponseBase:
    header, *rows = list(table.as_values())
    return (csv_answer if form == "csv" else xlsx_answer)(name, header, rows)
