"""The workbook that gives rows back: what is wrong with each, then the row as it was."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import IO

import xlsxwriter
from django.utils.translation import get_language

from traceability.rules.intake import CHANGE_COLUMNS, CHINESE_NAMES, COLUMNS
from traceability.rules.sheets import CHINESE_VERBS, PROBLEM, PROBLEM_HEADERS
from traceability.sheets.template import HEADER_ROWS, RECORDS

_NUMBERS = ("gross_kg", "reo_percent", "line")
_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
Returned = tuple[str, Collection[str], Sequence[str | None]]


def write_returned(file: IO[bytes], rows: Iterable[Returned], *, changes: bool) -> None:
    """Write rows as (what is wrong, the columns at fault, texts in the order of COLUMNS).

    With `changes` the verb and the line stand before them, so that the file can be added to a
    draft; texts for them follow the others, where there are any.
    """
    first = CHANGE_COLUMNS if changes else ()
    chinese = (get_language() or "").startswith("zh")
    with xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": False}) as book:
        sheet = book.add_worksheet(RECORDS)
        shade = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#0B3D6B", "border": 1}
        header, code = book.add_format(shade), book.add_format({"italic": True, "border": 1})
        wrong, text = book.add_format({"bg_color": "#FBE5E5"}), book.add_format({"num_format": "@"})
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, len(first) + len(COLUMNS), 16)
        sheet.freeze_panes(HEADER_ROWS, 1)
        names = (PROBLEM, *first, *COLUMNS)
        for place, name in enumerate(names):
            sheet.write_string(0, place, _chinese(name), header)
        for place, name in enumerate(names):
            sheet.write_string(1, place, name, code)
        for line, (problem, columns, texts) in enumerate(rows, start=HEADER_ROWS):
            told = dict(zip((*COLUMNS, *CHANGE_COLUMNS), texts, strict=False)) | {PROBLEM: problem}
            if changes and not told.get("verb"):
                told["verb"] = "add"
            if verb := told.get("verb"):
                told["verb"] = CHINESE_VERBS.get(verb, verb) if chinese else verb
            for place, name in enumerate(names):
                cell, form = told.get(name) or "", wrong if name in columns else text
                if name in _NUMBERS and _PLAIN.fullmatch(cell):
                    sheet.write_number(line, place, float(cell), wrong if form is wrong else None)
                elif cell or form is wrong:
                    sheet.write_string(line, place, cell, form)


def _chinese(name: str) -> str:
    return PROBLEM_HEADERS[0] if name == PROBLEM else CHINESE_NAMES[name]
