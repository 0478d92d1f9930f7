"""Importing ceilings.csv and allocations.csv: one decision for each year of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from allocations import queries
from allocations.models import Category, Decision
from allocations.services import AllocationEntry, CeilingEntry, transcribe_decision
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.quantity import ZERO, to_tonnes
from traceability.services.registry.enterprises import enterprises_by_code
from traceability.services.registry.reading import (
    Imported,
    Row,
    Sheet,
    code,
    one_of,
    read_sheet,
    tonnes_as_kg,
    year,
)

CEILING_COLUMNS = ("year", "category", "tonnes")
ALLOCATION_COLUMNS = ("year", "uscc", "category", "tonnes")
# The categories of the format; mining undivided is in the portal's history only.
CATEGORIES = (Category.MINING_ROCK, Category.MINING_IONIC, Category.SEPARATION)
TOTAL_CONTROL_SINCE = 2025


@dataclass(frozen=True, slots=True)
class _Line:
    """A readable row of either file; `enterprise` is None for a ceiling."""

    row: Row
    year: int
    category: str
    kg: Decimal
    enterprise: Enterprise | None = None

    @property
    def holder(self) -> int | None:
        return self.enterprise.pk if self.enterprise else None


Lines = Mapping[int, list[_Line]]
# Whose sum (None: the country's, a ceiling) in which category.
Holding = tuple[int | None, str]


@transaction.atomic
def import_decisions(
    *, ceilings: Path | None, allocations: Path | None, by: User, at: datetime
) -> list[Imported]:
    """Put the ceilings and allocations of a dataset on record as issued decisions, one a year.

    What a year has on record already is compared: the same sums change nothing, others are a
    problem, since a year's figures change by a decision in the portal and not by a file. Of the
    two files each is refused for itself; allocations never exceed the ceilings on record and in
    the file.
    """
    answers = []
    new_ceilings: Lines = {}
    new_allocations: Lines = {}
    if ceilings:
        sheet = read_sheet(ceilings, CEILING_COLUMNS)
        new_ceilings = _new_ceilings(sheet)
        answers.append(_answer(sheet, new_ceilings))
    if allocations:
        sheet = read_sheet(allocations, ALLOCATION_COLUMNS)
        new_allocations = _new_allocations(sheet, new_ceilings)
        answers.append(_answer(sheet, new_allocations))
    for number in sorted(new_ceilings.keys() | new_allocations.keys()):
        transcribe_decision(
            year=number,
            regime=regime_of(number),
            kind=Decision.Kind.ANNUAL,
            document_no="",
            approval_no="",
            ceilings=[
                CeilingEntry(line.category, line.kg) for line in new_ceilings.get(number, [])
            ],
            allocations=[
                AllocationEntry(enterprise=line.enterprise, category=line.category, kg=line.kg)
                for line in new_allocations.get(number, [])
                if line.enterprise
            ],
            by=by,
            at=at,
        )
    return answers


def regime_of(number: int) -> Decision.Regime:
    """The regime that a year's decisions follow."""
    if number >= TOTAL_CONTROL_SINCE:
        return Decision.Regime.TOTAL_CONTROL
    return Decision.Regime.DIRECTIVE_PLAN


def _answer(sheet: Sheet, new: Lines) -> Imported:
    if sheet.problems:
        return sheet.refused()
    saved = sum(len(lines) for lines in new.values())
    return Imported(sheet.file, saved=saved, unchanged=len(sheet.rows) - saved)


def _new_ceilings(sheet: Sheet) -> Lines:
    """The lines of the years that have no ceiling on record; nothing when the file is refused."""
    lines = [line for row in sheet.rows if (line := _ceiling(sheet, row))]
    sheet.once(sheet.rows, lambda row: (row.cells["year"], row.cells["category"]), "category")
    new = _by_year(lines)
    for number in list(new):
        standing: dict[Holding, Decimal] = {
            (None, each.category.value): each.ceiling_kg
            for each in queries.year_position(number)
            if each.ceiling_kg
        }
        if standing:
            _compare(sheet, new.pop(number), standing)
    return {} if sheet.problems else new


def _ceiling(sheet: Sheet, row: Row) -> _Line | None:
    number = sheet.cell(row, "year", year)
    category = sheet.cell(row, "category", one_of(*CATEGORIES))
    kg = sheet.cell(row, "tonnes", tonnes_as_kg)
    if number is None or category is None or kg is None:
        return None
    return _Line(row, number, category, kg)


def _new_allocations(sheet: Sheet, new_ceilings: Lines) -> Lines:
    """The lines of the years that have no allocation on record, held against the ceilings."""
    on_record = enterprises_by_code()
    lines = [line for row in sheet.rows if (line := _allocation(sheet, row, on_record))]
    sheet.once(
        sheet.rows,
        lambda row: (row.cells["year"], row.cells["uscc"], row.cells["category"]),
        "uscc",
    )
    new = _by_year(lines)
    for number in list(new):
        standing: dict[Holding, Decimal] = {
            (cap.enterprise_id, cap.category): cap.cap_kg for cap in queries.caps(number)
        }
        if standing:
            _compare(sheet, new.pop(number), standing)
        else:
            _require_within(sheet, new[number], new_ceilings.get(number))
    return {} if sheet.problems else new


def _allocation(sheet: Sheet, row: Row, on_record: Mapping[str, Enterprise]) -> _Line | None:
    uscc = sheet.cell(row, "uscc", code)
    line = _ceiling(sheet, row)
    if uscc and uscc not in on_record:
        told = _("no enterprise with the code %(uscc)s is on record") % {"uscc": uscc}
        sheet.refuse(row.line, "uscc", told)
    elif uscc and line:
        return _Line(line.row, line.year, line.category, line.kg, on_record[uscc])
    return None


def _by_year(lines: Iterable[_Line]) -> dict[int, list[_Line]]:
    by_year: dict[int, list[_Line]] = defaultdict(list)
    for line in lines:
        by_year[line.year].append(line)
    return by_year


def _compare(sheet: Sheet, lines: list[_Line], standing: Mapping[Holding, Decimal]) -> None:
    """Note every line that is not what the year has on record, and what the file leaves out."""
    left = dict(standing)
    for line in lines:
        held = left.pop((line.holder, line.category), ZERO)
        if line.kg != held:
            told = _("on record are %(tonnes)s t for %(year)d; a decision in the portal changes it")
            sheet.refuse(
                line.row.line,
                "tonnes",
                told % {"tonnes": to_tonnes(held), "year": line.year},
            )
    left = {key: kg for key, kg in left.items() if kg}
    if left:
        told = _("for %(year)d, %(count)d more are on record than this file has")
        last = lines[-1]
        sheet.refuse(last.row.line, "year", told % {"year": last.year, "count": len(left)})


def _require_within(sheet: Sheet, lines: list[_Line], ceilings: list[_Line] | None) -> None:
    """Note, for each category, the first line with which the allocations exceed the ceiling."""
    if ceilings is None:
        position = queries.year_position(lines[0].year)
        limits = {each.category.value: each.ceiling_kg for each in position}
    else:
        limits = {line.category: line.kg for line in ceilings}
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        limit = limits.get(line.category, ZERO)
        before = sums[line.category]
        sums[line.category] += line.kg
        if before <= limit < sums[line.category]:
            told = _(
                "with this line the allocations of %(year)d for %(category)s come to %(sum)s t,"
                " over the ceiling of %(limit)s t"
            )
            facts = {
                "year": line.year,
                "category": line.category,
                "sum": to_tonnes(sums[line.category]),
                "limit": to_tonnes(limit),
            }
            sheet.refuse(line.row.line, "tonnes", told % facts)
