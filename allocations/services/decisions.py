"""Drafting, circulating, signing and withdrawing decisions."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max

from allocations import queries, rules
from allocations.models import Decision, SignOff
from allocations.services.telling import tell_ministries
from portal.accounts.models import Organisation, User
from portal.kernel import audit
from portal.notices.kinds import Kind
from portal.notices.kinds.words import both, quoted


def locked(decision: Decision) -> Decision:
    """The decision as it stands now, locked until the transaction ends."""
    return Decision.objects.select_for_update(of=("self",), no_key=True).get(pk=decision.pk)


@transaction.atomic
def draft_decision(
    *,
    year: int,
    regime: str,
    kind: str,
    note: str = "",
    effective_on: date | None = None,
    by: User,
    at: datetime,
) -> Decision:
    """Begin a decision of MIIT's; its number is the next of its year.

    It is not issued before `effective_on`. Raises NotTheirMinistry, RegimeUnfit or EffectiveUnfit.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    rules.require_regime_of_year(regime, year)
    rules.require_effective_in_year(effective_on, year=year)
    decision = create_draft(
        year=year, regime=regime, kind=kind, note=note, effective_on=effective_on, by=by, at=at
    )
    audit.record("decision.drafted", decision, by=by, at=at, regime=regime, kind=kind)
    return decision


def create_draft(
    *,
    year: int,
    regime: str,
    kind: str,
    note: str,
    effective_on: date | None = None,
    by: User,
    at: datetime,
) -> Decision:
    """Write an empty draft with the next number of its year; part of a deed."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('allocations_number'), %s)", [year])
    last = Decision.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    decision = Decision.objects.create(
        year=year,
        number=last + 1,
        regime=regime,
        kind=kind,
        note=note,
        effective_on=effective_on,
        drafted_by=by,
        drafted_at=at,
    )
    decision.content_digest = queries.content_digest(decision)
    decision.save(update_fields=["content_digest"])
    return decision


def go_back(decision: Decision, status: Decision.Status) -> None:
    """Bring a decision back to an earlier step, where no order to issue stands; part of a deed."""
    decision.status = status
    decision.ordered_by = None
    decision.ordered_at = decision.issues_at = None
    decision.document_no = decision.approval_no = ""
    decision.save(
        update_fields=[
            "status",
            "content_digest",
            "ordered_by",
            "ordered_at",
            "issues_at",
            "document_no",
            "approval_no",
        ]
    )


@transaction.atomic
def circulate(*, decision: Decision, by: User, at: datetime) -> Decision:
    """Send a draft to the ministries for sign-off.

    One that came back to the very content all of them agreed to before is signed with that. Raises
    NotTheirMinistry, WrongStep, NothingDecided, ReasonMissing or CategoryUnfit.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    decision = locked(decision)
    facts = queries.decision_facts(decision)
    rules.require_circulable(facts)
    missing = rules.missing_ministries(facts)
    decision.status = Decision.Status.CIRCULATED if missing else Decision.Status.SIGNED
    decision.circulated_at = at
    decision.save(update_fields=["status", "circulated_at"])
    required = rules.required_ministries(facts)
    tell_ministries(Kind.DECISION_CIRCULATED, decision, of=required, at=at, besides=by)
    audit.record("decision.circulated", decision, by=by, at=at, digest=decision.content_digest)
    return decision


@transaction.atomic
def sign(
    *,
    decision: Decision,
    verdict: str,
    digest: str,
    comment: str = "",
    by: User,
    at: datetime,
) -> SignOff:
    """Give one's ministry's verdict on the content with `digest`.

    When the last ministry agrees the decision is signed. Raises WrongStep, NotTheirMinistry,
    DrafterSigns, StaleDigest or SignedAlready.
    """
    decision = locked(decision)
    ministry = by.organisation.ministry
    rules.require_may_sign(
        queries.decision_facts(decision),
        ministry=ministry,
        read_digest=digest,
        is_drafter=by.pk in queries.drafters(decision),
    )
    sign_off = SignOff.objects.create(
        decision=decision,
        ministry=ministry,
        user=by,
        at=at,
        digest=digest,
        verdict=verdict,
        comment=comment,
        after_stops=decision.stops.count(),
    )
    if not rules.missing_ministries(queries.decision_facts(decision)):
        decision.status = Decision.Status.SIGNED
        decision.save(update_fields=["status"])
    tell_ministries(
        Kind.DECISION_SIGNED,
        decision,
        of=[rules.MIIT],
        at=at,
        besides=by,
        ministry=ministry,
        verdict=both(SignOff.Verdict(verdict).label),
    )
    audit.record(
        "decision.signed",
        decision,
        by=by,
        at=at,
        ministry=ministry,
        verdict=verdict,
        digest=digest,
    )
    return sign_off


@transaction.atomic
def withdraw(*, decision: Decision, reason: str, by: User, at: datetime) -> Decision:
    """Take back a decision that is not issued; it stays readable.

    Raises NotTheirMinistry or NotChangeable.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_changeable(decision.status)
    was_draft = decision.status == Decision.Status.DRAFT
    go_back(decision, Decision.Status.WITHDRAWN)
    tell_ministries(
        Kind.DECISION_WITHDRAWN,
        decision,
        of=[rules.MIIT] if was_draft else Organisation.Ministry.values,
        at=at,
        besides=by,
        reason=quoted(reason),
    )
    audit.record("decision.withdrawn", decision, by=by, at=at, reason=reason)
    return decision
