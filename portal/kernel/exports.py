"""Lists as files: CSV that Excel opens rightly, and XLSX; no cell becomes a formula.

    return csv_answer("findings", header, rows)      # or xlsx_answer
    write_xlsx(file, header, rows)                   # into a file of one's own
    return workbook_answer("territory", sheets)      # several lists, each a `Sheet`

`rows` may be a generator: it is read once, row by row, before the answer leaves the view (and so
within its transaction), into a file on disk. Masses are handed over as Decimals, days and instants
as such; texts that a spreadsheet program would run are neutralised.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import count, islice
from typing import IO, Any

import xlsxwriter
from django.http import HttpResponseBase
from django.utils import timezone

from portal.kernel.downloads import CSV, XLSX, written
from portal.kernel.period import Month

# What an XLSX sheet holds besides its header; further rows go on the next sheet.
ROWS_A_SHEET = 1_048_575
_LONGEST_TEXT = 32_767
_LONGEST_NAME = 31
# A spreadsheet program takes a text that begins so for a formula, in half and in full width.
_DANGEROUS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_BOM = "\ufeff"
_FORMATS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm"}


def neutral(value: Any) -> Any:
    """`value` as a cell that no spreadsheet program runs; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return "'" + value
    return value


def spoken(text: str) -> str:
    """A text as it was before `neutral`, when an exported cell comes back."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text


def _plain(value: Any) -> Any:
    """`value` as a number, a day, an instant of civil time, or a text that is safe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).replace(
            tzinfo=None
        )
    if isinstance(value, date | Decimal | int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, Month):
        return str(value)
    return neutral(str(value))


# --- CSV -----------------------------------------------------------------------------------------
def write_csv(file: IO[bytes], header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with a byte-order mark, so that Excel reads it as such."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
    text.write(_BOM)
    writer = csv.writer(text)
    writer.writerow([_csv_cell(cell) for cell in header])
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    text.flush()
    text.detach()


def _csv_cell(value: Any) -> Any:
    cell = _plain(value)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell


# --- XLSX ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its name, the header, and the rows, which are read once."""

    name: str
    header: Sequence[Any]
    rows: Iterable[Sequence[Any]]


def write_xlsx(file: IO[bytes], header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> None:
    """Sheets with a frozen header, written row by row in constant memory."""
    write_workbook(file, [Sheet("", header, rows)])


def write_workbook(file: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """Several lists in one workbook, each on a sheet of its own, or more where it is long."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        formats = {kind: book.add_format({"num_format": code}) for kind, code in _FORMATS.items()}
        for sheet in sheets:
            _write_sheets(book, sheet, bold, formats)


def _write_sheets(book: Any, told: Sheet, bold: Any, formats: dict[type[date], Any]) -> None:
    left = iter(told.rows)
    for number in count(1):
        name = f"{told.name} {number}" if told.name and number > 1 else told.name
        sheet = book.add_worksheet(name[:_LONGEST_NAME] or None)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(told.header) - 1, 0), 18)
        for column, cell in enumerate(told.header):
            sheet.write_string(0, column, str(_plain(cell)), bold)
        line = 0
        for line, row in enumerate(islice(left, ROWS_A_SHEET), start=1):
            for column, cell in enumerate(row):
                _write_cell(sheet, line, column, _plain(cell), formats)
        if line < ROWS_A_SHEET:
            return


def _write_cell(
    sheet: Any, line: int, column: int, cell: Any, formats: dict[type[date], Any]
) -> None:
    if isinstance(cell, date):
        sheet.write_datetime(line, column, cell, formats[type(cell)])
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(line, column, cell)
    elif cell != "":
        sheet.write_string(line, column, cell[:_LONGEST_TEXT])


# --- answers -------------------------------------------------------------------------------------
def csv_answer(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponseBase:
    """A CSV file named `name`.csv."""
    return written(partial(write_csv, header=header, rows=rows), f"{name}.csv", kind=CSV)


def xlsx_answer(
    name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> HttpResponseBase:
    """An XLSX file named `name`.xlsx."""
    return written(partial(write_xlsx, header=header, rows=rows), f"{name}.xlsx", kind=XLSX)


def workbook_answer(name: str, sheets: Iterable[Sheet]) -> HttpResponseBase:
    """An XLSX file named `name`.xlsx with a sheet for each list."""
    return written(partial(write_workbook, sheets=sheets), f"{name}.xlsx", kind=XLSX)
