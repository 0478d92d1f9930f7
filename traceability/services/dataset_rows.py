"""records.csv on its way into staging: line by line, so that a million rows need no memory.

Whole lines go to COPY as they stand; only those with a quotation mark are taken apart here. What
COPY would stumble over (another number of fields, bad UTF-8, control characters) becomes a fault.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection
from django.utils.translation import gettext as _

from portal.kernel.errors import Refusal
from traceability.rules.intake import COLUMNS

KEYS = ("uscc", "month", "version")
ALL_COLUMNS = (*KEYS, *COLUMNS)
Key = tuple[str, str, str]
FIRST_LINE = 2
# The filing of a row that names none of those listed: it stands in nobody's way.
NOBODY = 0
_CHUNK = 256 * 1024
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MOST_LINES_IN_ONE = 1_000


class HeaderWrong(Refusal):
    """The first row does not name the columns of a file; `faults`: column and message."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{column}: {told}" for column, told in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class LineFault:
    """A line that can't be staged; `filing_no` None where nobody can tell whose it is."""

    line: int
    code: str
    value: str = ""
    filing_no: int | None = None


@dataclass(slots=True)
class Reading:
    """What reading records.csv needs to know, and what it finds.

    `filings`: the number of each filing by (uscc, month, version); `passed_over`: filings whose
    records are left out.
    """

    filings: Mapping[Key, int]
    passed_over: Collection[Key]
    header: Sequence[str]
    faults: list[LineFault] = field(default_factory=list)

    def filing_of(self, fields: Sequence[str]) -> Key | None:
        """The filing that a row names; None when the row is too short to tell."""
        try:
            uscc, month, version = (fields[self.header.index(name)] for name in KEYS)
        except IndexError:
            return None
        return uscc, month, version


def copy_records(file: BinaryIO, reading: Reading) -> int:
    """Copy every readable line of records.csv after its header into intake_row; how many."""
    count = 0
    columns = ", ".join(reading.header)
    statement = f"copy intake_row (filing_no, line, {columns}) from stdin (format csv)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        buffer: list[str] = []
        size = 0
        for no, line, text in _rows(file, reading):
            buffer.append(f"{no},{line},{text}\n")
            size += len(text)
            count += 1
            if size > _CHUNK:
                copy.write("".join(buffer))
                buffer, size = [], 0
        copy.write("".join(buffer))
    return count


def _rows(file: BinaryIO, reading: Reading) -> Iterator[tuple[int, int, str]]:
    """Each row with its filing and the line it begins on, as CSV text with the right width."""
    at = [reading.header.index(name) for name in KEYS]
    width = len(reading.header)
    for line, text in _logical_lines(file, reading):
        if not text:
            continue
        plain = '"' not in text
        fields = text.split(",") if plain else _taken_apart(text)
        if fields is None:
            reading.faults.append(LineFault(line, "quotes"))
            continue
        if len(fields) != width or _CONTROL.search(text):
            reading.faults.append(_fault(reading, line, text, fields))
            continue
        key = (fields[at[0]], fields[at[1]], fields[at[2]])
        no = reading.filings.get(key)
        if no is not None:
            yield no, line, text if plain else _put_together(fields)
        elif key not in reading.passed_over:
            reading.faults.append(LineFault(line, "filing_unknown", filing_no=NOBODY))


def _fault(reading: Reading, line: int, text: str, fields: Sequence[str]) -> LineFault:
    key = reading.filing_of(fields)
    no = reading.filings.get(key) if key else None
    if len(fields) != len(reading.header):
        return LineFault(line, "field_count", str(len(fields)), no)
    return LineFault(line, "control", filing_no=no)


def _taken_apart(text: str) -> list[str] | None:
    try:
        [fields] = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError):
        return None
    return fields


def _put_together(fields: Sequence[str]) -> str:
    """A row with line breaks inside its cells made spaces, quoted where it has to be."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([" ".join(cell.split("\n")) for cell in fields])
    return out.getvalue()


def _logical_lines(file: BinaryIO, reading: Reading) -> Iterator[tuple[int, str]]:
    """Lines joined where a quotation mark stays open, decoded, without their ends."""
    pending: list[str] = []
    begins = FIRST_LINE
    for number, raw in enumerate(file, start=FIRST_LINE):
        try:
            text = raw.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            reading.faults.append(_undecodable(reading, number, raw))
            continue
        if not pending:
            begins = number
        pending.append(text)
        whole = "\n".join(pending) if len(pending) > 1 else text
        if '"' in whole and whole.count('"') % 2:
            if len(pending) > _MOST_LINES_IN_ONE:
                reading.faults.append(LineFault(begins, "quotes"))
                pending = []
            continue
        yield begins, whole
        pending = []
    if pending:
        reading.faults.append(LineFault(begins, "quotes"))


def _undecodable(reading: Reading, line: int, raw: bytes) -> LineFault:
    key = reading.filing_of(raw.decode("utf-8", errors="replace").split(","))
    return LineFault(line, "not_utf8", filing_no=reading.filings.get(key) if key else None)


def read_header(file: BinaryIO, columns: Sequence[str]) -> list[str]:
    """The columns as the first line names them; any order, all of them, no others.

    Raises HeaderWrong.
    """
    first = file.readline().decode("utf-8-sig", errors="replace").strip("\r\n")
    names: list[Any] = next(csv.reader([first]), [])
    names = [name.strip() for name in names]
    known = ", ".join(columns)
    faults = [
        (name or "row", _("unknown column; the columns are %(columns)s") % {"columns": known})
        for name in names
        if name not in columns
    ]
    faults += [(name, _("this column is missing")) for name in columns if name not in names]
    faults += [
        (name, _("the column is there %(times)d times") % {"times": names.count(name)})
        for name in dict.fromkeys(names)
        if names.count(name) > 1 and name in columns
    ]
    if faults:
        raise HeaderWrong(faults)
    return names


def open_records(path: Path) -> tuple[BinaryIO, list[str]]:
    """The file after its header, and the header. Raises HeaderWrong."""
    file = path.open("rb", buffering=1024 * 1024)
    try:
        return file, read_header(file, ALL_COLUMNS)
    except HeaderWrong:
        file.close()
        raise
