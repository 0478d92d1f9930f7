"""Reading one CSV file of a dataset, with every bad row named by line and column."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from enterprises import rules
from portal.kernel.errors import Refusal
from portal.kernel.quantity import to_kg

T = TypeVar("T")

# What a problem of the whole row is said of, in the place of a column.
ROW = "row"
_TONNES = re.compile(r"\d{1,12}(\.\d{1,3})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Unreadable(Refusal):
    """A cell that does not hold what its column asks for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on, and its cells by column, without the space around them."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file; `errors` read `FILE:LINE: COLUMN: what is wrong`.

    `refused` counts where a file is not one deed: the filings of a dataset. Their errors may be
    many: they were told one by one, and `errors_told` says how many there were.
    """

    file: str
    saved: int = 0
    unchanged: int = 0
    errors: tuple[str, ...] = ()
    refused: int = 0
    errors_told: int = 0

    @property
    def failed(self) -> bool:
        """Whether anything was wrong."""
        return bool(self.errors or self.errors_told)


@dataclass(slots=True)
class Sheet:
    """A file as it is being read: its rows, and what is wrong with them so far."""

    file: str
    columns: Sequence[str]
    rows: list[Row] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)

    def refuse(self, line: int, column: str, message: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append((line, column, message))

    @contextmanager
    def said_of(self, row: Row, column: str) -> Iterator[None]:
        """A Refusal within is what is wrong with this cell."""
        try:
            yield
        except Refusal as refusal:
            self.refuse(row.line, column, refusal.text)

    def cell(self, row: Row, column: str, read: Callable[[str], T]) -> T | None:
        """The value of a cell; None, and a problem noted, when it can't be read."""
        with self.said_of(row, column):
            return read(row.cells[column])
        return None

    def once(self, rows: Sequence[Row], key: Callable[[Row], object], column: str) -> None:
        """Note every row whose key an earlier row has; an empty cell is no key."""
        first: dict[object, int] = {}
        for row in rows:
            if not row.cells[column]:
                continue
            line = first.setdefault(key(row), row.line)
            if line != row.line:
                self.refuse(row.line, column, _("the same as in line %(line)d") % {"line": line})

    def refused(self) -> Imported:
        """The answer for a file with problems: all of them, in the order of lines and columns."""
        place = {column: number for number, column in enumerate(self.columns)}
        ordered = sorted(self.problems, key=lambda told: (told[0], place.get(told[1], -1)))
        lines = [f"{self.file}:{line}: {column}: {told}" for line, column, told in ordered]
        return Imported(self.file, errors=tuple(dict.fromkeys(lines)))


def read_sheet(path: Path, columns: Sequence[str]) -> Sheet:
    """The rows of a CSV file with exactly these columns, in any order.

    UTF-8 with or without mark, RFC 4180 quoting. Empty lines count as lines and hold nothing.
    """
    sheet = Sheet(path.name, columns)
    text = _decoded(path, sheet)
    if sheet.problems:
        return sheet
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    for line, fields in _numbered(reader, sheet):
        if header is None:
            header = [name.strip() for name in fields]
            if not _header_is_right(header, columns, line, sheet):
                return sheet
        else:
            _add_row(header, line, fields, sheet)
    if header is None and not sheet.problems:
        sheet.refuse(1, ROW, _("the file is empty: the first row names the columns"))
    return sheet


def _decoded(path: Path, sheet: Sheet) -> str:
    """The text of the file; every line that is not UTF-8 is a problem."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        for number, line in enumerate(content.split(b"\n"), start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                place = {"byte": f"0x{line[error.start]:02x}", "place": error.start + 1}
                sheet.refuse(
                    number,
                    ROW,
                    _("not UTF-8: byte %(byte)s at place %(place)d") % place,
                )
        return ""


def _numbered(reader: Any, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Each row that holds anything, with the line it begins on."""
    begins = 1
    try:
        for fields in reader:
            if fields:
                yield begins, fields
            begins = reader.line_num + 1
    except csv.Error as error:
        sheet.refuse(begins, ROW, _("not CSV: %(error)s") % {"error": error})


def _header_is_right(
    header: Sequence[str], columns: Sequence[str], line: int, sheet: Sheet
) -> bool:
    known = ", ".join(columns)
    for name, times in Counter(header).items():
        if name not in columns:
            told = _("unknown column; the columns are %(columns)s") % {"columns": known}
            sheet.refuse(line, name if name and name.isprintable() else ROW, told)
        elif times > 1:
            sheet.refuse(line, name, _("the column is there %(times)d times") % {"times": times})
    for name in columns:
        if name not in header:
            sheet.refuse(line, name, _("this column is missing"))
    return not sheet.problems


def _add_row(header: Sequence[str], line: int, fields: Sequence[str], sheet: Sheet) -> None:
    if len(fields) != len(header):
        told = _("%(fields)d fields where the header has %(columns)d")
        sheet.refuse(line, ROW, told % {"fields": len(fields), "columns": len(header)})
        return
    cells = {name: text.strip() for name, text in zip(header, fields, strict=True)}
    wrong = [name for name, text in cells.items() if _CONTROL.search(text)]
    for name in wrong:
        sheet.refuse(line, name, _("a control character or a line break in it"))
    if not wrong:
        sheet.rows.append(Row(line, cells))


def code(text: str) -> str:
    """A unified social credit code. Raises CodeMistyped."""
    if not text:
        raise Unreadable(_("empty"))
    rules.require_uscc(text)
    return text


def day(text: str) -> date:
    """A day like 2025-03-09. Raises Unreadable."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Unreadable(_("%(text)s is not a day like 2025-03-09"), text=repr(text))


def day_or_none(text: str) -> date | None:
    """A day, or nothing. Raises Unreadable."""
    return day(text) if text else None


def year(text: str) -> int:
    """A year of the regime. Raises Unreadable."""
    if re.fullmatch(r"20\d\d", text):
        return int(text)
    raise Unreadable(_("%(text)s is not a year like 2025"), text=repr(text))


def tonnes_as_kg(text: str) -> Decimal:
    """Tonnes REO with up to 3 decimals, not negative, as kilograms. Raises Unreadable."""
    if _TONNES.fullmatch(text):
        return to_kg(Decimal(text))
    raise Unreadable(_("%(text)s is not a mass in tonnes with up to 3 decimals"), text=repr(text))


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of one of `choices`."""

    def read(text: str) -> str:
        if text in choices:
            return text
        raise Unreadable(
            _("%(text)s is none of %(choices)s"),
            text=repr(text),
            choices=", ".join(choices),
        )

    return read


def words(longest: int, *, needed: bool = True) -> Callable[[str], str]:
    """A reader of text of up to `longest` characters."""

    def read(text: str) -> str:
        if needed and not text:
            raise Unreadable(_("empty"))
        if len(text) > longest:
            raise Unreadable(
                _("%(length)d characters, %(longest)d at most"),
                length=len(text),
                longest=longest,
            )
        return text

    return read
