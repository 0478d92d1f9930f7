"""Importing enterprises.csv."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from enterprises.models import Activity, Enterprise
from enterprises.services import EnterpriseEntry, register_enterprises
from portal.accounts.models import Region, User
from traceability.services.registry.reading import (
    Imported,
    Row,
    Sheet,
    Unreadable,
    code,
    read_sheet,
    words,
)

COLUMNS = ("uscc", "name_en", "name_zh", "parent_uscc", "region", "activities")


@transaction.atomic
def import_enterprises(path: Path, *, by: User, at: datetime) -> Imported:
    """Enter the enterprises of a file; those on record with the same facts stay as they are.

    A group may stand anywhere among its members. An enterprise on record with other facts is a
    problem of the column that differs: the directory moves on, and a file does not overwrite it.
    """
    sheet = read_sheet(path, COLUMNS)
    on_record = enterprises_by_code()
    regions = Region.objects.in_bulk()
    known = on_record.keys() | {row.cells["uscc"] for row in sheet.rows}
    for row in sheet.rows:
        _check(row, sheet, regions, known=known)
        if standing := on_record.get(row.cells["uscc"]):
            _compare(row, sheet, standing)
    sheet.once(sheet.rows, lambda row: row.cells["uscc"], "uscc")
    _refuse_rings(sheet)
    if sheet.problems:
        return sheet.refused()
    new = [row for row in sheet.rows if row.cells["uscc"] not in on_record]
    entries = [_entry(row, regions, on_record) for row in new]
    register_enterprises(entries=entries, by=by, at=at)
    return Imported(path.name, saved=len(new), unchanged=len(sheet.rows) - len(new))


def enterprises_by_code() -> dict[str, Enterprise]:
    """Every enterprise that has a code, by it."""
    found = Enterprise.objects.exclude(uscc=None).select_related("organisation", "parent")
    return {enterprise.uscc: enterprise for enterprise in found if enterprise.uscc}


def _check(row: Row, sheet: Sheet, regions: Mapping[str, Region], *, known: set[str]) -> None:
    sheet.cell(row, "uscc", code)
    sheet.cell(row, "name_en", words(200, needed=False))
    sheet.cell(row, "name_zh", words(200))
    sheet.cell(row, "activities", activities)
    if row.cells["region"] not in regions:
        told = _("no region %(code)s is on record") % {"code": repr(row.cells["region"])}
        sheet.refuse(row.line, "region", told)
    parent = row.cells["parent_uscc"]
    if parent and sheet.cell(row, "parent_uscc", code) and parent not in known:
        told = _("%(uscc)s is neither on record nor in this file") % {"uscc": parent}
        sheet.refuse(row.line, "parent_uscc", told)


def activities(text: str) -> tuple[str, ...]:
    """The activities that a cell joins by `;`, each once. Raises Unreadable."""
    named = [part.strip() for part in text.split(";")] if text else []
    for activity in named:
        if activity not in Activity.values:
            raise Unreadable(
                _("%(activity)s is none of %(known)s"),
                activity=repr(activity),
                known=", ".join(Activity.values),
            )
    if len(set(named)) < len(named):
        raise Unreadable(_("an activity is there twice"))
    return tuple(named)


def _compare(row: Row, sheet: Sheet, enterprise: Enterprise) -> None:
    standing = {
        "name_en": enterprise.name_en,
        "name_zh": enterprise.name_zh,
        "parent_uscc": (enterprise.parent and enterprise.parent.uscc) or "",
        "region": enterprise.region_id,
    }
    for column, value in standing.items():
        if row.cells[column] != value:
            told = _("on record is %(value)s") % {"value": repr(value)}
            sheet.refuse(row.line, column, told)
    given = {activity.strip() for activity in row.cells["activities"].split(";")} - {""}
    if given != set(enterprise.activities):
        told = _("on record is %(value)s") % {"value": repr(";".join(enterprise.activities))}
        sheet.refuse(row.line, "activities", told)


def _refuse_rings(sheet: Sheet) -> None:
    """Note every row whose groups, followed upward within the file, come back to it."""
    above: dict[str, str] = {}
    for row in sheet.rows:
        above.setdefault(row.cells["uscc"], row.cells["parent_uscc"])
    for row in sheet.rows:
        own = row.cells["uscc"]
        step, seen = row.cells["parent_uscc"], set()
        while step and step != own and step not in seen:
            seen.add(step)
            step = above.get(step, "")
        if own and step == own:
            told = _("the enterprise belongs, through its groups, to itself")
            sheet.refuse(row.line, "parent_uscc", told)


def _entry(
    row: Row, regions: Mapping[str, Region], on_record: Mapping[str, Enterprise]
) -> EnterpriseEntry:
    parent = row.cells["parent_uscc"]
    return EnterpriseEntry(
        uscc=row.cells["uscc"],
        name_en=row.cells["name_en"],
        name_zh=row.cells["name_zh"],
        region=regions[row.cells["region"]],
        activities=activities(row.cells["activities"]),
        parent=on_record.get(parent),
        parent_uscc=parent if parent and parent not in on_record else None,
    )
