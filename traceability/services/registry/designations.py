"""Importing designations.csv."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from enterprises import rules
from enterprises.models import Designation, Enterprise
from enterprises.services import DesignationEntry, designate_many
from portal.accounts.models import User
from traceability.services.registry.enterprises import enterprises_by_code
from traceability.services.registry.reading import (
    Imported,
    Row,
    Sheet,
    code,
    day,
    day_or_none,
    one_of,
    read_sheet,
    words,
)

COLUMNS = ("uscc", "activity", "valid_from", "valid_to", "document")


@dataclass(frozen=True, slots=True)
class _Named:
    """A readable row with the enterprise it names."""

    row: Row
    enterprise: Enterprise
    term: rules.Term

    @property
    def key(self) -> tuple[int, str]:
        return self.enterprise.pk, self.row.cells["activity"]


@transaction.atomic
def import_designations(path: Path, *, by: User, at: datetime) -> Imported:
    """Enter the designations of a file; those on record with the same facts stay as they are.

    One on record (same enterprise, activity and first day) with another end or document is a
    problem of that column; so is a day that two designations of one activity would share.
    """
    sheet = read_sheet(path, COLUMNS)
    named = list(_readable(sheet, enterprises_by_code()))
    sheet.once(
        [each.row for each in named],
        lambda row: (row.cells["uscc"], row.cells["activity"], row.cells["valid_from"]),
        "valid_from",
    )
    new = _unrecorded(sheet, named)
    if sheet.problems:
        return sheet.refused()
    designate_many(entries=[_entry(each) for each in new], by=by, at=at)
    return Imported(path.name, saved=len(new), unchanged=len(sheet.rows) - len(new))


def _readable(sheet: Sheet, on_record: dict[str, Enterprise]) -> Iterator[_Named]:
    for row in sheet.rows:
        uscc = sheet.cell(row, "uscc", code)
        activity = sheet.cell(row, "activity", one_of(*rules.CONTROLLED))
        first = sheet.cell(row, "valid_from", day)
        last = _last_day(sheet, row, first)
        sheet.cell(row, "document", words(200))
        if uscc and uscc not in on_record:
            told = _("no enterprise with the code %(uscc)s is on record") % {"uscc": uscc}
            sheet.refuse(row.line, "uscc", told)
        elif uscc and activity and first:
            yield _Named(row, on_record[uscc], rules.Term(first, last))


def _last_day(sheet: Sheet, row: Row, first: date | None) -> date | None:
    last = sheet.cell(row, "valid_to", day_or_none)
    if first:
        with sheet.said_of(row, "valid_to"):
            rules.require_term(first, last)
    return last


def _unrecorded(sheet: Sheet, named: list[_Named]) -> list[_Named]:
    """The rows that are not on record; a row that differs or overlaps is noted."""
    standing: dict[tuple[int, str], dict[date, Designation]] = defaultdict(dict)
    for held in Designation.objects.all():
        standing[held.enterprise_id, held.activity][held.valid_from] = held
    terms = {
        key: [rules.Term(held.valid_from, held.valid_to) for held in by_day.values()]
        for key, by_day in standing.items()
    }
    new = []
    for each in named:
        if same := standing[each.key].get(each.term.first):
            _compare(sheet, each, same)
            continue
        taken = terms.setdefault(each.key, [])
        with sheet.said_of(each.row, "valid_from"):
            rules.require_no_overlap(taken, adding=each.term)
            taken.append(each.term)
            new.append(each)
    return new


def _compare(sheet: Sheet, named: _Named, held: Designation) -> None:
    row = named.row
    if named.term.last != held.valid_to:
        told = _("on record is %(value)s") % {"value": repr(str(held.valid_to or ""))}
        sheet.refuse(row.line, "valid_to", told)
    if row.cells["document"] != held.document:
        told = _("on record is %(value)s") % {"value": repr(held.document)}
        sheet.refuse(row.line, "document", told)


def _entry(named: _Named) -> DesignationEntry:
    return DesignationEntry(
        enterprise=named.enterprise,
        activity=named.row.cells["activity"],
        valid_from=named.term.first,
        valid_to=named.term.last,
        document=named.row.cells["document"],
    )
