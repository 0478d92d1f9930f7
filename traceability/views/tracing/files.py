"""Pages of figures as files: CSV and XLSX of the table, PDF with the picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from portal.kernel import clock
from portal.kernel.exports import csv_answer, xlsx_answer
from portal.kernel.papers import typeset
from portal.kernel.period import Month
from portal.kernel.templatetags import portal as shown
from traceability.rules.tracing.picture import Picture
from traceability.views.tracing.pictures import on_paper

FORMS = ("csv", "xlsx", "pdf")
# A paper has so many rows; the other files have all.
ROWS_ON_PAPER = 600
# With more columns the paper lies on its side.
UPRIGHT_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class About:
    """What a page of figures is about."""

    title: str
    months: tuple[Month, Month]
    whose: str = ""
    known_on: date | None = None

    def file_name(self, name: str) -> str:
        """`name` with the months and the day that the file is about, so that files stay apart."""
        known = f"known-{self.known_on}" if self.known_on else ""
        return "-".join(word for word in (name, *map(str, self.months), known) if word)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Its head, in words."""
        first, last = (shown.month(month) for month in self.months)
        known = shown.day(self.known_on) if self.known_on else _("as it stands now")
        facts = [
            (pgettext("period", "Months"), f"{first} – {last}"),
            (_("As known at the end of"), known),
        ]
        if self.whose:
            facts.insert(0, (_("Scope"), self.whose))
        return [*facts, (_("Printed"), shown.moment(clock.now()))]


def file_answer(
    form: str,
    name: str,
    about: About,
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    picture: Picture | None = None,
    *,
    by_stage: bool = False,
) -> HttpResponseBase:
    """The table of a page as a file of one of FORMS.

    `by_stage`: the colours of the picture are those of stages, which the paper explains.
    """
    name = about.file_name(name)
    if form != "pdf":
        return (csv_answer if form == "csv" else xlsx_answer)(name, header, rows)
    left_out = len(rows) - ROWS_ON_PAPER
    content = {
        "lang": "zh" if (get_language() or "").startswith("zh") else "en",
        "title": about.title,
        "footer": _("Rare Earth Total Volume Control Portal"),
        "facts": about.facts,
        "picture": on_paper(picture, by_stage=by_stage),
        "wide": len(header) > UPRIGHT_COLUMNS,
        "header": list(header),
        "numbers": [
            place
            for place in range(len(header))
            if any(isinstance(row[place], Decimal | int) for row in rows)
        ],
        "rows": [[_on_paper(cell) for cell in row] for row in rows[:ROWS_ON_PAPER]],
        "left_out": _("%(count)d further rows are in the other files.") % {"count": left_out}
        if left_out > 0
        else "",
    }
    answer = HttpResponse(
        typeset("papers/figures.typ", content, at=clock.now()), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    return answer


def _on_paper(cell: Any) -> str:
    if isinstance(cell, Decimal):
        return shown.kg(cell)
    if isinstance(cell, int):
        return shown.number(cell)
    return str(cell) if cell not in (None, "") else "—"
