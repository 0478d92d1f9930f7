"""Changing what the directory says of an enterprise, and merging one into another."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext_lazy as _

from enterprises import queries, rules
from enterprises.models import Enterprise
from enterprises.services.registration import (
    code_on_record,
    code_once,
    in_order,
    mark_groups,
)
from portal.accounts.models import Region, User
from portal.accounts.services import OrganisationNames, rename_organisation
from portal.kernel import audit
from portal.kernel.period import Month, civil_day

_OF_ORGANISATION = ("name_en", "name_zh")
_RING = "RE011"  # the database's own guard against groups in a ring


@transaction.atomic
def change_enterprise(
    *,
    enterprise: Enterprise,
    uscc: str | None,
    name_en: str,
    name_zh: str,
    parent: Enterprise | None,
    region: Region,
    activities: Collection[str],
    is_group: bool,
    by: User,
    at: datetime,
    files_from: Month | None = None,
    note: str = "",
) -> Enterprise:
    """Put these facts of `enterprise` in the place of those in the directory.

    Facts that are the same leave no event. Raises CodeMistyped, CodeNeeded, CodeOnRecord,
    GroupLoop, or ActivityDesignated when an activity is taken off that a designation stands for.
    """
    enterprise = _locked(enterprise)
    asked = {
        "uscc": uscc or None,
        "name_en": name_en,
        "name_zh": name_zh,
        "parent": parent,
        "region": region,
        "activities": in_order(activities),
        "is_group": is_group or enterprise.members.exists(),
        "files_from": files_from,
        "note": note,
    }
    before = {name: getattr(enterprise, name) for name in asked}
    changed = {name: value for name, value in asked.items() if value != before[name]}
    if not changed:
        return enterprise
    _require_allowed(enterprise, asked, on=civil_day(at))
    _write(enterprise, changed)
    facts = {name: [_fact(before[name]), _fact(value)] for name, value in changed.items()}
    audit.record("enterprise.changed", enterprise, by=by, at=at, **facts)
    return enterprise


@transaction.atomic
def merge_enterprise(
    *, enterprise: Enterprise, into: Enterprise, on: date, by: User, at: datetime
) -> Enterprise:
    """Put on record that `enterprise` was merged into another; its history stays its own.

    Raises AlreadyMerged, or GroupLoop when it would be merged into itself.
    """
    enterprise = _locked(enterprise)
    rules.require_unmerged(enterprise.merged_on)
    rules.require_no_loop(enterprise.pk, parent_line=[into.pk])
    enterprise.merged_into = into
    enterprise.merged_on = on
    enterprise.save(update_fields=["merged_into", "merged_on"])
    audit.record("enterprise.merged", enterprise, by=by, at=at, into=into, on=on)
    return enterprise


def _locked(enterprise: Enterprise) -> Enterprise:
    found = Enterprise.objects.select_related("organisation", "region", "parent__organisation")
    return found.select_for_update(of=("self",), no_key=True).get(pk=enterprise.pk)


def _require_allowed(enterprise: Enterprise, asked: dict[str, Any], *, on: date) -> None:
    rules.require_code(asked["uscc"], activities=asked["activities"])
    if asked["uscc"] not in (None, enterprise.uscc) and queries.codes_on_record([asked["uscc"]]):
        raise code_on_record(asked["uscc"])
    if asked["parent"] is not None:
        rules.require_no_loop(enterprise.pk, parent_line=queries.line_upward(asked["parent"]))
    rules.require_activities_kept(
        set(enterprise.activities) - set(asked["activities"]),
        designated=queries.activities_designated_from(enterprise, on),
    )


def _write(enterprise: Enterprise, changed: dict[str, Any]) -> None:
    own = {name: value for name, value in changed.items() if name not in _OF_ORGANISATION}
    for name, value in own.items():
        setattr(enterprise, name, value)
    names = OrganisationNames(
        name_en=changed.get("name_en", enterprise.name_en),
        name_zh=changed.get("name_zh", enterprise.name_zh),
        region=enterprise.region,
    )
    rename_organisation(enterprise.organisation, names)
    try:
        with code_once(enterprise.uscc):
            enterprise.save(update_fields=list(own))
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) != _RING:
            raise
        raise rules.GroupLoop(
            _("An enterprise can't belong to itself, nor to a group that belongs to it."),
            field="parent",
        ) from error
    if enterprise.parent_id:
        mark_groups([enterprise.parent_id])


def _fact(value: Any) -> Any:
    """A value as the audit trail tells it: things by name, the rest as it is."""
    return str(value) if isinstance(value, Enterprise | Region) else value
