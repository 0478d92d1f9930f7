"""Reading what enterprises upload: a workbook or a CSV file becomes rows for intake."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Any

from traceability.rules.intake import COLUMNS, RowError
from traceability.rules.sheets import (
    HEADER_WITHIN,
    MOST_ROWS,
    FileRefused,
    brought_to_form,
    grade_text,
    header_columns,
    no_header,
    number_text,
)
from traceability.sheets.delimited import delimited_lines
from traceability.sheets.package import OLE, ZIP

_ROOT = Path(__file__).parent.parent.parent
_SECONDS = 90
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")
# Beyond so many digits a spreadsheet program has rounded a number that stood for a text.
_EXACT_DIGITS = 10**15
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet that holds something: its number, and its cells from column A on."""

    number: int
    cells: Sequence[Any]


@dataclass
class Table:
    """The rows of the one sheet that holds records.

    `sheet` is empty for CSV. `lines` is how many lines the sheet has in all, for the progress bar.
    `faults` fills while `rows` is read: what can be seen only before cells become text.
    """

    sheet: str
    lines: int
    columns: Mapping[str, int]
    body: Iterator[Line]
    product_names: Mapping[str, str]
    faults: list[RowError] = field(default_factory=list)
    count: int = 0

    @cached_property
    def _named(self) -> frozenset[int]:
        return frozenset(self.columns.values())

    @cached_property
    def _solid(self) -> bool:
        """Whether the named columns stand side by side from the first on."""
        return self._named == frozenset(range(len(self._named)))

    def rows(self) -> Iterator[tuple[int, list[str | None]]]:
        """Each row's line number and its texts in the order of COLUMNS; None where it is empty.

        Raises FileRefused when there are too many, or none.
        """
        places = [self.columns.get(name) for name in COLUMNS]
        for line in self.body:
            texts = [
                self._text(line, name, line.cells[place])
                if place is not None and place < len(line.cells)
                else None
                for name, place in zip(COLUMNS, places, strict=True)
            ]
            self._look_beside(line)
            if any(texts):
                self.count += 1
                if self.count > MOST_ROWS:
                    raise FileRefused("too_many_rows", most=f"{MOST_ROWS:,}")
                yield line.number, texts
        if not self.count and not self.faults:
            raise FileRefused("no_rows")

    def cell(self, error: RowError) -> str:
        """Where a fault stands on the sheet, like E17; empty for CSV."""
        if not self.sheet:
            return ""
        place = self.columns.get(error.column)
        if place is None:
            return error.column if error.code == "stray" else str(error.line)
        return f"{letter(place)}{error.line}"

    def _text(self, line: Line, name: str, cell: Any) -> str | None:
        """The text of a cell as intake judges it. Called for every cell, so quick ways first."""
        if isinstance(cell, str):
            text = cell.strip()
            if not text:
                return None
        elif isinstance(cell, bool) or cell is None:
            text = "" if cell is None else str(cell).upper()
        elif isinstance(cell, dict):
            text = str(cell["d"])
        else:
            return self._number(line, name, cell)
        if not text.isprintable():
            if _CONTROL.search(text):
                self.faults.append(RowError(line.number, name, "control"))
                return None
            text = " ".join(text.split())
        return brought_to_form(name, text, self.product_names) or None

    def _number(self, line: Line, name: str, cell: float) -> str:
        if name == "reo_percent":
            return grade_text(cell)
        text = number_text(cell)
        if name == "gross_kg":
            return text
        if name != "date" and abs(cell) >= _EXACT_DIGITS:
            self.faults.append(RowError(line.number, name, "digits_lost", text))
        return brought_to_form(name, text, self.product_names)

    def _look_beside(self, line: Line) -> None:
        """A value outside the columns is no accident to pass over: it may belong into one."""
        if len(line.cells) <= len(self._named) and self._solid:
            return
        for place, cell in enumerate(line.cells):
            if place not in self._named and cell is not None and str(cell).strip():
                at = f"{letter(place)}{line.number}"
                self.faults.append(RowError(line.number, at, "stray", str(cell)[:60]))
                return


def letter(place: int) -> str:
    """The name of a column of a sheet: A for 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


@contextlib.contextmanager
def opened(content: bytes, file_name: str, *, product_names: Mapping[str, str]) -> Iterator[Table]:
    """The table of records in an uploaded file, by what it is and not by what it is called.

    Raises FileRefused, here or while the rows are read.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise FileRefused("empty")
    if content.startswith((ZIP, OLE)):
        with _sheets(content) as spool:
            yield _chosen(spool, product_names)
    elif file_name.lower().endswith(_WORKBOOK_NAMES) or content.startswith((b"%PDF", b"PK")):
        raise FileRefused("not_a_workbook")
    else:
        numbered = (Line(number, cells) for number, cells in delimited_lines(content))
        columns, body = _beneath_header(numbered)
        if columns is None:
            raise no_header()
        yield Table("", content.count(b"\n"), columns, body, product_names)


def _beneath_header(lines: Iterator[Line]) -> tuple[Mapping[str, int] | None, Iterator[Line]]:
    """The columns by the header row, and the lines after it.

    The template has two header rows, in Chinese and English: the second is passed over.
    """
    for line in lines:
        if line.number > HEADER_WITHIN:
            return None, iter(())
        columns = header_columns([_plain(cell) for cell in line.cells])
        if columns:
            return columns, _after_second_header(lines, columns)
    return None, iter(())


def _after_second_header(lines: Iterator[Line], columns: Mapping[str, int]) -> Iterator[Line]:
    for nth, line in enumerate(lines):
        if nth == 0 and header_columns([_plain(cell) for cell in line.cells]) == columns:
            continue
        yield line


def _plain(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""


# --- workbooks -----------------------------------------------------------------------------------


@contextlib.contextmanager
def _sheets(content: bytes) -> Iterator[IO[str]]:
    """What the child process read, as a file of JSON lines."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as read:
        given.write(content)
        given.seek(0)
        most_lines = str(MOST_ROWS + HEADER_WITHIN)
        try:
            ended = subprocess.run(
                [sys.executable, "-m", "traceability.sheets.child", most_lines],
                stdin=given,
                stdout=read,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FileRefused("too_slow") from error
        if ended.returncode:
            raise FileRefused("too_big_inside")
        read.seek(0)
        with os.fdopen(os.dup(read.fileno()), encoding="utf-8") as lines:
            yield lines


def _chosen(spool: IO[str], product_names: Mapping[str, str]) -> Table:
    """The one sheet with records; its rows are read from the spool as they are asked for."""
    found = []
    for name, lines, position in _contents(spool):
        columns, body = _beneath_header(_sheet_lines(spool, position))
        if columns is not None:
            found.append((name, lines, position, next(body, None) is not None))
    filled = [each for each in found if each[3]]
    if len(filled) > 1:
        raise FileRefused("two_sheets", names=", ".join(each[0] for each in filled))
    if not found:
        raise no_header()
    name, lines, position, _filled = (filled or found)[0]
    columns, body = _beneath_header(_sheet_lines(spool, position))
    return Table(name, lines, columns or {}, body, product_names)


def _contents(spool: IO[str]) -> list[tuple[str, int, int]]:
    """Every sheet: its name, how many lines it has, and where they begin in the spool."""
    sheets = []
    while line := spool.readline():
        if line.startswith("{"):
            told = json.loads(line)
            if "fault" in told:
                raise FileRefused(told["fault"], **_said(told))
            sheets.append((told["sheet"], told["rows"], spool.tell()))
    return sheets


def _said(told: Mapping[str, Any]) -> dict[str, Any]:
    most = {"most": f"{MOST_ROWS:,}"} if told["fault"] == "too_many_rows" else {}
    return {**told["facts"], **most}


def _sheet_lines(spool: IO[str], position: int) -> Iterator[Line]:
    spool.seek(position)
    while (line := spool.readline()) and line.startswith("["):
        number, first, cells = json.loads(line)
        yield Line(number, [""] * first + cells)
