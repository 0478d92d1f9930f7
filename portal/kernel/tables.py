"""Lists: sorted, filtered, paged, kept in the address, exported as CSV and XLSX.

    class FindingTable(ListTable):
        lot = NamedColumn(verbose_name=_("lot"), linkify=True)
        reo_kg = TonnesColumn(verbose_name=_("amount, t REO"))
        first_seen = DayColumn(verbose_name=_("first seen"))
        status = StatusColumn(kind="finding", verbose_name=_("status"))

        class Meta(ListTable.Meta):
            model = Finding
            fields = ("code", "lot", "reo_kg", "first_seen", "status")
            order_by = "-first_seen"

    class FindingFilter(ListFilter):
        search = SearchFilter(fields=["lot__number"])           # free text over several fields
        first_seen = DayFilter(label=_("first seen since"), lookup_expr="gte")

        class Meta:
            model = Finding
            fields = ("code", "status")

    def finding_list(request):
        return list_page(request, template="traceability/finding_list.html", name="findings",
                         table=FindingTable, filters=FindingFilter,
                         queryset=findings_visible_to(request.user))

The template extends `base.html` and says `{% include "components/list.html" %}` where the list
goes; `table`, `filter` and `count` are in its context, besides the view's own `context`. One list
a page. Columns print by the filters of `templatetags/portal.py` and export plain values: masses as
numbers of tonnes, days as days. A column's own `value` decides what is exported;
`exclude_from_export=True` keeps a column to the page, `visible=False` to the file. Exports read
the rows one by one, those of a queryset in parts of CHUNK, so that their number does not matter.
"""

from collections.abc import Iterator
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import Accessor

from portal.kernel.exports import csv_answer, xlsx_answer
from portal.kernel.filters import DayFilter, ListFilter, MonthFilter, SearchFilter
from portal.kernel.pages import page
from portal.kernel.quantity import to_tonnes
from portal.kernel.templatetags import portal as shown

__all__ = [
    "DayColumn",
    "DayFilter",
    "KgColumn",
    "ListFilter",
    "ListTable",
    "MomentColumn",
    "MonthColumn",
    "MonthFilter",
    "NamedColumn",
    "NumberColumn",
    "SearchFilter",
    "StatusColumn",
    "TonnesColumn",
    "UseColumn",
    "list_page",
]

PER_PAGE = 25
CHUNK = 2_000


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


class _WholeColumn(tables.Column):
    """A value that is not broken over two lines."""

    attrs = {"td": {"class": "text-nowrap"}}


class YearColumn(_WholeColumn):
    """A year, without separators."""

    def render(self, value: Any) -> str:
        """Its four digits."""
        return str(value)

    def value(self, value: Any) -> Any:
        """As a number."""
        return value


class DayColumn(_WholeColumn):
    """A civil day."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.day(value)

    def value(self, value: Any) -> Any:
        """As a date."""
        return value


class MomentColumn(_WholeColumn):
    """An instant."""

    def render(self, value: Any) -> str:
        """As printed on pages."""
        return shown.moment(value)

    def value(self, value: Any) -> Any:
        """As an instant; the export writes civil time."""
        return value


class MonthColumn(_WholeColumn):
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


class StatusColumn(_WholeColumn):
    """A status as a badge; `kind` tells whose (see `portal.kernel.statuses`)."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(*args, **kwargs)

    def render(self, record: Any, bound_column: Any) -> Any:
        """A badge with its label."""
        return shown.status(bound_column.accessor.resolve(record), self.kind)

    def value(self, record: Any, bound_column: Any) -> Any:
        """The badge's label."""
        return str(shown.status_label(bound_column.accessor.resolve(record), self.kind))


class UseColumn(tables.Column):
    """How much of a cap is used, as a bar and in words; the row has `used_kg` and `cap_kg`.

    `used` and `cap` name the row's figures where they are called otherwise. Exported in percent.
    """

    def __init__(self, *args: Any, used: str = "used_kg", cap: str = "cap_kg", **kwargs: Any):
        self.figures = (Accessor(used), Accessor(cap))
        kwargs.setdefault("orderable", False)
        kwargs.setdefault("accessor", used)
        super().__init__(*args, **kwargs)

    def render(self, record: Any) -> Any:
        """The bar."""
        used, cap = (figure.resolve(record) for figure in self.figures)
        return render_to_string("components/use.html", shown.use(used, cap))

    def value(self, record: Any) -> Any:
        """Percent of the cap; None where there is no cap."""
        used, cap = (figure.resolve(record) for figure in self.figures)
        return round(used / cap * 100, 1) if cap else None


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
    if (asked := getattr(request, "htmx", None)) and asked.target == "list":
        answer = HttpResponse(render_to_string("components/list.html", context, request=request))
    else:
        answer = page(request, template, context)
    # The same address answers with a page or a part: no cache may take one for the other.
    patch_vary_headers(answer, ("HX-Request", "HX-Target"))
    return answer


def _export(form: str, name: str, table: tables.Table) -> HttpResponseBase:
    rows = _export_rows(table)
    header = next(rows)
    return (csv_answer if form == "csv" else xlsx_answer)(name, header, rows)


def _export_rows(table: tables.Table) -> Iterator[list[Any]]:
    """The header and every row as plain values; a queryset's rows are not kept in memory."""
    data = table.data
    if isinstance(data.data, QuerySet):
        data.data = data.data.iterator(chunk_size=CHUNK)
    return table.as_values()
