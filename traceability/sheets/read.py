"""Reading what enterprises upload: a workbook or a CSV file becomes rows for intake."""

import contextlib
import re
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from portal.kernel.sheets import read
from portal.kernel.sheets.content import Content, beginning, reader
from portal.kernel.sheets.faults import FileRefused
from portal.kernel.sheets.package import ZIP
from portal.kernel.sheets.read import Line, letter
from traceability.rules.intake import CHANGE_COLUMNS, COLUMNS, RowError
from traceability.rules.sheets import (
    MOST_ROWS,
    UploadRefused,
    form_of,
    grade_text,
    header_columns,
    no_header,
    number_text,
)

# The template tells in its title whom it was made for.
_PROPERTIES = "docProps/core.xml"
_OWNER = re.compile(rb"<dc:title>([0-9A-Z]{18}) [0-9]{4}-[0-9]{2}</dc:title>")
# Beyond so many digits a spreadsheet program has rounded a number that stood for a text.
_EXACT_DIGITS = 10**15
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# What brings a text into the form that the checks judge.
Form = Callable[[str], str]


@dataclass
class Table:
    """The rows of the one sheet that holds records.

    `sheet` is empty for CSV. `lines` is how many lines the sheet has in all, for the progress bar.
    `faults` fills while `rows` is read: what can be seen only before cells become text. `names`:
    the columns that may be there.
    """

    sheet: str
    lines: int
    columns: Mapping[str, int]
    body: Iterator[Line]
    product_names: Mapping[str, str]
    names: Sequence[str] = COLUMNS
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
        """Each row's line number and its texts in the order of `names`; None where it is empty.

        Raises FileRefused when there are too many, or none.
        """
        # A column that is not there reads as one beyond the end.
        places = [
            (self.columns.get(name, sys.maxsize), name, form_of(name, self.product_names))
            for name in self.names
        ]
        for line in self.body:
            cells, width = line.cells, len(line.cells)
            # Most cells are empty: these are not even looked at.
            texts = [
                self._text(line, name, form, cells[place])
                if place < width and cells[place] != ""
                else None
                for place, name, form in places
            ]
            self._look_beside(line)
            if any(texts):
                self.count += 1
                if self.count > MOST_ROWS:
                    raise FileRefused("too_many_rows", most=f"{MOST_ROWS:,}")
                yield line.number, texts
        if not self.count and not self.faults:
            raise UploadRefused("no_rows")

    def cell(self, error: RowError) -> str:
        """Where a fault stands on the sheet, like E17; empty for CSV."""
        if not self.sheet:
            return ""
        place = self.columns.get(error.column)
        if place is None:
            return error.column if error.code == "stray" else str(error.line)
        return f"{letter(place)}{error.line}"

    def _text(self, line: Line, name: str, form: Form | None, cell: Any) -> str | None:
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
            return self._number(line, name, form, cell)
        if not text.isprintable():
            if _CONTROL.search(text):
                self.faults.append(RowError(line.number, name, "control"))
                return None
            text = " ".join(text.split())
        return (form(text) or None) if form else text

    def _number(self, line: Line, name: str, form: Form | None, cell: float) -> str:
        if name == "reo_percent":
            return grade_text(cell)
        text = number_text(cell)
        if name == "gross_kg":
            return text
        if name != "date" and abs(cell) >= _EXACT_DIGITS:
            self.faults.append(RowError(line.number, name, "digits_lost", text))
        return form(text) if form else text

    def _look_beside(self, line: Line) -> None:
        """A value outside the columns is no accident to pass over: it may belong into one."""
        if len(line.cells) <= len(self._named) and self._solid:
            return
        for place, cell in enumerate(line.cells):
            if place not in self._named and cell is not None and str(cell).strip():
                at = f"{letter(place)}{line.number}"
                self.faults.append(RowError(line.number, at, "stray", str(cell)[:60]))
                return


def template_owner(content: Content) -> str:
    """The credit code of the enterprise that a template was made for; empty for other files.

    To be asked of a file that was opened: it is no bomb.
    """
    if beginning(content, len(ZIP)) != ZIP:
        return ""
    with reader(content) as file, zipfile.ZipFile(file) as package:
        if _PROPERTIES not in package.namelist():
            return ""
        with package.open(_PROPERTIES) as part:
            found = _OWNER.search(part.read(65_536))
    return found[1].decode() if found else ""


@contextlib.contextmanager
def opened(
    content: Content, file_name: str, *, product_names: Mapping[str, str], changes: bool = False
) -> Iterator[Table]:
    """The table of records in an uploaded file, by what it is and not by what it is called.

    With `changes` its rows may say what they do to which line of a draft. Raises FileRefused, here
    or while the rows are read.
    """
    try:
        with read.opened(
            content,
            file_name,
            header_columns=partial(header_columns, changes=changes),
            most_rows=MOST_ROWS,
        ) as sheet:
            names = (*COLUMNS, *CHANGE_COLUMNS) if changes else COLUMNS
            yield Table(sheet.name, sheet.lines, sheet.columns, sheet.body, product_names, names)
    except read.NoHeader as error:
        raise no_header() from error
