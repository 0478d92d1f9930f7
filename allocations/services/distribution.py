"""Sending out what was issued, and passing it down: copies are snapshots that nobody alters."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from allocations import queries
from allocations.models import AllocationLine, Copy, Decision
from allocations.services.copies import require_recipient
from allocations.services.telling import tell_copies
from portal.accounts.models import Organisation, User
from portal.accounts.roles import OrganisationKind
from portal.kernel import audit
from portal.kernel.errors import Refusal
from portal.kernel.law import AUTHORITIES
from portal.kernel.models import Parameter
from portal.kernel.parameters import value_of, working_calendar
from portal.kernel.period import civil_day

# A later copy of the same recipient, for the same year, that has a line of the same cap.
_OUTDATE = """
insert into allocations_outdating (earlier_id, later_id)
select distinct earlier.id, later.id
  from allocations_copy later
  join allocations_decision of_later on of_later.id = later.decision_id
  join allocations_copy earlier on earlier.recipient_id = later.recipient_id
   and earlier.decision_id <> later.decision_id
  join allocations_decision of_earlier on of_earlier.id = earlier.decision_id
   and of_earlier.year = of_later.year and of_earlier.issued_at <= of_later.issued_at
 where later.id = any(%(copies)s)
   and exists (
        select 1
          from jsonb_to_recordset(later.content -> 'lines')
            as said(enterprise bigint, category text)
          join jsonb_to_recordset(earlier.content -> 'lines')
            as before(enterprise bigint, category text) using (enterprise, category))
    on conflict do nothing
"""


class NotAcknowledged(Refusal):
    """A copy is acknowledged before it is passed down."""


class PassedDownAlready(Refusal):
    """The copy was passed down before."""


class NothingBelow(Refusal):
    """No enterprise of the copy lies in a region below."""


def acknowledgement_due(at: datetime) -> date:
    """The last day to acknowledge what is sent now, by the calendar and settings. No deed."""
    day = civil_day(at)
    within = value_of(Parameter.Name.ACKNOWLEDGE_WITHIN_WORKING_DAYS, on=day)
    return working_calendar().add(day, within)


def send_copies(decision: Decision, *, at: datetime, due_on: date | None) -> int:
    """One copy for each authority of every province concerned, one for each enterprise concerned.

    The number of those for authorities. Their recipients are told, but not of history, which is
    to be acknowledged by no day. Part of a deed.
    """
    lines = (
        AllocationLine.objects.filter(decision=decision)
        .select_related("enterprise__organisation")
        .order_by("enterprise__region_id", "enterprise_id", "category")
    )
    by_province: dict[str, list[AllocationLine]] = defaultdict(list)
    by_enterprise: dict[Organisation, list[AllocationLine]] = defaultdict(list)
    for line in lines:
        by_province[f"{line.enterprise.region_id[:2]}0000"].append(line)
        by_enterprise[line.enterprise.organisation].append(line)
    authorities = Organisation.objects.filter(
        kind=OrganisationKind.AUTHORITY, region_id__in=by_province
    ).order_by("id")
    sent = [
        _copy(decision, authority, by_province[authority.region_id], at, due_on)
        for authority in authorities
        if authority.region_id
    ]
    count = len(sent)
    sent += [_copy(decision, *each, at, due_on) for each in by_enterprise.items()]
    _keep(sent)
    if due_on is not None:
        tell_copies(sent, decision, at=at, sender=None)
    return count


@transaction.atomic
def pass_down(*, copy: Copy, by: User, at: datetime) -> list[Copy]:
    """Send each authority of the next level down its part of an acknowledged copy.

    The same department of every region directly below with an enterprise concerned; what it
    receives is cut from this copy, not asked for anew. Raises NotTheRecipient, NotAcknowledged,
    PassedDownAlready or NothingBelow.
    """
    copy = (
        Copy.objects.select_for_update(of=("self",), no_key=True)
        .select_related("recipient", "decision")
        .get(pk=copy.pk)
    )
    require_recipient(copy, by)
    if copy.acknowledged_at is None:
        raise NotAcknowledged(_("Acknowledge the copy first; then pass it down."))
    if copy.passed_down.exists():
        raise PassedDownAlready(_("This copy has been passed down already."))
    parts = queries.parts_below(copy)
    if not parts:
        raise NothingBelow(
            _("No enterprise of this copy lies in a region below yours."), source=AUTHORITIES
        )
    sent = [
        _part(copy, authority, parts[authority.region_id], by=by, at=at)
        for authority in Organisation.objects.filter(
            kind=OrganisationKind.AUTHORITY,
            department=copy.recipient.department,
            region_id__in=parts,
        ).order_by("region_id")
        if authority.region_id
    ]
    _keep(sent)
    tell_copies(sent, copy.decision, at=at, sender=copy.recipient)
    audit.record("copy.passed_down", copy, by=by, at=at, copies=len(sent), digest=copy.digest)
    return sent


def _keep(copies: Iterable[Copy]) -> None:
    """Store copies, and mark those of the same recipients that they outdate."""
    kept = Copy.objects.bulk_create(copies)
    with connection.cursor() as cursor:
        cursor.execute(_OUTDATE, {"copies": [each.pk for each in kept]})


def _copy(
    decision: Decision,
    recipient: Organisation,
    lines: list[AllocationLine],
    at: datetime,
    due_on: date | None,
) -> Copy:
    content = {
        "year": decision.year,
        "decision": str(decision),
        "regime": decision.regime,
        "kind": decision.kind,
        "document_no": decision.document_no,
        "decision_digest": decision.content_digest,
        "lines": [
            {
                "enterprise": line.enterprise_id,
                "uscc": line.enterprise.uscc,
                "name_zh": line.enterprise.name_zh,
                "name_en": line.enterprise.name_en,
                "region": line.enterprise.region_id,
                "category": line.category,
                "kg": str(line.kg),
                "reason": line.reason,
            }
            for line in lines
        ],
    }
    return Copy(
        decision=decision,
        recipient=recipient,
        content=content,
        digest=queries.copy_digest(content),
        sent_at=at,
        due_on=due_on,
    )


def _part(
    copy: Copy, recipient: Organisation, lines: list[dict[str, Any]], *, by: User, at: datetime
) -> Copy:
    content = copy.content | {"lines": lines, "passed_down_from": copy.digest}
    return Copy(
        decision_id=copy.decision_id,
        recipient=recipient,
        parent=copy,
        content=content,
        digest=queries.copy_digest(content),
        sent_at=at,
        sent_by=by,
        due_on=acknowledgement_due(at),
    )
