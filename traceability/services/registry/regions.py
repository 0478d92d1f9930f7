"""Importing regions.csv."""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import Region, User
from portal.accounts.services import register_region
from traceability.services.registry.reading import (
    Imported,
    Row,
    Sheet,
    Unreadable,
    read_sheet,
    words,
)

COLUMNS = ("code", "parent", "name_en", "name_zh")
_CODE = re.compile(r"[1-9]\d{5}")


@transaction.atomic
def import_regions(path: Path, *, by: User, at: datetime) -> Imported:
    """Enter the regions of a file; those on record with the same facts stay as they are.

    A region on record with other facts is a problem of the column that differs.
    """
    sheet = read_sheet(path, COLUMNS)
    on_record = {region.code: region for region in Region.objects.all()}
    known = on_record.keys() | {row.cells["code"] for row in sheet.rows}
    for row in sheet.rows:
        _check(row, sheet, on_record, known=known)
    sheet.once(sheet.rows, lambda row: row.cells["code"], "code")
    if sheet.problems:
        return sheet.refused()
    new = [row for row in sheet.rows if row.cells["code"] not in on_record]
    # Provinces before prefectures before counties: a code with more digits lies deeper.
    for row in sorted(new, key=lambda row: len(_prefix(row.cells["code"]))):
        entered = register_region(
            code=row.cells["code"],
            parent=on_record.get(row.cells["parent"]),
            name_en=row.cells["name_en"],
            name_zh=row.cells["name_zh"],
            by=by,
            at=at,
        )
        on_record[entered.code] = entered
    return Imported(path.name, saved=len(new), unchanged=len(sheet.rows) - len(new))


def _check(row: Row, sheet: Sheet, on_record: Mapping[str, Region], *, known: set[str]) -> None:
    code = sheet.cell(row, "code", _region_code)
    sheet.cell(row, "name_en", words(80))
    sheet.cell(row, "name_zh", words(80))
    if code is None:
        return
    with sheet.said_of(row, "parent"):
        _require_parent(code, row.cells["parent"], known=known)
    if code in on_record:
        _compare(row, sheet, on_record[code])


def _region_code(text: str) -> str:
    if _CODE.fullmatch(text):
        return text
    raise Unreadable(_("%(text)s is not a region code of six digits"), text=repr(text))


def _require_parent(code: str, parent: str, *, known: set[str]) -> None:
    """A province has none; a prefecture its province; a county its prefecture or province."""
    prefix = _prefix(code)
    if len(prefix) == 2:
        if parent:
            raise Unreadable(_("a province has no parent"))
    elif not parent:
        raise Unreadable(_("empty: only a province has no parent"))
    elif len(_prefix(parent)) >= len(prefix) or not code.startswith(_prefix(parent)):
        raise Unreadable(_("%(code)s does not lie within %(parent)s"), code=code, parent=parent)
    elif parent not in known:
        raise Unreadable(_("%(parent)s is neither on record nor in this file"), parent=parent)


def _prefix(code: str) -> str:
    """The digits that every region within begins with: `3607` of 360700."""
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def _compare(row: Row, sheet: Sheet, region: Region) -> None:
    standing = {
        "parent": region.parent_id or "",
        "name_en": region.name_en,
        "name_zh": region.name_zh,
    }
    for column, value in standing.items():
        if row.cells[column] != value:
            told = _("on record is %(value)s") % {"value": repr(value)}
            sheet.refuse(row.line, column, told)
