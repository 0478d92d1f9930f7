"""Reading CSV: UTF-8 with or without a mark, UTF-16 with one, GB18030; comma, semicolon or tab."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence

from portal.kernel.sheets.faults import FileRefused
from portal.kernel.sheets.header import HEADER_WITHIN

_LONGEST_CELL = 5_000
_DELIMITERS = ",\t;，"


HeaderColumns = Callable[[Sequence[str]], Mapping[str, int] | None]


def delimited_lines(
    content: bytes, header_columns: HeaderColumns
) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, each with the number of the line it begins on.

    Raises FileRefused when the text can't be decoded or divided.
    """
    text = _decoded(content)
    return _divided(text, _delimiter(text, header_columns))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("encoding")


def _delimiter(text: str, header_columns: HeaderColumns) -> str:
    """The one that makes a header row of one of the first lines; else the comma."""
    first = text[:20_000].splitlines()[:HEADER_WITHIN]
    for delimiter in _DELIMITERS:
        for line in first:
            cells = [cell.strip().strip('"') for cell in line.split(delimiter)]
            try:
                found = header_columns(cells)
            except FileRefused:
                return delimiter
            if found:
                return delimiter
    return ","


def _divided(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused("quotes", line=begins) from error
        if any(len(cell) > _LONGEST_CELL for cell in cells):
            raise FileRefused("quotes", line=begins)
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1
