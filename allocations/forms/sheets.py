"""The lines of a decision as a spreadsheet: its columns, and reading one that somebody sends."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from allocations.forms.lines import (
    NO_TONNES,
    ROWS_AT_MOST,
    TonnesFormField,
    as_typed,
    categories_of,
    enterprises_named,
)
from allocations.models import Decision
from allocations.rules import LineChange, LineKey, LineText, StandingLine, differences
from portal.kernel.exports import spoken
from portal.kernel.quantity import to_kg
from portal.kernel.sheets.faults import FileRefused
from portal.kernel.sheets.header import HEADER_WITHIN, folded, header_of
from portal.kernel.sheets.read import Line, NoHeader, Sheet, letter, opened
from portal.kernel.templatetags.portal import named

MOST_BYTES = 5 * 1024 * 1024
LONGEST_REASON = 300
HEADERS = {
    "code": _("Unified social credit code"),
    "enterprise": _("Enterprise"),
    "category": _("Category"),
    "tonnes": _("t REO"),
    "reason": _("Reason"),
}
NEEDED = ("category", "tonnes")
CEILING = _("National ceiling")
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell, and where it stands: like D17, or the line of a CSV file."""

    cell: str
    text: Any


class LinesSheetForm(forms.Form):
    """A spreadsheet of lines; valid, it knows the changes, else what is wrong cell by cell.

    `mode` `merge`: only the lines of the file are written; `replace`: all others are removed.
    """

    file = forms.FileField(
        label=_("Spreadsheet"),
        max_length=200,
        help_text=_("XLSX or CSV with the columns of the export, at most 5 MB and 4,000 rows."),
    )
    mode = forms.ChoiceField(
        label=_("What it does"),
        widget=forms.RadioSelect,
        initial="merge",
        choices=[
            ("merge", _("Write the lines of the file and leave all others as they are")),
            ("replace", _("Put the lines of the file in the place of all lines")),
        ],
    )

    def __init__(
        self,
        *args: Any,
        decision: Decision,
        standing: Mapping[LineKey, StandingLine],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.decision = decision
        self.standing = {key: line.text for key, line in standing.items()}
        self.faults: list[CellFault] = []
        self.changes: list[LineChange] = []

    def clean(self) -> dict[str, Any]:
        """Read the file; its faults are told together, and none of it counts then."""
        typed = super().clean() or self.cleaned_data
        file = typed.get("file")
        if file is None or self.errors:
            return typed
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 5 MB, the most that can be sent."))
        try:
            with opened(
                file.read(), file.name, header_columns=header_columns, most_rows=ROWS_AT_MOST
            ) as sheet:
                lines = _Reading(self.decision, sheet, self.faults).lines()
        except FileRefused as refused:
            raise ValidationError(str(refused)) from refused
        except NoHeader as error:
            raise ValidationError(
                _("No row with the column headers was found among the first %(within)s: %(names)s.")
                % {"within": HEADER_WITHIN, "names": _said([*HEADERS])}
            ) from error
        if self.faults:
            count = {"count": len(self.faults)}
            raise ValidationError(_("Cells to be corrected: %(count)s. Nothing was saved.") % count)
        before = self.standing
        if typed["mode"] == "merge":
            before = {key: text for key, text in before.items() if key in lines}
        self.changes = differences(before, lines)
        return typed


class _Reading:
    """One sheet being read: lines as they come, faults as they are met."""

    def __init__(self, decision: Decision, sheet: Sheet, faults: list[CellFault]) -> None:
        self.sheet, self.faults = sheet, faults
        self.categories = _category_names(decision.regime)

    def lines(self) -> dict[LineKey, LineText]:
        """Every line that could be read."""
        rows = [(line, self._texts(line)) for line in self.sheet.body]
        rows = [(line, texts) for line, texts in rows if any(texts.values())]
        if len(rows) > ROWS_AT_MOST:
            raise FileRefused("too_many_rows", most=f"{ROWS_AT_MOST:,}")
        wanted = {texts["code"] or texts["enterprise"] for _line, texts in rows}
        enterprises = enterprises_named(text for text in wanted if text and not _is_ceiling(text))
        read: dict[LineKey, LineText] = {}
        for line, texts in rows:
            whose = texts["code"] or texts["enterprise"]
            enterprise = enterprises.get(whose)
            if enterprise is None and whose and not _is_ceiling(whose):
                told = _("No enterprise of the directory has this code or name.")
                self._fault(line, "code" if texts["code"] else "enterprise", told)
            category = self.categories.get(folded(texts["category"]))
            if category is None:
                self._fault(line, "category", _("This is no category of the decision."))
            text = self._text(line, texts)
            if text is None or category is None or (enterprise is None and not _is_ceiling(whose)):
                continue
            key = LineKey(enterprise.pk if enterprise else None, category)
            if key in read:
                self._fault(line, "category", _("This enterprise has a line of it above."))
            read[key] = text
        return read

    def _texts(self, line: Line) -> dict[str, str]:
        cells = {
            name: line.cells[place] if place < len(line.cells) else None
            for name, place in self.sheet.columns.items()
        }
        return {name: _plain(cells.get(name)) for name in HEADERS}

    def _text(self, line: Line, texts: Mapping[str, str]) -> LineText | None:
        """What the line shall say; None when it has a fault."""
        if len(texts["reason"]) > LONGEST_REASON:
            told = _("The reason has more than %(most)s characters.") % {"most": LONGEST_REASON}
            self._fault(line, "reason", told)
            return None
        try:
            tonnes = TonnesFormField().clean(texts["tonnes"])
        except ValidationError as refused:
            self._fault(line, "tonnes", " ".join(refused.messages))
            return None
        if tonnes is None:
            self._fault(line, "tonnes", NO_TONNES)
            return None
        return LineText(to_kg(tonnes), texts["reason"])

    def _fault(self, line: Line, column: str, text: Any) -> None:
        place = self.sheet.columns.get(column)
        at = f"{letter(place)}{line.number}" if place is not None else str(line.number)
        self.faults.append(CellFault(at, text))


def header_columns(cells: Sequence[str]) -> Mapping[str, int] | None:
    """Where each column of a sheet of lines stands, in either language."""
    return header_of(
        cells,
        names=_header_names(),
        order=[*HEADERS],
        needed=NEEDED,
        enough=3,
        said=_said,
    )


def sheet_rows(
    decision: Decision, standing: Mapping[LineKey, StandingLine], enterprises: Mapping[int, Any]
) -> Iterator[list[Any]]:
    """The rows of the export: every line as it stands, ceilings first."""
    labels = dict(categories_of(decision.regime))
    for key, line in standing.items():
        enterprise = enterprises.get(key.enterprise_id)
        yield [
            (enterprise.uscc or "") if enterprise else "",
            named(enterprise) if enterprise else _now("National ceiling"),
            labels.get(key.category, key.category),
            Decimal(as_typed(line.text.kg)),
            line.text.reason,
        ]


def _plain(cell: Any) -> str:
    """A cell as text; a number without what a spreadsheet program adds to it."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return format(cell, ".6f").rstrip("0").rstrip(".")
    return spoken(" ".join(str(cell).split()))


def _is_ceiling(text: str) -> bool:
    return folded(text) in {"", *_in_both(CEILING)}


def _in_both(label: Any) -> set[str]:
    found = set()
    for language in LANGUAGES:
        with override(language):
            found.add(folded(str(label)))
    return found


def _header_names() -> dict[str, str]:
    return {
        text: name for name, label in HEADERS.items() for text in {folded(name), *_in_both(label)}
    }


def _category_names(regime: str) -> dict[str, str]:
    return {
        text: value
        for value, label in categories_of(regime)
        for text in {folded(value), *_in_both(label)}
    }


def _said(columns: Sequence[str]) -> str:
    return ", ".join(str(HEADERS[name]) for name in columns)
