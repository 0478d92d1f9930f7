"""Working cases: who works them, what is asked and answered, how they end."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import civil_day
from portal.notices.kinds import Kind
from portal.notices.kinds.words import quoted
from portal.notices.services import Telling, tell
from traceability.models import Case, CaseEntry, Finding
from traceability.permissions import Perm
from traceability.queries.cases import still_found
from traceability.rules import cases as rules

KEEP = (Path(__file__).parent / "sql" / "keep_cases.sql").read_text(encoding="utf-8")
Status = Case.Status


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an entry."""

    name: str
    content: bytes


def keep_cases(year: int, *, at: datetime) -> tuple[int, int]:
    """Put every open finding of `year` in a case, within the transaction of a reconciliation.

    How many cases were opened and how many opened again.
    """
    asked: dict[str, Any] = {
        "year": year,
        "at": at,
        "topics": json.dumps(rules.TOPIC_OF),
        "causes": list(rules.CAUSES),
        "traces": list(rules.TRACES),
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, asked)
        opened, reopened = cursor.fetchone()
    return opened, reopened


@transaction.atomic
def assign_case(*, case: Case, to: User, by: User, at: datetime) -> Case:
    """Give a case to an official who works findings. Raises CaseEnded."""
    case = _locked(case)
    rules.require_worked(_standing(case))
    case.assigned_to = to
    if case.status == Status.OPEN:
        case.status = Status.ASSIGNED
    case.save(update_fields=["assigned_to", "status"])
    _enter(case, CaseEntry.Kind.ASSIGNED, by=by, at=at, text=str(to))
    audit.record("case.assigned", case, by=by, at=at, to=to)
    return case


@transaction.atomic
def ask_enterprise(
    *,
    case: Case,
    text: str,
    due_on: date,
    attachment: Attachment | None = None,
    by: User,
    at: datetime,
) -> CaseEntry:
    """Ask the enterprise, which is told and answers until `due_on`.

    Raises CaseEnded, DueTooEarly or UnfitEvidence.
    """
    case = _locked(case)
    rules.require_worked(_standing(case))
    rules.require_due_later(due_on, today=civil_day(at))
    case.status, case.answer_due_on = Status.ASKED, due_on
    case.assigned_to = case.assigned_to or by
    case.save(update_fields=["status", "answer_due_on", "assigned_to"])
    entry = _enter(
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
    audit.record("case.asked", case, by=by, at=at, entry=entry.pk, due_on=due_on)
    return entry


@transaction.atomic
def answer_case(
    *, case: Case, text: str, attachment: Attachment | None = None, by: User, at: datetime
) -> CaseEntry:
    """Answer what was asked; its findings count as answered, and whoever asked is told.

    Raises CaseEnded, NothingAsked or UnfitEvidence.
    """
    case = _locked(case)
    rules.require_asked(_standing(case))
    case.status, case.answer_due_on = Status.ANSWERED, None
    case.save(update_fields=["status", "answer_due_on"])
    case.findings.filter(status=Finding.Status.OPEN).update(status=Finding.Status.ANSWERED)
    entry = _enter(case, CaseEntry.Kind.ANSWER, by=by, at=at, text=text, attachment=attachment)
    if case.assigned_to is not None:
        telling = Telling(case.assigned_to.organisation_id, case.pk, {"text": quoted(text)})
        tell(
            Kind.CASE_ANSWERED,
            [telling],
            perms=[Perm.WORK_FINDINGS],
            at=at,
            only=case.assigned_to,
        )
    audit.record("case.answered", case, by=by, at=at, entry=entry.pk)
    return entry


@transaction.atomic
def note_in_case(
    *, case: Case, text: str, attachment: Attachment | None = None, by: User, at: datetime
) -> CaseEntry:
    """Put a note or evidence in the case; the enterprise does not see it.

    Raises CaseEnded or UnfitEvidence.
    """
    case = _locked(case)
    rules.require_worked(_standing(case))
    entry = _enter(case, CaseEntry.Kind.NOTE, by=by, at=at, text=text, attachment=attachment)
    audit.record("case.noted", case, by=by, at=at, entry=entry.pk)
    return entry


@transaction.atomic
def merge_case(*, case: Case, into: Case, reason: str, by: User, at: datetime) -> Case:
    """Make the findings of `case` part of another, those to come as well.

    Raises CaseEnded or NotToBeMerged.
    """
    same = case.pk == into.pk
    case, into = (_locked(case), _locked(into)) if case.pk < into.pk else _both(case, into)
    rules.require_mergeable(_standing(case), _standing(into), same=same)
    case.findings.update(case=into)
    Case.objects.filter(merged_into=case).update(merged_into=into)
    case.status, case.merged_into = Status.MERGED, into
    case.save(update_fields=["status", "merged_into"])
    for one, other in ((case, into), (into, case)):
        _enter(one, CaseEntry.Kind.MERGED, by=by, at=at, text=f"{other.pk}: {reason}"[:4000])
    audit.record("case.merged", case, by=by, at=at, into=into.pk, reason=reason)
    return into


@transaction.atomic
def close_case(*, case: Case, outcome: str, reason: str, by: User, at: datetime) -> Case:
    """End the work with an outcome; the findings that still hold are closed with it.

    Raises CaseEnded or StillFound.
    """
    case = _locked(case)
    rules.require_closable(_standing(case), outcome)
    case.status, case.outcome, case.outcome_reason = Status.CLOSED, outcome, reason
    case.closed_at, case.answer_due_on = at, None
    case.save(update_fields=["status", "outcome", "outcome_reason", "closed_at", "answer_due_on"])
    still_found(case).update(
        status=Finding.Status.CLOSED, outcome=f"{case.get_outcome_display()}: {reason}"[:300]
    )
    _enter(case, CaseEntry.Kind.CLOSED, by=by, at=at, text=reason)
    if case.entries.filter(kind=CaseEntry.Kind.QUESTION).exists():
        telling = Telling(case.enterprise.organisation_id, case.pk, {"text": quoted(reason)})
        tell(Kind.CASE_CLOSED, [telling], perms=[Perm.ANSWER_FINDINGS], at=at)
    audit.record("case.closed", case, by=by, at=at, outcome=outcome, reason=reason)
    return case


def _locked(case: Case) -> Case:
    return (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise__organisation", "assigned_to")
        .get(pk=case.pk)
    )


def _both(case: Case, into: Case) -> tuple[Case, Case]:
    """Two cases locked in the order of their keys, so that two merges can't wait for each other."""
    second = _locked(into)
    return _locked(case), second


def _standing(case: Case) -> rules.Standing:
    return rules.Standing(case.status, case.year, still_found(case).count())


def _enter(
    case: Case,
    kind: str,
    *,
    by: User,
    at: datetime,
    text: str = "",
    due_on: date | None = None,
    attachment: Attachment | None = None,
) -> CaseEntry:
    if attachment is not None:
        rules.require_evidence(attachment.name, attachment.content)
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
