"""Entering enterprises: one, a trading partner, or a whole registry."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from enterprises import queries, rules
from enterprises.backends import EnterpriseBackend
from enterprises.models import Activity, Enterprise, EnterpriseGroupObjectPermission
from portal.accounts.models import Organisation, Region, User
from portal.accounts.services import OrganisationNames, enter_organisations
from portal.kernel import audit
from portal.kernel.period import Month

_CHUNK = 2_000
_USCC_CONSTRAINT = "enterprises_enterprise_uscc_key"


@dataclass(frozen=True, slots=True)
class EnterpriseEntry:
    """An enterprise to be entered.

    The group is either `parent`, on record, or `parent_uscc`, the code of one that is entered
    together with it.
    """

    uscc: str | None
    name_en: str
    name_zh: str
    region: Region
    activities: tuple[str, ...] = ()
    parent: Enterprise | None = None
    parent_uscc: str | None = None
    is_group: bool = False
    files_from: Month | None = None
    note: str = ""


@transaction.atomic
def register_enterprise(
    *,
    uscc: str | None,
    name_en: str,
    name_zh: str,
    parent: Enterprise | None,
    region: Region,
    activities: Collection[str],
    by: User,
    at: datetime,
    is_group: bool = False,
    files_from: Month | None = None,
    note: str = "",
    audited: bool = True,
) -> Enterprise:
    """Enter an enterprise into the directory, with the organisation its people sign in for.

    The enterprise it belongs to becomes a group. `audited=False` only inside another deed whose
    own event tells of it. Raises CodeMistyped, CodeNeeded or CodeOnRecord.
    """
    entry = EnterpriseEntry(
        uscc=uscc or None,
        name_en=name_en,
        name_zh=name_zh,
        region=region,
        activities=tuple(activities),
        parent=parent,
        is_group=is_group,
        files_from=files_from,
        note=note,
    )
    [enterprise] = _enter([entry])
    if audited:
        audit.record("enterprise.registered", enterprise, by=by, at=at, **_facts(entry))
    return enterprise


@transaction.atomic
def register_enterprises(
    *, entries: Sequence[EnterpriseEntry], by: User, at: datetime
) -> list[Enterprise]:
    """Enter a registry at once, all or nothing, each enterprise with its own event.

    A group may stand anywhere among its members. Raises CodeMistyped, CodeNeeded, CodeOnRecord,
    or GroupLoop when groups of the registry go round in a ring.
    """
    enterprises = _enter(entries)
    deeds = [
        audit.Deed("enterprise.registered", enterprise, _facts(entry))
        for enterprise, entry in zip(enterprises, entries, strict=True)
    ]
    audit.record_many(deeds, by=by, at=at)
    return enterprises


@transaction.atomic
def register_trading_partner(
    *, uscc: str, name_zh: str, name_en: str, region: Region, by: User, at: datetime
) -> Enterprise:
    """Enter a buyer or seller outside the platform, so that a truthful filing can name it.

    It has no activity and files nothing. Raises CodeMistyped, or PartnerOnRecord when the directory
    has the code already: then it can be named as it is.
    """
    entry = EnterpriseEntry(uscc=uscc, name_en=name_en, name_zh=name_zh, region=region)
    rules.require_uscc(uscc)
    if queries.codes_on_record([uscc]):
        raise rules.PartnerOnRecord(
            _("%(uscc)s is in the directory already: filings can name it as it is."),
            field="uscc",
            uscc=uscc,
        )
    [partner] = _enter([entry])
    audit.record("trading_partner.registered", partner, by=by, at=at, **_facts(entry))
    return partner


def _enter(entries: Sequence[EnterpriseEntry]) -> list[Enterprise]:
    """Write organisations, enterprises and grants; the same order comes back."""
    for entry in entries:
        rules.require_code(entry.uscc, activities=entry.activities)
    _require_new_codes([entry.uscc for entry in entries if entry.uscc])
    if not entries:
        return []
    organisations = enter_organisations(
        [OrganisationNames(entry.name_en, entry.name_zh, entry.region) for entry in entries]
    )
    with code_once(entries[0].uscc):
        enterprises = _create_enterprises(entries, organisations)
    _grant(enterprises)
    groups = {enterprise.parent_id for enterprise in enterprises if enterprise.parent_id}
    mark_groups(groups)
    for enterprise in enterprises:
        enterprise.is_group = enterprise.is_group or enterprise.pk in groups
    return enterprises


def _require_new_codes(codes: Sequence[str]) -> None:
    taken = queries.codes_on_record(codes)
    taken.update(code for code, times in Counter(codes).items() if times > 1)
    if taken:
        raise code_on_record(min(taken))


def code_on_record(uscc: str) -> rules.CodeOnRecord:
    """The refusal of a second enterprise with the code `uscc`."""
    return rules.CodeOnRecord(
        _("The directory already has an enterprise with the code %(uscc)s."),
        field="uscc",
        uscc=uscc,
    )


@contextmanager
def code_once(uscc: str | None) -> Iterator[None]:
    """Of two who enter one code at once, the database stops the second: CodeOnRecord."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _USCC_CONSTRAINT in str(error):
            raise code_on_record(uscc or "") from error
        raise


def _create_enterprises(
    entries: Sequence[EnterpriseEntry], organisations: Sequence[Organisation]
) -> list[Enterprise]:
    """Groups before their members, level by level."""
    made: dict[int, Enterprise] = {}
    by_code: dict[str, Enterprise] = {}
    waiting = list(range(len(entries)))
    while waiting:
        ready = [i for i in waiting if _parent_is_known(entries[i], by_code)]
        if not ready:
            raise rules.GroupLoop(_("Groups of this registry belong to each other in a ring."))
        level = Enterprise.objects.bulk_create(
            (_enterprise(entries[i], organisations[i], by_code) for i in ready),
            batch_size=_CHUNK,
        )
        made.update(zip(ready, level, strict=True))
        by_code.update({e.uscc: e for e in level if e.uscc})
        done = set(ready)
        waiting = [i for i in waiting if i not in done]
    return [made[i] for i in range(len(entries))]


def _parent_is_known(entry: EnterpriseEntry, by_code: Mapping[str, Enterprise]) -> bool:
    return entry.parent_uscc is None or entry.parent_uscc in by_code


def _enterprise(
    entry: EnterpriseEntry,
    organisation: Organisation,
    by_code: Mapping[str, Enterprise],
) -> Enterprise:
    parent = entry.parent if entry.parent_uscc is None else by_code[entry.parent_uscc]
    return Enterprise(
        organisation=organisation,
        uscc=entry.uscc,
        parent=parent,
        region=entry.region,
        activities=in_order(entry.activities),
        is_group=entry.is_group,
        files_from=entry.files_from,  # type: ignore[misc] # MonthField takes a Month
        note=entry.note,
    )


def in_order(activities: Collection[str]) -> list[str]:
    """`activities`, each once, in the order of the product's way."""
    return [activity.value for activity in Activity if activity.value in activities]


def _grant(enterprises: Sequence[Enterprise]) -> None:
    """Let the people of each enterprise act for it, as far as their roles go."""
    permission = Permission.objects.get(
        content_type__app_label="enterprises", codename=EnterpriseBackend.GRANT
    )
    EnterpriseGroupObjectPermission.objects.bulk_create(
        (
            EnterpriseGroupObjectPermission(
                permission=permission,
                group=enterprise.organisation.group,
                content_object=enterprise,
            )
            for enterprise in enterprises
        ),
        batch_size=_CHUNK,
    )


def mark_groups(ids: Collection[int]) -> None:
    """Whoever another enterprise belongs to is a group."""
    Enterprise.objects.filter(pk__in=ids, is_group=False).update(is_group=True)


def _facts(entry: EnterpriseEntry) -> dict[str, Any]:
    return {
        "uscc": entry.uscc,
        "name_zh": entry.name_zh,
        "name_en": entry.name_en,
        "region": entry.region.pk,
        "activities": in_order(entry.activities),
        "is_group": entry.is_group,
        "files_from": entry.files_from,
        "note": entry.note,
        "group": entry.parent_uscc or (entry.parent and str(entry.parent)),
    }
