"""How one version of a month differs from another, record by record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.kernel.templatetags.portal import day, grade, named
from traceability.models import Filing, Record
from traceability.queries.filings import records_of
from traceability.rules.intake import CHINESE_HEADERS, COLUMNS

_DIFFERENCES = (Path(__file__).parent / "differences.sql").read_text(encoding="utf-8")
# So many are shown one by one; their number is told whole.
SHOWN = 200
_DONE = {"add": _("added"), "change": _("changed"), "cancel": _("cancelled")}


@dataclass(frozen=True, slots=True)
class Part:
    """One column of a record that differs, in words; empty where nothing stands."""

    column: str
    before: Any
    after: Any

    @property
    def shown_before(self) -> str:
        """What stood there, in words."""
        return _words(self.before)

    @property
    def shown_after(self) -> str:
        """What stands there now, in words."""
        return _words(self.after)

    @property
    def name(self) -> str:
        """The column as the reader's spreadsheet names it."""
        chinese = (get_language() or "").startswith("zh")
        return CHINESE_HEADERS[self.column] if chinese else self.column


@dataclass(frozen=True, slots=True)
class Difference:
    """One record as it was and as it is to be; None: it is not there."""

    before: Record | None
    after: Record | None

    @property
    def record(self) -> Record:
        """The one that is there."""
        found = self.after or self.before
        assert found is not None  # a difference has a side
        return found

    @property
    def deed(self) -> str:
        """What a row does that makes the one of the other: add, change or cancel."""
        if self.before is None:
            return "add"
        return "change" if self.after else "cancel"

    @property
    def verb(self) -> Promise:
        """Added, cancelled or changed."""
        return _DONE[self.deed]

    @property
    def parts(self) -> list[Part]:
        """The columns in which a changed record differs."""
        if self.before is None or self.after is None:
            return []
        told = [(name, _cell(self.before, name), _cell(self.after, name)) for name in COLUMNS]
        return [Part(*each) for each in told if each[1] != each[2]]


@dataclass(frozen=True, slots=True)
class Differences:
    """How many records differ, and the first of them."""

    added: int
    changed: int
    cancelled: int
    shown: Sequence[Difference]

    @property
    def count(self) -> int:
        """All of them."""
        return self.added + self.changed + self.cancelled


def differences(before: Filing, after: Filing) -> Differences:
    """How `after` differs from `before`; the first by line are told record by record."""
    pairs = _pairs(before, after)
    first = pairs[:SHOWN]
    was = _by_line(before, [pair[0] for pair in first])
    will = _by_line(after, [pair[1] for pair in first])
    return Differences(
        added=sum(old is None for old, _new in pairs),
        changed=sum(old is not None and new is not None for old, new in pairs),
        cancelled=sum(new is None for _old, new in pairs),
        shown=[Difference(was.get(old), will.get(new)) for old, new in first],
    )


def _pairs(before: Filing, after: Filing) -> list[tuple[int | None, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"before": before.pk, "after": after.pk})
        return sorted(cursor.fetchall(), key=lambda pair: (pair[1] or pair[0], pair[0] or 0))


def _by_line(filing: Filing, lines: Sequence[int | None]) -> dict[int | None, Record]:
    wanted = [line for line in lines if line is not None]
    return {record.line: record for record in records_of(filing).filter(line__in=wanted)}


def _words(value: Any) -> str:
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        return grade(value)
    return named(value) if hasattr(value, "name_zh") else str(value or "")


def _cell(record: Record, column: str) -> Any:
    """What a record says in a column."""
    if column == "lot":
        return record.lot.number
    if column == "lot_maker":
        return record.lot.maker
    if column == "kind":
        return record.get_kind_display()
    return getattr(record, column)
