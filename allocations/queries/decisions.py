"""Decisions, what they say, and the facts the rules judge."""

import hashlib
import json
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery, Sum

from allocations.models import AllocationLine, CeilingLine, Decision, SignOff
from allocations.permissions import Perm
from allocations.rules import DecisionFacts
from portal.accounts.models import User
from portal.kernel.quantity import ZERO


def decisions_visible_to(user: User) -> QuerySet[Decision]:
    """All for ministries and auditors, none for others: these receive copies and caps."""
    decisions = Decision.objects.select_related("drafted_by", "issued_by")
    return decisions if Perm.VIEW_DECISIONS in user.role_held.national else decisions.none()


def with_totals(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Each decision with `ceiling_kg` and `allocated_kg`, the sums of its own lines."""
    ceilings = CeilingLine.objects.filter(decision=OuterRef("pk")).order_by().values("decision")
    lines = AllocationLine.objects.filter(decision=OuterRef("pk")).order_by().values("decision")
    return decisions.annotate(
        ceiling_kg=Subquery(ceilings.annotate(kg=Sum("kg")).values("kg")),
        allocated_kg=Subquery(lines.annotate(kg=Sum("kg")).values("kg")),
    )


def content_digest(decision: Decision) -> str:
    """SHA-256 over what the ministries sign: year, regime, kind, note and every line."""
    ceilings = decision.ceiling_lines.order_by("category").values_list("category", "kg", "reason")
    allocations = decision.allocation_lines.order_by("enterprise_id", "category").values_list(
        "enterprise_id", "category", "kg", "reason"
    )
    content = {
        "year": decision.year,
        "regime": decision.regime,
        "kind": decision.kind,
        "note": decision.note,
        "ceilings": [[c, str(kg), reason] for c, kg, reason in ceilings],
        "allocations": [[e, c, str(kg), reason] for e, c, kg, reason in allocations],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def decision_facts(decision: Decision) -> DecisionFacts:
    """The frozen facts of a decision; sign-offs count on the present content only."""
    verdicts = dict(
        decision.sign_offs.filter(digest=decision.content_digest).values_list("ministry", "verdict")
    )
    ceilings = decision.ceiling_lines.count()
    allocations = decision.allocation_lines.count()
    without_reason = (
        decision.ceiling_lines.filter(reason="").count()
        + decision.allocation_lines.filter(reason="").count()
    )
    return DecisionFacts(
        status=decision.status,
        regime=decision.regime,
        kind=decision.kind,
        digest=decision.content_digest,
        has_ceilings=ceilings > 0,
        has_allocations=allocations > 0,
        lines_without_reason=without_reason,
        agreed=frozenset(m for m, v in verdicts.items() if v == SignOff.Verdict.AGREED),
        refused=frozenset(m for m, v in verdicts.items() if v == SignOff.Verdict.REFUSED),
    )


def categories_over(decision: Decision) -> list[tuple[str, Decimal, Decimal]]:
    """Categories in which issue would exceed the ceiling: category, allocated and ceiling, kg."""
    ceilings = _sums(CeilingLine.objects, decision)
    allocated = _sums(AllocationLine.objects, decision)
    return [
        (category, kg, ceilings.get(category, ZERO))
        for category, kg in sorted(allocated.items())
        if kg > ceilings.get(category, ZERO)
    ]


def _sums(lines: QuerySet, decision: Decision) -> dict[str, Decimal]:
    standing = lines.filter(
        decision__year=decision.year, decision__status=Decision.Status.ISSUED
    ) | lines.filter(decision=decision)
    return dict(standing.order_by().values_list("category").annotate(kg=Sum("kg")))
