"""The workbook that a month is filled into: a sheet for the rows, instructions, code lists.

Reading passes over everything but the first sheet: the others have no row of column headers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, Any

import xlsxwriter
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from portal.kernel.period import Month
from portal.kernel.sheets.read import letter
from traceability.rules.countries import COUNTRIES
from traceability.rules.intake import CHINESE_HEADERS, CHINESE_KINDS, COLUMNS, NEEDS
from traceability.rules.sheets import MOST_ROWS
from traceability.sheets.words import KINDS, MEANINGS, RULES

RECORDS = "记录 Records"
INSTRUCTIONS = "填报说明 Instructions"
LISTS = "代码表 Lists"
HEADER_ROWS = 2
_CHINESE = "zh-hans"

_WIDTHS = {
    "lot": 24,
    "lot_maker": 24,
    "product": 24,
    "counterparty": 30,
    "document": 24,
    "assay": 30,
}
_TEXTS = ("lot", "lot_maker", "run", "counterparty", "document", "country", "assay", "note")


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a code and a name in both languages."""

    code: str
    name_zh: str
    name_en: str

    @property
    def choice(self) -> str:
        """As it stands in a drop-down: the code, then the name in the reader's language."""
        chinese = (get_language() or _CHINESE).startswith("zh")
        return f"{self.code} {self.name_zh if chinese else (self.name_en or self.name_zh)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a template is made for; `rows` are put in from the start, in the order of COLUMNS."""

    month: Month
    enterprise: Named
    products: Sequence[Named]
    partners: Sequence[Named]
    rows: Iterable[Sequence[date | Decimal | str | None]] = ()


def write_template(file: IO[bytes], asked: Asked) -> None:
    """Write the workbook, with the words in the reader's language and in Chinese."""
    with xlsxwriter.Workbook(file) as book:
        records = book.add_worksheet(RECORDS)
        instructions = book.add_worksheet(INSTRUCTIONS)
        lists = book.add_worksheet(LISTS)
        _Records(book, records).write(asked, _write_lists(book, lists, asked))
        _Instructions(book, instructions).write(asked)
        book.set_properties({"title": f"{asked.enterprise.code} {asked.month}"})


class _Records:
    """The sheet for the rows: two header rows, formats, drop-downs, a comment on each header."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.book, self.sheet = book, sheet
        self.formats = {name: self._format(name) for name in COLUMNS}

    def write(self, asked: Asked, ranges: Mapping[str, str]) -> None:
        """Lay the sheet out for the month."""
        shade = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#0B3D6B", "border": 1}
        header = self.book.add_format(shade)
        codes = self.book.add_format({"italic": True, "bg_color": "#E1EEFB", "border": 1})
        for place, name in enumerate(COLUMNS):
            width = _WIDTHS.get(name, 16)
            self.sheet.set_column(place, place, width, self.formats[name])
            self.sheet.write_string(0, place, CHINESE_HEADERS[name], header)
            self.sheet.write_string(1, place, name, codes)
            self.sheet.write_comment(0, place, _comment(name), {"x_scale": 2.4, "y_scale": 1.6})
        self.sheet.freeze_panes(HEADER_ROWS, 1)
        for name in ("kind", "product", "country", "counterparty"):
            self._offer(name, ranges.get(name))
        self._guard(asked.month)
        for line, row in enumerate(asked.rows, start=HEADER_ROWS):
            for place, cell in enumerate(row):
                self._put(line, place, cell)

    def _put(self, line: int, place: int, cell: date | Decimal | str | None) -> None:
        form = self.formats.get(COLUMNS[place])
        if isinstance(cell, date):
            self.sheet.write_datetime(line, place, datetime.combine(cell, time()), form)
        elif isinstance(cell, Decimal):
            self.sheet.write_number(line, place, cell, form)
        elif cell:
            self.sheet.write_string(line, place, cell, form)

    def _format(self, name: str) -> Any:
        if name in _TEXTS:
            return self.book.add_format({"num_format": "@"})
        forms = {"date": "yyyy-mm-dd", "gross_kg": "0.000", "reo_percent": "0.######"}
        return self.book.add_format({"num_format": forms[name]}) if name in forms else None

    def _rows(self, name: str) -> tuple[int, int, int, int]:
        place = COLUMNS.index(name)
        return HEADER_ROWS, place, HEADER_ROWS + MOST_ROWS - 1, place

    def _offer(self, name: str, source: str | None) -> None:
        """A drop-down; what is not in it is warned of, or for partners let through."""
        if source:
            strict = "stop" if name == "kind" else "warning" if name == "product" else "information"
            self.sheet.data_validation(
                *self._rows(name),
                {
                    "validate": "list",
                    "source": source,
                    "error_type": strict,
                    "error_title": CHINESE_HEADERS[name],
                    "error_message": str(MEANINGS[name])[:250],
                    "show_error": name not in ("counterparty", "country"),
                },
            )

    def _guard(self, month: Month) -> None:
        """Dates in the month, masses not negative, grades up to 125: told while typing."""
        told = {"error_type": "stop"}
        days = {
            "minimum": datetime.combine(month.first_day, time()),
            "maximum": datetime.combine(month.last_day, time()),
        }
        wanted: Mapping[str, dict[str, Any]] = {
            "date": {"validate": "date", "criteria": "between", **days},
            "gross_kg": {"validate": "decimal", "criteria": ">=", "value": 0},
            "reo_percent": {
                "validate": "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": 125,
            },
            "lot": {"validate": "length", "criteria": "<=", "value": 40},
        }
        for name, rule in wanted.items():
            message = {"error_title": CHINESE_HEADERS[name], "error_message": str(MEANINGS[name])}
            self.sheet.data_validation(*self._rows(name), {**rule, **told, **message})


class _Instructions:
    """The sheet that explains: in Chinese, and beside it in the reader's language."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet = sheet
        self.line = 0
        self.bold = book.add_format({"bold": True, "font_size": 12, "font_color": "#0B3D6B"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def write(self, asked: Asked) -> None:
        """Everything a clerk needs away from the portal."""
        self.sheet.set_column(0, 0, 26, self.wrapped)
        self.sheet.set_column(1, 2, 60, self.wrapped)
        name = asked.enterprise
        self._row(f"{name.code}", name.name_zh, name.name_en, bold=True)
        self._row(str(asked.month), "", "")
        self._head(gettext_lazy("How to fill it in"))
        facts = {"sheet": RECORDS, "month": str(asked.month), "most": f"{MOST_ROWS:,}"}
        for number, rule in enumerate(RULES, start=1):
            self._told(str(number), rule, facts)
        self._head(gettext_lazy("The columns"))
        for column, meaning in MEANINGS.items():
            self._told(f"{CHINESE_HEADERS[column]}  {column}", meaning)
        self._head(gettext_lazy("The kinds of record and what each needs"))
        for kind, meaning in KINDS.items():
            self._told(f"{CHINESE_KINDS[kind]}  {kind}", meaning)
            self._row("", _needed(kind, chinese=True), _needed(kind, chinese=False))
        self._head(gettext_lazy("The products"))
        for product in asked.products:
            self._row(product.code, product.name_zh, product.name_en)

    def _head(self, text: Promise) -> None:
        self.line += 1
        with translation.override(_CHINESE):
            chinese = str(text)
        self._row("", chinese, str(text), bold=True)

    def _told(self, about: str, text: Promise, facts: Mapping[str, str] | None = None) -> None:
        with translation.override(_CHINESE):
            chinese = str(text)
        said = [words % facts if facts else words for words in (chinese, str(text))]
        self._row(about, *said)

    def _row(self, *texts: str, bold: bool = False) -> None:
        if len(texts) > 2 and texts[2] == texts[1]:
            texts = texts[:2]
        for place, text in enumerate(texts):
            self.sheet.write_string(self.line, place, text, self.bold if bold else self.wrapped)
        self.line += 1


def _write_lists(book: Any, sheet: Any, asked: Asked) -> dict[str, str]:
    """The code lists; where each stands, for the drop-downs."""
    bold = book.add_format({"bold": True})
    chinese = (get_language() or _CHINESE).startswith("zh")
    columns: Sequence[tuple[str, str, Iterable[str]]] = (
        ("kind", _("Kinds"), CHINESE_KINDS.values() if chinese else CHINESE_KINDS),
        ("product", _("Products"), [each.choice for each in asked.products]),
        ("country", _("Countries"), sorted(COUNTRIES)),
        ("counterparty", _("Your trading partners so far"), [p.choice for p in asked.partners]),
    )
    ranges = {}
    for place, (name, title, entries) in enumerate(columns):
        listed = list(entries)
        sheet.set_column(place, place, 40)
        sheet.write_string(0, place, title, bold)
        for line, entry in enumerate(listed, start=1):
            sheet.write_string(line, place, entry)
        if listed:
            column = letter(place)
            ranges[name] = f"='{LISTS}'!${column}$2:${column}${len(listed) + 1}"
    sheet.freeze_panes(1, 0)
    return ranges


def _needed(kind: str, *, chinese: bool) -> str:
    need = next(each for each in NEEDS if each.kind == kind)
    wanted = {"date", "lot", "gross_kg"} | need.columns
    if not need.creates:
        wanted.add("lot_maker")
    names = [CHINESE_HEADERS[c] if chinese else c for c in COLUMNS if c in wanted]
    return "→ " + ("、" if chinese else ", ").join(names)


def _comment(column: str) -> str:
    """What a column means, and for which kinds it is needed."""
    kinds = [each.kind for each in NEEDS if column in each.columns]
    text = str(MEANINGS[column])
    if kinds:
        named = ", ".join(f"{CHINESE_KINDS[kind]} {kind}" for kind in kinds)
        text += "\n" + _("Needed for: %(kinds)s.") % {"kinds": named}
    elif column in ("kind", "date", "lot", "gross_kg"):
        text += "\n" + _("Always needed.")
    return text
