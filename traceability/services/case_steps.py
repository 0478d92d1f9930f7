"""What is done in one case, without its lock and its audit event: for single deeds and for many.

Each asks the rules and raises their refusal; the case is locked already, and what was done is put
on record by the deed it is part of.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from portal.accounts.models import User
from portal.kernel.evidence import require_evidence
from portal.kernel.period import civil_day
from portal.notices.kinds import Kind
from portal.notices.kinds.words import quoted
from portal.notices.services import Telling, tell
from traceability.models import Case, CaseEntry, Finding
from traceability.permissions import Perm
from traceability.queries.cases import still_found
from traceability.rules import cases as rules

Status = Case.Status


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an entry."""

    name: str
    content: bytes


def locked_cases(ids: Iterable[int]) -> dict[int, Case]:
    """Cases locked in the order of their keys, so that two deeds can't wait for each other."""
    found = (
        Case.objects.select_for_update(no_key=True, of=("self",))
        .select_related("enterprise__organisation", "assigned_to")
        .filter(pk__in=set(ids))
        .order_by("pk")
    )
    return {case.pk: case for case in found}


def locked(case: Case) -> Case:
    """One case, locked."""
    return locked_cases([case.pk])[case.pk]


def assign(case: Case, *, to: User, by: User, at: datetime) -> None:
    """Give it to an official who works findings."""
    rules.require_worked(standing(case))
    case.assigned_to = to
    if case.status == Status.OPEN:
        case.status = Status.ASSIGNED
    case.save(update_fields=["assigned_to", "status"])
    enter(case, CaseEntry.Kind.ASSIGNED, by=by, at=at, text=str(to))


def ask(
    case: Case,
    *,
    text: str,
    due_on: date,
    attachment: Attachment | None = None,
    by: User,
    at: datetime,
) -> CaseEntry:
    """Ask its enterprise, which is told."""
    rules.require_worked(standing(case))
    rules.require_due_later(due_on, today=civil_day(at))
    case.status, case.answer_due_on = Status.ASKED, due_on
    case.assigned_to = case.assigned_to or by
    case.save(update_fields=["status", "answer_due_on", "assigned_to"])
    entry = enter(
        case,
        CaseEntry.Kind.QUESTION,
        by=by,
        at=at,
        text=text,
        due_on=due_on,
        attachment=attachment,
    )
    facts = {"text": quoted(text), "due_on": due_on}
    telling = Telling(case.enterprise.organisation_id, case.pk, facts)
    tell(Kind.CASE_ASKED, [telling], perms=[Perm.ANSWER_FINDINGS], at=at)
    return entry


def note(
    case: Case, *, text: str, attachment: Attachment | None = None, by: User, at: datetime
) -> CaseEntry:
    """Put a note or evidence in it."""
    rules.require_worked(standing(case))
    return enter(case, CaseEntry.Kind.NOTE, by=by, at=at, text=text, attachment=attachment)


def merge(case: Case, *, into: Case, reason: str, by: User, at: datetime) -> None:
    """Make its findings part of another case, those to come as well."""
    rules.require_mergeable(standing(case), standing(into), same=case.pk == into.pk)
    case.findings.update(case=into)
    Case.objects.filter(merged_into=case).update(merged_into=into)
    case.status, case.merged_into = Status.MERGED, into
    case.save(update_fields=["status", "merged_into"])
    for one, other in ((case, into), (into, case)):
        enter(one, CaseEntry.Kind.MERGED, by=by, at=at, text=f"{other.pk}: {reason}"[:4000])


def close(case: Case, *, outcome: str, reason: str, by: User, at: datetime) -> None:
    """End the work in it; the findings that still hold are closed with it."""
    rules.require_closable(standing(case), outcome)
    case.status, case.outcome, case.outcome_reason = Status.CLOSED, outcome, reason
    case.closed_at, case.answer_due_on = at, None
    case.save(update_fields=["status", "outcome", "outcome_reason", "closed_at", "answer_due_on"])
    still_found(case).update(
        status=Finding.Status.CLOSED, outcome=f"{case.get_outcome_display()}: {reason}"[:300]
    )
    enter(case, CaseEntry.Kind.CLOSED, by=by, at=at, text=reason)
    if case.entries.filter(kind=CaseEntry.Kind.QUESTION).exists():
        telling = Telling(case.enterprise.organisation_id, case.pk, {"text": quoted(reason)})
        tell(Kind.CASE_CLOSED, [telling], perms=[Perm.ANSWER_FINDINGS], at=at)


def standing(case: Case) -> rules.Standing:
    """Where a case stands, as the rules ask."""
    return rules.Standing(case.status, case.year, still_found(case).count())


def enter(
    case: Case,
    kind: str,
    *,
    by: User,
    at: datetime,
    text: str = "",
    due_on: date | None = None,
    attachment: Attachment | None = None,
) -> CaseEntry:
    """Write down what was said or done."""
    if attachment is not None:
        require_evidence(attachment.name, attachment.content, most_bytes=rules.MOST_BYTES)
    return CaseEntry.objects.create(
        case=case,
        kind=kind,
        by=by,
        at=at,
        text=text,
        due_on=due_on,
        attachment_name=attachment.name if attachment else "",
        attachment=attachment.content if attachment else None,
        attachment_digest=hashlib.sha256(attachment.content).hexdigest() if attachment else "",
    )
