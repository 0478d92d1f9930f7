"""Working cases: who works them, what is asked and answered, how they end."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.sql import keep_statistics
from portal.notices.kinds import Kind
from portal.notices.kinds.words import quoted
from portal.notices.services import Telling, tell
from traceability.models import Case, CaseEntry, Finding
from traceability.permissions import Perm
from traceability.rules import cases as rules
from traceability.rules.checks import CHECKS
from traceability.services import case_steps as steps
from traceability.services.case_steps import Attachment

__all__ = [
    "Attachment",
    "answer_case",
    "ask_enterprise",
    "assign_case",
    "close_case",
    "keep_cases",
    "merge_case",
    "note_in_case",
]

KEEP = (Path(__file__).parent / "sql" / "keep_cases.sql").read_text(encoding="utf-8")
Status = Case.Status


def keep_cases(year: int, *, at: datetime) -> tuple[int, int]:
    """Put every open finding of `year` in a case, within the transaction of a reconciliation.

    A finding that an official moved stays where it was put. How many cases were opened and how
    many opened again.
    """
    asked: dict[str, Any] = {
        "year": year,
        "at": at,
        "topics": json.dumps(rules.TOPIC_OF),
        "causes": list(rules.CAUSES),
        "traces": list(rules.TRACES),
        "two_sided": [check.code for check in CHECKS if check.two_sided],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, asked)
        opened, reopened = cursor.fetchone()
    keep_statistics("traceability_case", added=opened)
    return opened, reopened


@transaction.atomic
def assign_case(*, case: Case, to: User, by: User, at: datetime) -> Case:
    """Give a case to an official who works findings. Raises CaseEnded."""
    case = steps.locked(case)
    steps.assign(case, to=to, by=by, at=at)
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
    case = steps.locked(case)
    entry = steps.ask(case, text=text, due_on=due_on, attachment=attachment, by=by, at=at)
    audit.record("case.asked", case, by=by, at=at, entry=entry.pk, due_on=due_on)
    return entry


@transaction.atomic
def answer_case(
    *, case: Case, text: str, attachment: Attachment | None = None, by: User, at: datetime
) -> CaseEntry:
    """Answer what was asked; its findings count as answered, and whoever asked is told.

    Raises CaseEnded, NothingAsked or UnfitEvidence.
    """
    case = steps.locked(case)
    rules.require_asked(steps.standing(case))
    case.status, case.answer_due_on = Status.ANSWERED, None
    case.save(update_fields=["status", "answer_due_on"])
    case.findings.filter(status=Finding.Status.OPEN).update(status=Finding.Status.ANSWERED)
    entry = steps.enter(case, CaseEntry.Kind.ANSWER, by=by, at=at, text=text, attachment=attachment)
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
    case = steps.locked(case)
    entry = steps.note(case, text=text, attachment=attachment, by=by, at=at)
    audit.record("case.noted", case, by=by, at=at, entry=entry.pk)
    return entry


@transaction.atomic
def merge_case(*, case: Case, into: Case, reason: str, by: User, at: datetime) -> Case:
    """Make the findings of `case` part of another, those to come as well.

    Raises CaseEnded or NotToBeMerged.
    """
    held = steps.locked_cases([case.pk, into.pk])
    case, into = held[case.pk], held[into.pk]
    steps.merge(case, into=into, reason=reason, by=by, at=at)
    audit.record("case.merged", case, by=by, at=at, into=into.pk, reason=reason)
    return into


@transaction.atomic
def close_case(*, case: Case, outcome: str, reason: str, by: User, at: datetime) -> Case:
    """End the work with an outcome; the findings that still hold are closed with it.

    Raises CaseEnded or StillFound.
    """
    case = steps.locked(case)
    steps.close(case, outcome=outcome, reason=reason, by=by, at=at)
    audit.record("case.closed", case, by=by, at=at, outcome=outcome, reason=reason)
    return case
