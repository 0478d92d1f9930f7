"""records.csv on its way into staging, block by block, so that a million rows need no memory.

Blocks of plain lines go to COPY as they stand, each line with its filing and its number in front.
Only a block with something out of the ordinary in it (quotation marks, spaces around a comma,
bytes that are no text) is taken apart line by line. What COPY would stumble over becomes a fault of
its line, and the lines after it are read all the same.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import connection
from django.utils.translation import gettext as _

from portal.kernel.errors import Refusal
from traceability.rules.intake import COLUMNS
from traceability.services.intake import without_breaks

KEYS = ("uscc", "month", "version")
ALL_COLUMNS = (*KEYS, *COLUMNS)
Key = tuple[str, str, str]
FIRST_LINE = 2
# The filing of a row that names none of those listed: it stands in nobody's way.
NOBODY = 0
_BLOCK = 256 * 1024
_MOST_LINES_IN_ONE = 1_000
_CONTROL_BYTES = bytes({*range(32), 127} - {ord("\n")})
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Quotation marks, and space at the edge of a cell: plain, no-break and ideographic.
_UNUSUAL = (b'"', b" ,", b", ", b"\n ", b" \n", b"\xc2\xa0", b"\xe3\x80\x80")


class HeaderWrong(Refusal):
    """The first row does not name the columns of a file; `faults`: column and message."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{column}: {told}" for column, told in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading records.csv needs to know.

    `filings`: the number of each filing by (uscc, month, version); `passed_over`: filings whose
    records are left out.
    """

    filings: Mapping[Key, int]
    passed_over: Collection[Key]
    header: Sequence[str]


def copy_records(file: BinaryIO, reading: Reading) -> None:
    """Copy every line of records.csv after its header into intake_row, faults included."""
    columns = ", ".join(reading.header)
    statement = f"copy intake_row (filing_no, line, fault, {columns}) from stdin (format csv)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in _Lines(file, reading).staged():
            copy.write(block)


class _Lines:
    """The lines of a file, and where reading them has come to."""

    def __init__(self, file: BinaryIO, reading: Reading) -> None:
        self.file = file
        self.reading = reading
        self.width = len(reading.header)
        self.at = [reading.header.index(name) for name in KEYS]
        self.line = FIRST_LINE
        # The filing of the row before: that of a line which does not tell its own.
        self.last_no = NOBODY

    def staged(self) -> Iterator[bytes]:
        """What COPY is given, in blocks."""
        while block := self.file.read(_BLOCK):
            block += self.file.readline()
            if b"\r" in block:
                block = block.replace(b"\r\n", b"\n")
            lines = block.removesuffix(b"\n").split(b"\n")
            rows = self._plain(lines) if _is_plain(block) else self._careful(deque(lines))
            yield b"".join(rows)

    def _plain(self, lines: Sequence[bytes]) -> Iterator[bytes]:
        """Lines without quotation marks; one that starts like the line before is of its filing."""
        commas = self.width - 1
        keys_first = self.at == [0, 1, 2]
        start, no = b"\n", None
        for number, line in enumerate(lines, start=self.line):
            if line.count(b",") != commas:
                if line:
                    yield self._fault(number, "field_count", line.decode().split(","))
                continue
            if not line.startswith(start):
                fields = line.decode().split(",")
                if not any(fields):
                    continue
                no = self._filing_of(fields)
                start = ",".join([*fields[:3], ""]).encode() if keys_first else b"\n"
            if no:
                yield b"%d,%d,,%b\n" % (no, number, line)
            elif no is None:
                yield self._fault(number, "filing_unknown", ())
        self.line += len(lines)

    def _filing_of(self, fields: Sequence[str]) -> int | None:
        """The number of the filing that a row names, NOBODY to pass it over; None: not listed."""
        key = (fields[self.at[0]], fields[self.at[1]], fields[self.at[2]])
        no = self.reading.filings.get(key)
        if no is None and key in self.reading.passed_over:
            no = NOBODY
        self.last_no = no or NOBODY
        return no

    def _fault(self, number: int, code: str, fields: Sequence[str]) -> bytes:
        """A row of staging that says what is wrong with a line, and which filing it is part of."""
        no = NOBODY
        if code != "filing_unknown":
            told = len(fields) > max(self.at)
            no = (self._filing_of(fields) or NOBODY) if told else self.last_no
        value = str(len(fields)) if code == "field_count" else ""
        return b"%d,%d,row:%b:%b%b\n" % (
            no, number, code.encode(), value.encode(), b"," * self.width,
        )  # fmt: skip

    def _careful(self, lines: deque[bytes]) -> Iterator[bytes]:
        """Lines taken apart one by one; a row ends where its quotation marks are closed."""
        while lines:
            number = self.line
            text, taken = self._logical_line(lines)
            if not text.strip(", \r\t"):
                continue
            fields = _taken_apart(text) if text.count('"') % 2 == 0 else None
            if fields is None:
                self._give_back(lines, taken)
                yield self._fault(number, "quotes", text.split("\n")[0].split(","))
            else:
                yield self._row(number, fields)

    def _logical_line(self, lines: deque[bytes]) -> tuple[str, list[bytes]]:
        """One row as text, and the lines it took."""
        taken = [lines.popleft()]
        marks = taken[0].count(b'"')
        while marks % 2 and len(taken) < _MOST_LINES_IN_ONE:
            if not lines:
                more = self.file.readline()
                if not more:
                    break
                lines.append(more.removesuffix(b"\n").removesuffix(b"\r"))
            taken.append(lines.popleft())
            marks += taken[-1].count(b'"')
        self.line += len(taken)
        return b"\n".join(taken).decode(errors="replace"), taken

    def _give_back(self, lines: deque[bytes], taken: Sequence[bytes]) -> None:
        """What came after a line whose quotation mark is never closed is rows of its own."""
        lines.extendleft(reversed(taken[1:]))
        self.line -= len(taken) - 1

    def _row(self, number: int, fields: Sequence[str]) -> bytes:
        """A row of staging: the cells without the space around them, or what is wrong."""
        cells = [without_breaks(cell) for cell in fields]
        if any("\ufffd" in cell for cell in cells):
            return self._fault(number, "not_utf8", cells)
        if len(cells) != self.width:
            return self._fault(number, "field_count", cells)
        if any(_CONTROL.search(cell) for cell in cells):
            return self._fault(number, "control", cells)
        no = self._filing_of(cells)
        if no is None:
            return self._fault(number, "filing_unknown", cells)
        return _put_together([str(no), str(number), "", *cells]) if no else b""


def _is_plain(block: bytes) -> bool:
    """Whether the lines of a block can go to COPY as they stand."""
    if any(found in block for found in _UNUSUAL) or block[:1] == b" " or block[-1:] == b" ":
        return False
    if len(block.translate(None, _CONTROL_BYTES)) != len(block):
        return False
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _taken_apart(text: str) -> list[str] | None:
    try:
        [fields] = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError):
        return None
    return fields


def _put_together(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue().encode()


def read_header(file: BinaryIO, columns: Sequence[str]) -> list[str]:
    """The columns as the first line names them; any order, all of them, no others.

    Raises HeaderWrong.
    """
    first = file.readline().decode("utf-8-sig", errors="replace").strip("\r\n")
    names = [name.strip() for name in next(csv.reader([first]), [])]
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
