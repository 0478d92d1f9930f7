"""Reads a workbook in a process of its own, which may die of it.

`read` starts it, and tells how many lines a sheet may have at most.

In: the workbook, on standard input. Out: lines of JSON: {"sheet": name, "rows": number of lines,
"first": column of the first cells, "merged": [[last line, range], ...]}, then some at a time the
lines that hold something, each [number, [cells]]; or {"fault": code, "facts": {...}}. A cell is a
text, a number, a truth value, or {"d": "2025-03-09"}.
"""

import contextlib
import io
import json
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, TextIO

from portal.kernel.sheets.package import MOST_COLUMNS, Fault, require_readable

MEMORY = 1 << 30
OUTPUT = 1 << 30
SECONDS = 60
_MERGED = 100
_TOGETHER = 256  # said line by line they would take twice as long


def main(most_lines: int) -> None:
    """Answer one workbook."""
    _limit()
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="\n")
    try:
        content = sys.stdin.buffer.read()
        require_readable(content, most_lines=most_lines)
        _read(content, most_lines, out)
    except Fault as fault:
        _say(out, {"fault": fault.code, "facts": fault.facts})
    except MemoryError:
        _say(out, {"fault": "too_big_inside", "facts": {}})
    except BaseException:  # a panic of the library is none of Exception's kind
        _say(out, {"fault": "damaged", "facts": {}})
    out.flush()


def _limit() -> None:
    for what, most, last in (
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_FSIZE, OUTPUT, OUTPUT),
        # SIGXCPU at first, which nobody else sends, unlike SIGKILL at last.
        (resource.RLIMIT_CPU, SECONDS, SECONDS + 5),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, last))


def _read(content: bytes, most_lines: int, out: TextIO) -> None:
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise Fault("password") from error
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(about.name)
        if sheet.total_height > most_lines:
            raise Fault("too_many_rows")
        if sheet.total_width > MOST_COLUMNS:
            raise Fault("far_cell", cell="AA1")
        merged = [_range(*each) for each in sheet.merged_cell_ranges or ()]
        about_it = {"sheet": about.name, "rows": sheet.total_height, "merged": merged[:_MERGED]}
        _say(out, about_it | {"first": sheet.start[1] if sheet.start else 0})
        lines = _filled(sheet.iter_rows())
        while together := list(islice(lines, _TOGETHER)):
            _say(out, together)


def _filled(rows: Iterable[list[Any]]) -> Iterator[tuple[int, list[Any]]]:
    """The lines that hold something, with their numbers."""
    for number, cells in enumerate(rows, start=1):
        # Most lines hold a text or a number other than 0, which is quickly seen.
        if any(cells) or any(cell != "" for cell in cells):
            yield number, cells


def _range(first: tuple[int, int], last: tuple[int, int]) -> tuple[int, str]:
    """The last line of a merged range, and its name like A3:B5."""
    cells = [
        f"{chr(65 + column) if column < 26 else '?'}{row + 1}" for row, column in (first, last)
    ]
    return last[0] + 1, ":".join(cells)


def _plain(cell: Any) -> Any:
    """What JSON has no words for."""
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return {"d": cell.date().isoformat() if midnight else cell.isoformat(sep=" ")}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, time | timedelta):
        return str(cell)
    raise TypeError(type(cell))


_ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), default=_plain)


def _say(out: TextIO, line: Any) -> None:
    out.write(_ENCODER.encode(line) + "\n")
