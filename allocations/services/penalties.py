"""Penalties put on record, and the cuts they ask for taken, declined or set aside."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from allocations import queries, rules
from allocations.models import Decision, Penalty, PenaltyAnswer
from allocations.rules import LineChange, LineKey, LineText
from allocations.services.decisions import go_back, locked
from allocations.services.lines import write_changes
from allocations.services.telling import tell_voided
from enterprises.models import Enterprise
from portal.accounts.models import Organisation, User
from portal.kernel import audit
from portal.kernel.period import civil_day
from portal.kernel.quantity import ZERO


@transaction.atomic
def enter_penalty(
    *,
    enterprise: Enterprise,
    category: str,
    ground: str,
    authority: Organisation,
    document: str,
    decided_on: date,
    over_kg: Decimal,
    finding: int | None = None,
    by: User,
    at: datetime,
) -> Penalty:
    """Put an authority's penalty decision on record; a cut of the next year's index follows.

    Raises NotTheirMinistry, PenaltyUnfit or PenaltyTwice.
    """
    document = document.strip()
    rules.require_penalty_ministry(by.organisation.ministry)
    rules.require_penalty(
        decided_on=decided_on, on=civil_day(at), over_kg=over_kg, ground=ground, document=document
    )
    enterprise = Enterprise.objects.select_for_update(of=("self",), no_key=True).get(
        pk=enterprise.pk
    )
    _require_of(enterprise, authority, finding)
    rules.require_once(
        entered=queries.is_entered(
            authority=authority, document=document, enterprise=enterprise, category=category
        )
    )
    penalty = Penalty.objects.create(
        enterprise=enterprise,
        category=category,
        ground=ground,
        authority=authority,
        document=document,
        decided_on=decided_on,
        over_kg=over_kg,
        finding=finding,
        entered_by=by,
        entered_at=at,
    )
    audit.record(
        "penalty.entered",
        penalty,
        by=by,
        at=at,
        enterprise=enterprise,
        category=category,
        over_kg=str(over_kg),
        decided_on=decided_on,
    )
    return penalty


@transaction.atomic
def take_penalty(
    *, penalty: Penalty, decision: Decision, kg: Decimal, reason: str, by: User, at: datetime
) -> PenaltyAnswer:
    """Cut `kg` REO on a line of a decision that can still be written, with the reason on the line.

    The line is the enterprise's, or its group's where that holds the cap; where there is none yet
    it begins with the cut. Sign-offs on the former content are void. Raises NotTheirMinistry,
    NotChangeable, CutUnfit, ReasonMissing or PenaltyAnswered.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_changeable(decision.status)
    penalty = _locked(penalty)
    rules.require_open(queries.penalty_state(penalty))
    rules.require_answer_reason(reason)
    rules.require_cut(kg=kg, year=decision.year, cut_year=penalty.cut_year)
    holder = queries.cut_holder(penalty, decision)
    changes = [_cut(penalty, decision, holder, kg, reason)]
    sign_offs = queries.standing_sign_offs(decision)
    write_changes(decision, changes, by=by, at=at)
    go_back(decision, Decision.Status.DRAFT)
    voided = tell_voided(decision, sign_offs, changes, by=by, at=at)
    answer = PenaltyAnswer.objects.create(
        penalty=penalty,
        verdict=PenaltyAnswer.Verdict.TAKEN,
        decision=decision,
        holder=holder,
        kg=kg,
        reason=reason.strip(),
        user=by,
        at=at,
    )
    audit.record(
        "decision.penalty_taken",
        decision,
        by=by,
        at=at,
        penalty=penalty.pk,
        kg=str(kg),
        reason=reason,
        digest=decision.content_digest,
        voided=voided,
    )
    return answer


@transaction.atomic
def decline_penalty(*, penalty: Penalty, reason: str, by: User, at: datetime) -> PenaltyAnswer:
    """Leave the index uncut, and say why; a cut can still be taken later.

    Raises NotTheirMinistry, PenaltyAnswered or ReasonMissing.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    penalty = _locked(penalty)
    rules.require_open(queries.penalty_state(penalty))
    answer = _answer(penalty, PenaltyAnswer.Verdict.DECLINED, reason, by=by, at=at)
    audit.record("penalty.declined", penalty, by=by, at=at, reason=answer.reason)
    return answer


@transaction.atomic
def set_penalty_aside(*, penalty: Penalty, reason: str, by: User, at: datetime) -> PenaltyAnswer:
    """Put on record that a penalty no longer stands: revoked, or entered by mistake.

    A line that was cut for it stays: another decision gives back. Raises NotTheirMinistry,
    PenaltyAnswered or ReasonMissing.
    """
    rules.require_penalty_ministry(by.organisation.ministry)
    penalty = _locked(penalty)
    rules.require_not_set_aside(queries.penalty_state(penalty))
    answer = _answer(penalty, PenaltyAnswer.Verdict.SET_ASIDE, reason, by=by, at=at)
    audit.record("penalty.set_aside", penalty, by=by, at=at, reason=answer.reason)
    return answer


def _require_of(enterprise: Enterprise, authority: Organisation, finding: int | None) -> None:
    """The authority may decide about the enterprise, and the finding is about it."""
    prefix = authority.region.prefix if authority.region else None
    rules.require_competent(authority_prefix=prefix, region=enterprise.region_id)
    if finding is not None:
        rules.require_finding_of(queries.finding_told(finding), enterprise_id=enterprise.pk)


def _cut(
    penalty: Penalty, decision: Decision, holder: Enterprise, kg: Decimal, reason: str
) -> LineChange:
    """The change of the line that is cut, or of one that begins with the cut."""
    key = LineKey(holder.pk, penalty.category)
    standing = queries.standing_lines(decision).get(key)
    before = standing.text if standing else None
    said = before.reason if before else ""
    after = LineText(
        (before.kg if before else ZERO) - kg,
        rules.cut_reason(said, document=penalty.document, reason=reason),
    )
    return LineChange(key, before, after)


def _answer(
    penalty: Penalty, verdict: PenaltyAnswer.Verdict, reason: str, *, by: User, at: datetime
) -> PenaltyAnswer:
    rules.require_answer_reason(reason)
    return PenaltyAnswer.objects.create(
        penalty=penalty, verdict=verdict, reason=reason.strip(), user=by, at=at
    )


def _locked(penalty: Penalty) -> Penalty:
    """The penalty, locked until the transaction ends: one answer at a time."""
    return (
        Penalty.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise__parent")
        .get(pk=penalty.pk)
    )
