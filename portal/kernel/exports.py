"""Lists as files: CSV that Excel opens rightly, and XLSX; no cell becomes a formula."""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from urllib.parse import quote

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from portal.kernel.period import Month

# Excel takes a text that begins so for a formula, in half and in full width.
_DANGEROUS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
_BOM = "\ufeff"


def neutral(value: Any) -> Any:
    """`value` as a cell that no spreadsheet program runs; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, bool | int | float | Decimal):
        return value
    return neutral(str(value))


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """The text itself."""
        return text


def csv_lines(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The lines of a CSV file with a byte-order mark, so that Excel reads it as UTF-8."""
    writer = csv.writer(_Echo())
    yield _BOM + writer.writerow([_plain(cell) for cell in header])
    for row in rows:
        yield writer.writerow([_plain(cell) for cell in row])


def csv_answer(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """A CSV file named `name`.csv; `rows` must be read already, the answer streams after the view."""
    answer = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = _attachment(f"{name}.csv")
    return answer


def write_xlsx(file: IO[bytes], header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet with a frozen header, written row by row."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(header) - 1, 0), 18)
        for column, cell in enumerate(header):
            sheet.write_string(0, column, str(cell), bold)
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                _write_cell(sheet, line, column, _plain(cell))


def _write_cell(sheet: Any, line: int, column: int, cell: Any) -> None:
    if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
        sheet.write_number(line, column, cell)
    elif cell != "":
        sheet.write_string(line, column, str(cell))


def xlsx_answer(
    name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """An XLSX file named `name`.xlsx."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - FileResponse closes it
    write_xlsx(file, header, rows)
    file.seek(0)
    answer = FileResponse(
        file,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = _attachment(f"{name}.xlsx")
    return answer


def _attachment(name: str) -> str:
    return f"attachment; filename*=UTF-8''{quote(name)}"
