"""Reading CSV: UTF-8 with or without a mark, UTF-16 with one, GB18030; comma, semicolon or tab."""

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from portal.kernel.sheets.content import Content, beginning, pieces, reader
from portal.kernel.sheets.faults import FileRefused
from portal.kernel.sheets.header import HEADER_WITHIN

if TYPE_CHECKING:
    from _csv import Reader

_LONGEST_CELL = 5_000
_LOOKED_AT = 80_000  # bytes in which the header row is looked for
_DELIMITERS = ",\t;，"


HeaderColumns = Callable[[Sequence[str]], Mapping[str, int] | None]


def delimited_lines(
    content: Content, header_columns: HeaderColumns
) -> Iterator[tuple[int, list[str]]]:
    """The lines that hold something, each with the number of the line it begins on.

    Raises FileRefused when the text can't be decoded or divided.
    """
    encoding = encoding_of(content)
    start = beginning(content, _LOOKED_AT).decode(encoding, errors="ignore")
    return _divided(content, encoding, _delimiter(start, header_columns))


def encoding_of(content: Content) -> str:
    """The first encoding that all of it can be read in. Raises FileRefused when there is none."""
    if beginning(content, 2) in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            for piece in pieces(content):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise FileRefused("encoding")


def _delimiter(text: str, header_columns: HeaderColumns) -> str:
    """The one that makes a header row of one of the first lines; else the comma."""
    first = text.splitlines()[:HEADER_WITHIN]
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


def _divided(content: Content, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with reader(content) as file, io.TextIOWrapper(file, encoding, newline="") as text:
        yield from _cells(csv.reader(text, delimiter=delimiter, strict=True))


def _cells(table: "Reader") -> Iterator[tuple[int, list[str]]]:
    begins = 1
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused("quotes", line=begins) from error
        if cells and max(map(len, cells)) > _LONGEST_CELL:
            raise FileRefused("quotes", line=begins)
        if any(map(str.strip, cells)):
            yield begins, cells
        begins = table.line_num + 1
