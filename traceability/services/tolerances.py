"""Changing what the checks judge by: proposed by one supervisor, decided by another."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import civil_day
from portal.notices.kinds import Kind
from portal.notices.kinds.words import both, quoted
from portal.notices.services import Telling, tell
from traceability.models import Reconciliation, Tolerance, ToleranceProposal
from traceability.permissions import Perm
from traceability.queries.tolerances import tolerances_on
from traceability.rules import tolerances as rules

Status = ToleranceProposal.Status


@transaction.atomic
def propose_tolerance(
    *, name: str, value: Decimal, valid_from: date, reason: str, by: User, at: datetime
) -> ToleranceProposal:
    """Propose that a tolerance be `value` from a day on; the ministry's other supervisors are told.

    Raises NotTheirTolerance, ValueOutOfBounds, ProposalWaits, TooEarly or ValueUnchanged.
    """
    rules.require_keeper(by.organisation.ministry)
    rules.require_within_bounds(name, value)
    _hold(name)
    waiting = ToleranceProposal.objects.filter(name=name, status=Status.WAITING).exists()
    rules.require_no_other(waiting=waiting)
    _require_day_to_come(valid_from, at)
    rules.require_change(value, before=tolerances_on(valid_from).get(name))
    proposal = ToleranceProposal.objects.create(
        name=name, value=value, valid_from=valid_from, reason=reason, proposed_by=by, proposed_at=at
    )
    _tell(Kind.TOLERANCE_PROPOSED, proposal, text=reason, at=at, besides=by)
    facts = {"name": name, "value": value, "valid_from": valid_from, "reason": reason}
    audit.record("tolerance.proposed", proposal, by=by, at=at, **facts)
    return proposal


@transaction.atomic
def approve_proposal(
    *, proposal: ToleranceProposal, reason: str, by: User, at: datetime
) -> Tolerance:
    """Put a proposed value in force from its day on; who proposed it is told.

    Raises NotTheirTolerance, ProposalDecided, OwnProposal, TooEarly or ValueUnchanged.
    """
    proposal = _to_decide(proposal, by)
    _require_day_to_come(proposal.valid_from, at)
    before = tolerances_on(proposal.valid_from).get(proposal.name)
    rules.require_change(proposal.value, before=before)
    row = Tolerance.objects.create(
        name=proposal.name,
        value=proposal.value,
        valid_from=proposal.valid_from,
        set_by=by,
        note=quoted(proposal.reason),
    )
    _decide(proposal, Status.APPROVED, reason, by=by, at=at, tolerance=row)
    return row


@transaction.atomic
def decline_proposal(
    *, proposal: ToleranceProposal, reason: str, by: User, at: datetime
) -> ToleranceProposal:
    """Leave the tolerance as it is, saying why. Raises ProposalDecided or OwnProposal."""
    proposal = _to_decide(proposal, by)
    return _decide(proposal, Status.DECLINED, reason, by=by, at=at)


@transaction.atomic
def withdraw_proposal(
    *, proposal: ToleranceProposal, reason: str, by: User, at: datetime
) -> ToleranceProposal:
    """Take one's own proposal back. Raises ProposalDecided or NotTheirProposal."""
    proposal = _locked(proposal)
    rules.require_waiting(proposal.status)
    rules.require_own(proposer_id=proposal.proposed_by_id, by_id=by.pk)
    return _decide(proposal, Status.WITHDRAWN, reason, by=by, at=at)


def _hold(name: str) -> None:
    """One change of a tolerance at a time: its first row is the lock."""
    first = Tolerance.objects.filter(name=name).order_by("valid_from")[:1]
    list(first.select_for_update(no_key=True))


def _locked(proposal: ToleranceProposal) -> ToleranceProposal:
    _hold(proposal.name)
    rows = ToleranceProposal.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("proposed_by__organisation").get(pk=proposal.pk)


def _to_decide(proposal: ToleranceProposal, by: User) -> ToleranceProposal:
    rules.require_keeper(by.organisation.ministry)
    proposal = _locked(proposal)
    rules.require_waiting(proposal.status)
    rules.require_another_person(proposer_id=proposal.proposed_by_id, decider_id=by.pk)
    return proposal


def _require_day_to_come(valid_from: date, at: datetime) -> None:
    last_judged = Reconciliation.objects.aggregate(last=Max("as_of"))["last"]
    rules.require_day_to_come(valid_from, today=civil_day(at), last_judged=last_judged)


def _decide(
    proposal: ToleranceProposal,
    status: ToleranceProposal.Status,
    reason: str,
    *,
    by: User,
    at: datetime,
    tolerance: Tolerance | None = None,
) -> ToleranceProposal:
    proposal.status, proposal.decision, proposal.tolerance = status, reason, tolerance
    proposal.decided_by, proposal.decided_at = by, at
    proposal.save()
    if status != Status.WITHDRAWN:
        _tell(Kind.TOLERANCE_DECIDED, proposal, text=reason, at=at, only=proposal.proposed_by)
    facts = {"name": proposal.name, "value": proposal.value, "reason": reason}
    audit.record(f"tolerance.{status}", proposal, by=by, at=at, **facts)
    return proposal


def _tell(
    kind: Kind,
    proposal: ToleranceProposal,
    *,
    text: str,
    at: datetime,
    besides: User | None = None,
    only: User | None = None,
) -> None:
    facts = {
        "tolerance": both(Tolerance.Name(proposal.name).label),
        "value": f"{proposal.value.normalize():f}",
        "valid_on": proposal.valid_from,
        "verdict": both(Status(proposal.status).label),
        "text": quoted(text),
    }
    telling = Telling(proposal.proposed_by.organisation_id, proposal.pk, facts)
    tell(kind, [telling], perms=[Perm.KEEP_TOLERANCES], at=at, besides=besides, only=only)
