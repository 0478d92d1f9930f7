"""Designating enterprises, and ending designations."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from enterprises import queries, rules
from enterprises.models import Designation, Enterprise
from portal.accounts.models import User
from portal.accounts.roles import OrganisationKind
from portal.kernel import audit

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class DesignationEntry:
    """A designation to be entered; `valid_to` is the last day, None leaves it open."""

    enterprise: Enterprise
    activity: str
    valid_from: date
    valid_to: date | None
    document: str


@transaction.atomic
def designate(
    *,
    enterprise: Enterprise,
    activity: str,
    valid_from: date,
    document: str,
    by: User,
    at: datetime,
    valid_to: date | None = None,
) -> Designation:
    """Put on record that MIIT with MNR determined `enterprise` for `activity`.

    `valid_to` is the last day. What the directory lists as the enterprise's activities stays as it
    is: the page says when they differ. Raises NotDesignatingMinistry, ActivityNotControlled,
    EndsBeforeStart, or DesignationOverlaps: another may begin the day after one ends.
    """
    entry = DesignationEntry(enterprise, activity, valid_from, valid_to, document)
    [designation] = _designate([entry], by=by, at=at)
    return designation


@transaction.atomic
def designate_many(
    *, entries: Sequence[DesignationEntry], by: User, at: datetime
) -> list[Designation]:
    """Put a list of designated enterprises on record, all or nothing, each with its own event.

    Raises what `designate` raises.
    """
    return _designate(entries, by=by, at=at)


def _designate(entries: Sequence[DesignationEntry], *, by: User, at: datetime) -> list[Designation]:
    _require_maintainer(by)
    for entry in entries:
        rules.require_controlled(entry.activity)
        rules.require_term(entry.valid_from, entry.valid_to)
    enterprises = _locked([entry.enterprise.pk for entry in entries])
    _require_terms(entries)
    designations = Designation.objects.bulk_create(
        (
            Designation(
                enterprise=enterprises[entry.enterprise.pk],
                activity=entry.activity,
                valid_from=entry.valid_from,
                valid_to=entry.valid_to,
                document=entry.document,
            )
            for entry in entries
        ),
        batch_size=_CHUNK,
    )
    audit.record_many([_deed(each) for each in designations], by=by, at=at)
    return designations


def _require_maintainer(by: User) -> None:
    organisation = by.organisation
    rules.require_designating(
        organisation.ministry, operator=organisation.kind == OrganisationKind.OPERATOR
    )


def _locked(ids: Sequence[int]) -> dict[int, Enterprise]:
    """The enterprises, locked in the order of their ids so that two lists never deadlock."""
    found = Enterprise.objects.select_related("organisation").filter(pk__in=ids).order_by("pk")
    return {
        enterprise.pk: enterprise
        for enterprise in found.select_for_update(of=("self",), no_key=True)
    }


def _require_terms(entries: Sequence[DesignationEntry]) -> None:
    """No two share a day: neither with what stands, nor among themselves."""
    standing: dict[tuple[int, str], list[rules.Term]] = defaultdict(list)
    for key, term in queries.terms_of_all({entry.enterprise.pk for entry in entries}):
        standing[key].append(term)
    for entry in entries:
        terms = standing[entry.enterprise.pk, entry.activity]
        adding = rules.Term(entry.valid_from, entry.valid_to)
        rules.require_no_overlap(terms, adding=adding)
        terms.append(adding)


def _deed(designation: Designation) -> audit.Deed:
    return audit.Deed(
        "enterprise.designated",
        designation.enterprise,
        {
            "designation": designation.pk,
            "activity": designation.activity,
            "valid_from": designation.valid_from,
            "valid_to": designation.valid_to,
            "document": designation.document,
        },
    )


@transaction.atomic
def end_designation(
    *, designation: Designation, valid_to: date, reason: str, by: User, at: datetime
) -> Designation:
    """End a designation on its last day `valid_to`, for a reason; it stays on record.

    Raises NotDesignatingMinistry, EndsBeforeStart, or DesignationEnded when it ends by then.
    """
    _require_maintainer(by)
    _locked([designation.enterprise_id])
    designation = Designation.objects.select_related("enterprise__organisation").get(
        pk=designation.pk
    )
    rules.require_endable(rules.Term(designation.valid_from, designation.valid_to), last=valid_to)
    designation.valid_to = valid_to
    designation.end_reason = reason
    designation.save(update_fields=["valid_to", "end_reason"])
    audit.record(
        "designation.ended",
        designation.enterprise,
        by=by,
        at=at,
        designation=designation.pk,
        activity=designation.activity,
        valid_to=valid_to,
        reason=reason,
    )
    return designation
