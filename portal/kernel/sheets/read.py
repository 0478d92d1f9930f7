"""Reading an uploaded table: the one sheet of a workbook that has the columns, or a CSV file."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portal.kernel.sheets.content import Content, beginning, pieces, reader
from portal.kernel.sheets.delimited import HeaderColumns, delimited_lines
from portal.kernel.sheets.faults import FileRefused
from portal.kernel.sheets.header import HEADER_WITHIN
from portal.kernel.sheets.package import OLE, ZIP, named_cells

_ROOT = Path(__file__).parents[3]
# The child needs three modules. The packages around them bring Celery along, which takes longer to
# load than most workbooks take to read: it gets them empty.
_CHILD = """
import sys, types
for name in ("portal", "portal.kernel", "portal.kernel.sheets"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [name.replace(".", "/")]
from portal.kernel.sheets import child
child.main(int(sys.argv[1]))
"""
_SECONDS = 90
# How documents, pictures and archives begin.
_OTHER_FILES = (b"%PDF", b"PK", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
_START = 8
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet that holds something: its number, and its cells from column A on."""

    number: int
    cells: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that has the columns; `name` is empty for CSV.

    `lines` is how many lines it has in all. `body`: the lines beneath the header.
    """

    name: str
    lines: int
    columns: Mapping[str, int]
    body: Iterator[Line]


class NoHeader(Exception):
    """No sheet has a header row."""


class ReaderKilled(Exception):
    """Somebody killed the process that read a workbook; that says nothing of the file."""


def letter(place: int) -> str:
    """The name of a column of a sheet: A for 0."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


@contextlib.contextmanager
def opened(
    content: Content, file_name: str, *, header_columns: HeaderColumns, most_rows: int
) -> Iterator[Sheet]:
    """The table in an uploaded file, by what it is and not by what it is called.

    Raises FileRefused, here or while the rows are read, NoHeader or ReaderKilled.
    """
    if not any(piece.strip(b"\0 \t\r\n") for piece in pieces(content)):
        raise FileRefused("empty")
    start = beginning(content, _START)
    if start.startswith((ZIP, OLE)):
        with _sheets(content, most_rows) as spool:
            yield _chosen(spool, header_columns, most_rows)
    elif file_name.lower().endswith(_WORKBOOK_NAMES) or start.startswith(_OTHER_FILES):
        raise FileRefused("not_a_workbook")
    else:
        cut = delimited_lines(content, header_columns)
        numbered = (Line(number, cells) for number, cells in cut)
        columns, body = _beneath_header(numbered, header_columns)
        if columns is None:
            raise NoHeader
        lines = sum(piece.count(b"\n") for piece in pieces(content))
        yield Sheet("", lines, columns, body)


def _beneath_header(
    lines: Iterator[Line], header_columns: HeaderColumns
) -> tuple[Mapping[str, int] | None, Iterator[Line]]:
    """The columns by the header row, and the lines after it.

    The template has two header rows, in Chinese and English: the second is passed over.
    """
    for line in lines:
        if line.number > HEADER_WITHIN:
            return None, iter(())
        columns = header_columns([_plain(cell) for cell in line.cells])
        if columns:
            return columns, _after_second_header(lines, columns, header_columns)
    return None, iter(())


def _after_second_header(
    lines: Iterator[Line], columns: Mapping[str, int], header_columns: HeaderColumns
) -> Iterator[Line]:
    for nth, line in enumerate(lines):
        if nth == 0 and header_columns([_plain(cell) for cell in line.cells]) == columns:
            continue
        yield line


def _plain(cell: Any) -> str:
    return cell if isinstance(cell, str) else ""


# --- workbooks -----------------------------------------------------------------------------------


@contextlib.contextmanager
def _sheets(content: Content, most_rows: int) -> Iterator[IO[str]]:
    """What the child process read, as a file of JSON lines."""
    with _on_disk(content) as given, tempfile.TemporaryFile() as read:
        most_lines = str(most_rows + HEADER_WITHIN)
        try:
            ended = subprocess.run(
                [sys.executable, "-c", _CHILD, most_lines],
                stdin=given,
                stdout=read,
                # Nobody reads it, but it ends with the child: waiting for that takes no guessing.
                stderr=subprocess.PIPE,
                cwd=_ROOT,
                env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise FileRefused("too_slow") from error
        if ended.returncode == -signal.SIGKILL:
            raise ReaderKilled
        if ended.returncode:
            late = ended.returncode == -signal.SIGXCPU
            raise FileRefused("too_slow" if late else "too_big_inside")
        read.seek(0)
        with os.fdopen(os.dup(read.fileno()), encoding="utf-8") as lines:
            yield lines


def _on_disk(content: Content) -> IO[bytes]:
    if not isinstance(content, bytes):
        return reader(content)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - who asked closes it
    file.write(content)
    file.seek(0)
    return file


def _chosen(spool: IO[str], header_columns: HeaderColumns, most_rows: int) -> Sheet:
    """The one sheet with the columns; its rows are read from the spool as they are asked for."""
    found = []
    for name, lines, merged, place in _contents(spool, most_rows):
        columns, body = _beneath_header(_sheet_lines(spool, place), header_columns)
        if columns is not None:
            first = next(body, None)
            _require_unmerged(merged, first)
            found.append((name, lines, place, first is not None))
    filled = [each for each in found if each[3]]
    if len(filled) > 1:
        raise FileRefused("two_sheets", names=", ".join(each[0] for each in filled))
    if not found:
        raise NoHeader
    name, lines, place, _filled = (filled or found)[0]
    columns, body = _beneath_header(_sheet_lines(spool, place), header_columns)
    return Sheet(name, lines, columns or {}, body)


def _require_unmerged(merged: Sequence[tuple[int, str]], first: Line | None) -> None:
    """Beneath the header every row speaks for itself. Raises FileRefused."""
    if first is None:
        return
    if beneath := [name for last, name in merged if last >= first.number]:
        raise FileRefused("merged_cells", cells=named_cells(beneath))


# Where the lines of a sheet begin in the spool, and the column that their first cells stand in.
Place = tuple[int, int]


def _contents(spool: IO[str], most_rows: int) -> list[tuple[str, int, Any, Place]]:
    """Every sheet: its name, its number of lines, what is merged, and where it is."""
    sheets = []
    while line := spool.readline():
        if line.startswith("{"):
            told = json.loads(line)
            if "fault" in told:
                raise FileRefused(told["fault"], **_said(told, most_rows))
            place = (spool.tell(), told["first"])
            sheets.append((told["sheet"], told["rows"], told["merged"], place))
    return sheets


def _said(told: Mapping[str, Any], most_rows: int) -> dict[str, Any]:
    most = {"most": f"{most_rows:,}"} if told["fault"] == "too_many_rows" else {}
    return {**told["facts"], **most}


def _sheet_lines(spool: IO[str], place: Place) -> Iterator[Line]:
    position, first = place
    before = [""] * first
    spool.seek(position)
    while (lines := spool.readline()) and lines.startswith("["):
        for number, cells in json.loads(lines):
            yield Line(number, before + cells)
