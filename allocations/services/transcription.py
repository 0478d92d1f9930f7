"""Putting on record a decision that was signed and issued on paper."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from allocations import queries, rules
from allocations.models import Decision, SignOff
from allocations.services.decisions import create_draft
from allocations.services.issuing import make_effective
from allocations.services.lines import AllocationEntry, CeilingEntry, write_lines
from portal.accounts.models import User


@transaction.atomic
def transcribe_decision(
    *,
    year: int,
    regime: str,
    kind: str,
    document_no: str,
    approval_no: str,
    ceilings: Sequence[CeilingEntry],
    allocations: Sequence[AllocationEntry],
    note: str = "",
    by: User,
    at: datetime,
) -> Decision:
    """Put on record a decision that the ministries signed on paper, with the number it bears.

    The sign-offs are marked as transcribed by the operator; sums, copies and the guard of the
    database are those of any issue. Whether a line fits its enterprise is not asked: it stands as
    it was decided. Masses are kg REO. Raises NothingDecided, DocumentTaken, CeilingExceeded or
    CapNegative.
    """
    decision = create_draft(year=year, regime=regime, kind=kind, note=note, by=by, at=at)
    write_lines(decision, ceilings, allocations, by=by, at=at)
    decision.status = Decision.Status.CIRCULATED
    decision.circulated_at = at
    decision.save(update_fields=["content_digest", "status", "circulated_at"])
    facts = queries.decision_facts(decision)
    rules.require_lines(facts)
    SignOff.objects.bulk_create(
        SignOff(
            decision=decision,
            ministry=ministry,
            user=by,
            at=at,
            digest=decision.content_digest,
            verdict=SignOff.Verdict.AGREED,
            transcribed=True,
        )
        for ministry in sorted(rules.required_ministries(facts))
    )
    make_effective(decision, document_no=document_no, approval_no=approval_no, by=by, at=at)
    return decision
