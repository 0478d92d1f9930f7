"""Regions with their authorities, and organisations."""

import re
from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation, Region, User
from portal.kernel import audit
from portal.kernel.errors import Refusal

_CODE = re.compile(r"[1-9]\d{5}")
# Provinces' authorities came with the first migration; below them they are bureaus.
_AUTHORITIES = (
    (
        Organisation.Department.INDUSTRY,
        "{} Bureau of Industry and Information Technology",
        "{}工业和信息化局",
    ),
    (
        Organisation.Department.NATURAL_RESOURCES,
        "{} Bureau of Natural Resources",
        "{}自然资源局",
    ),
)


class RegionCodeWrong(Refusal):
    """The code is no code of GB/T 2260, or does not lie below the parent given."""


class RegionOnRecord(Refusal):
    """There is a region with this code."""


def level_of(code: str) -> Region.Level:
    """The level that a code of GB/T 2260 tells: PP0000, PPCC00 or PPCCDD.

    Raises RegionCodeWrong.
    """
    if not _CODE.fullmatch(code):
        raise RegionCodeWrong(_("A region's code has six digits."), field="code")
    if code.endswith("0000"):
        return Region.Level.PROVINCE
    return Region.Level.PREFECTURE if code.endswith("00") else Region.Level.COUNTY


@transaction.atomic
def register_region(
    *, code: str, parent: Region | None, name_en: str, name_zh: str, by: User, at: datetime
) -> Region:
    """Put a prefecture or county on record, with its two authorities.

    Raises RegionCodeWrong or RegionOnRecord.
    """
    level = level_of(code)
    _require_below(code, level, parent)
    if Region.objects.filter(pk=code).exists():
        raise RegionOnRecord(_("The region %(code)s is on record."), field="code", code=code)
    region = Region.objects.create(
        code=code, parent=parent, level=level, name_en=name_en, name_zh=name_zh
    )
    for department, english, chinese in _AUTHORITIES:
        _create_organisation(
            kind="authority",
            name_en=english.format(name_en),
            name_zh=chinese.format(name_zh),
            region=region,
            department=department,
        )
    audit.record("region.registered", region, by=by, at=at, code=code, name_zh=name_zh)
    return region


def _require_below(code: str, level: Region.Level, parent: Region | None) -> None:
    if level == Region.Level.PROVINCE:
        if parent is not None:
            raise RegionCodeWrong(_("A province lies below no other region."), field="parent")
        return
    if parent is None or parent.level >= level or not code.startswith(parent.prefix):
        raise RegionCodeWrong(
            _("The region %(code)s does not lie below the one named as its parent."),
            field="parent",
            code=code,
        )


@transaction.atomic
def create_organisation(
    *,
    kind: str,
    name_en: str,
    name_zh: str,
    region: Region | None = None,
    department: str = "",
    by: User,
    at: datetime,
) -> Organisation:
    """Enter an organisation, with the group that its people's grants hang on."""
    organisation = _create_organisation(
        kind=kind, name_en=name_en, name_zh=name_zh, region=region, department=department
    )
    audit.record("organisation.created", organisation, by=by, at=at, kind=kind, name_zh=name_zh)
    return organisation


def _create_organisation(
    *, kind: str, name_en: str, name_zh: str, region: Region | None, department: str
) -> Organisation:
    organisation = Organisation.objects.create(
        kind=kind, name_en=name_en, name_zh=name_zh, region=region, department=department
    )
    organisation.group = Group.objects.create(name=f"organisation {organisation.pk}")
    organisation.save(update_fields=["group"])
    return organisation
