"""Sections of a dossier: texts, charts and tables of words, for a page and for paper alike."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.kernel.charts import Chart


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; `url` leads to what it tells of, on the page."""

    text: str
    url: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its heads, and rows of cells as many."""

    caption: str
    header: Sequence[Cell]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a dossier; `none` is said where it has nothing to tell."""

    key: str
    title: str
    none: str = ""
    texts: Sequence[str] = ()
    charts: Sequence[tuple[str, Chart]] = ()
    sheets: Sequence[Sheet] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether only `none` is to be said."""
        return not (self.texts or self.charts or self.sheets)


def sheet(caption: Any, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Sheet:
    """A table; columns named with a leading `#` hold numbers."""
    numbers = [str(head).startswith("#") for head in header]
    return Sheet(
        str(caption),
        [
            Cell(str(head).removeprefix("#"), number=number)
            for head, number in zip(header, numbers, strict=True)
        ],
        [
            [_cell(value, number) for value, number in zip(row, numbers, strict=True)]
            for row in rows
        ],
    )


def number(head: Any) -> str:
    """The head of a column of numbers."""
    return f"#{head}"


def _cell(value: Any, is_number: bool) -> Cell:
    if isinstance(value, Cell):
        return Cell(value.text, value.url, is_number)
    return Cell(str(value), number=is_number)
