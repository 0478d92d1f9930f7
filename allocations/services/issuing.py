"""Issuing: lines become effective, and copies go out, in one transaction."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from allocations import queries, rules
from allocations.models import Category, Decision, Stop
from allocations.permissions import Perm
from allocations.services.decisions import go_back, locked
from allocations.services.distribution import acknowledgement_due, send_copies
from allocations.services.telling import tell_ministries
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION
from portal.kernel.models import Parameter
from portal.kernel.parameters import value_of, working_calendar
from portal.kernel.period import civil_day
from portal.kernel.said import tonnes
from portal.notices.kinds import Kind
from portal.notices.kinds.words import quoted

CEILING_STATE = "RE003"
CAP_STATE = "RE004"
DOCUMENT_ONCE = "decision_document_once"


@transaction.atomic
def order_issue(
    *, decision: Decision, document_no: str, approval_no: str, by: User, at: datetime
) -> Decision:
    """Order that a signed decision be issued when its cooling-off is over.

    Until `issues_at` every ministry that signed can stop it. Raises NotTheirMinistry,
    IssuedAlready, NotChangeable, NothingDecided, ReasonMissing, CategoryUnfit, SignOffMissing,
    WrongStep, DocumentMissing, ApprovalMissing, DocumentTaken, CeilingExceeded, CapNegative or
    CheckUnmet.
    """
    rules.require_issuing_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_issuable(
        queries.decision_facts(decision),
        document_no=document_no,
        approval_no=approval_no,
    )
    _require_sums(decision)
    rules.require_checks(queries.content_of(decision, on=civil_day(at), approval_no=approval_no))
    decision.status = Decision.Status.ORDERED
    decision.document_no, decision.approval_no = document_no.strip(), approval_no.strip()
    decision.ordered_by, decision.ordered_at = by, at
    decision.issues_at = when_issued(decision, at)
    with _refusals_of_the_database():
        decision.save()
    tell_ministries(
        Kind.DECISION_ORDERED, decision, at=at, besides=by, issues_at=decision.issues_at
    )
    audit.record(
        "decision.ordered",
        decision,
        by=by,
        at=at,
        document_no=decision.document_no,
        approval_no=decision.approval_no,
        issues_at=decision.issues_at,
        digest=decision.content_digest,
    )
    return decision


def when_issued(decision: Decision, at: datetime) -> datetime:
    """When the decision becomes law if it is ordered now, by the calendar and settings on record.

    No deed.
    """
    return rules.issues_at(
        at,
        effective_on=decision.effective_on,
        calendar=working_calendar(),
        working_days=value_of(Parameter.Name.COOLING_OFF_WORKING_DAYS, on=civil_day(at)),
    )


@transaction.atomic
def stop_issue(*, decision: Decision, reason: str, by: User, at: datetime) -> Decision:
    """Stop an issue during its cooling-off, with a reason, and take back one's ministry's sign-off.

    The decision is with the ministries again. Raises IssuedAlready, NotChangeable, WrongStep or
    NotTheirMinistry.
    """
    decision = locked(decision)
    ministry = by.organisation.ministry
    rules.require_stoppable(queries.decision_facts(decision), ministry=ministry)
    Stop.objects.create(
        decision=decision,
        ministry=ministry,
        user=by,
        at=at,
        digest=decision.content_digest,
        reason=reason,
    )
    go_back(decision, Decision.Status.CIRCULATED)
    told = {"ministry": ministry, "reason": quoted(reason)}
    tell_ministries(Kind.DECISION_STOPPED, decision, at=at, besides=by, **told)
    audit.record("decision.stopped", decision, by=by, at=at, ministry=ministry, reason=reason)
    return decision


@transaction.atomic
def issue(*, decision: Decision, by: User, at: datetime) -> Decision:
    """Make a decision law whose cooling-off is over: its lines count, and copies go out.

    Exactly what remains of a ceiling is allowed. Two issues for one year wait for each other.
    Raises NotTheirMinistry, IssuedAlready, NotChangeable, WrongStep, CoolingOff, SignOffMissing,
    CategoryUnfit, CeilingExceeded, CapNegative or CheckUnmet.
    """
    rules.require_issuing_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_due(decision.status, issues_at=decision.issues_at, at=at)
    _wait_for_other_issues(decision.year)
    facts = queries.decision_facts(decision)
    rules.require_signed(facts)
    rules.require_fitting_lines(facts)
    _require_sums(decision)
    rules.require_checks(queries.content_of(decision, on=civil_day(at)))
    make_effective(
        decision,
        document_no=decision.document_no,
        approval_no=decision.approval_no,
        by=by,
        at=at,
        due_on=acknowledgement_due(at),
    )
    return decision


@transaction.atomic
def hold_back(*, decision: Decision, reason: str, by: User, at: datetime) -> Decision:
    """Put a decision that could not be issued in its time back to where it was signed.

    Raises IssuedAlready, NotChangeable, WrongStep or CoolingOff.
    """
    decision = locked(decision)
    rules.require_due(decision.status, issues_at=decision.issues_at, at=at)
    go_back(decision, Decision.Status.SIGNED)
    tell_ministries(
        Kind.DECISION_HELD_BACK, decision, of=[rules.MIIT], at=at, reason=quoted(reason)
    )
    audit.record("decision.held_back", decision, by=by, at=at, reason=reason)
    return decision


def issue_due(decision_id: int, *, at: datetime) -> None:
    """Issue one decision whose time has come, in the name of who ordered it; else hold it back.

    Safe to call twice and by two workers: a deed that was done in between is left alone.
    """
    decision = Decision.objects.select_related("ordered_by__organisation").get(pk=decision_id)
    by = decision.ordered_by
    if decision.status != Decision.Status.ORDERED or by is None:
        return
    try:
        issue(decision=decision, by=by, at=at)
    except rules.NOT_DUE:
        return
    except Refusal as refusal:
        with translation.override(settings.LANGUAGE_CODE):
            reason = str(refusal)
        hold_back(decision=decision, reason=reason, by=by, at=at)


def make_effective(
    decision: Decision,
    *,
    document_no: str,
    approval_no: str,
    by: User,
    at: datetime,
    due_on: date | None = None,
) -> None:
    """Issue, send copies, record; part of a deed that has asked the rules.

    The copies are to be acknowledged by `due_on`; history that is transcribed has no such day.

    The database holds the sums, under a lock for the year. Raises CeilingExceeded, CapNegative or
    DocumentTaken.
    """
    decision.status = Decision.Status.ISSUED
    decision.document_no = document_no.strip()
    decision.approval_no = approval_no.strip()
    decision.issued_by = by
    decision.issued_at = at
    with _refusals_of_the_database():
        decision.save(
            update_fields=[
                "status",
                "document_no",
                "approval_no",
                "issued_by",
                "issued_at",
            ]
        )
    copies = send_copies(decision, at=at, due_on=due_on)
    if due_on is not None:
        tell_ministries(
            Kind.DECISION_ISSUED,
            decision,
            at=at,
            perms=[Perm.VIEW_DECISIONS],
            document_no=decision.document_no,
            copies=copies,
        )
    audit.record(
        "decision.issued",
        decision,
        by=by,
        at=at,
        document_no=decision.document_no,
        approval_no=decision.approval_no,
        digest=decision.content_digest,
        copies=copies,
    )


@contextmanager
def _refusals_of_the_database() -> Iterator[None]:
    """Say what the trigger refused in the words of the field."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        refused = getattr(error.__cause__, "diag", None)
        if refused is not None and refused.constraint_name == DOCUMENT_ONCE:
            raise rules.DocumentTaken(
                _("Another issued decision bears this number."), field="document_no"
            ) from error
        if refused is None or refused.sqlstate not in {CEILING_STATE, CAP_STATE}:
            raise
        raise _refusal(refused.sqlstate, json.loads(refused.message_detail)) from error


def _wait_for_other_issues(year: int) -> None:
    """Take the lock that the database's guard of the sums takes; what is read after it stands."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('allocations_issue'), %s)", [year])


def _require_sums(decision: Decision) -> None:
    """Refuse already now what the database would refuse at the issue as things stand."""
    for effect in queries.effects(decision):
        if effect.exceeds:
            raise _refusal(
                CEILING_STATE,
                {
                    "category": effect.category.value,
                    "ceiling": effect.ceiling_after_kg,
                    "allocated": effect.allocated_after_kg,
                },
            )
    for line in queries.caps_below(decision):
        facts = {"enterprise": line.enterprise_id, "category": line.category}
        standing = queries.cap_kg(line.enterprise, decision.year, line.category)
        raise _refusal(CAP_STATE, facts | {"cap": line.kg + standing})


def _refusal(state: str, facts: dict[str, Any]) -> rules.CeilingExceeded | rules.CapNegative:
    category = Category(facts["category"]).label
    if state == CEILING_STATE:
        return rules.CeilingExceeded(
            _(
                "Allocations for %(category)s would come to %(allocated)s t REO; the ceiling is"
                " %(ceiling)s t."
            ),
            source=ALLOCATION,
            category=category,
            allocated=tonnes(Decimal(facts["allocated"])),
            ceiling=tonnes(Decimal(facts["ceiling"])),
        )
    enterprise = Enterprise.objects.select_related("organisation").get(pk=facts["enterprise"])
    return rules.CapNegative(
        _("The cap of %(enterprise)s for %(category)s would be %(cap)s t REO, below nothing."),
        source=ALLOCATION,
        enterprise=str(enterprise),
        category=category,
        cap=tonnes(Decimal(facts["cap"])),
    )
