"""Decisions, what they say, and the facts the rules judge."""

import hashlib
import json
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from allocations.models import AllocationLine, Category, CeilingLine, Decision, SignOff
from allocations.permissions import Perm
from allocations.rules import DecisionFacts, category_fits
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
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
    ceilings = list(decision.ceiling_lines.values_list("category", "reason"))
    allocations = list(
        decision.allocation_lines.values_list(
            "category", "reason", "enterprise__activities", "enterprise__is_group"
        )
    )
    reasons = [reason for _category, reason, *_rest in (*ceilings, *allocations)]
    return DecisionFacts(
        status=decision.status,
        regime=decision.regime,
        kind=decision.kind,
        digest=decision.content_digest,
        has_ceilings=bool(ceilings),
        has_allocations=bool(allocations),
        lines_without_reason=sum(not reason.strip() for reason in reasons),
        undivided_lines=sum(line[0] == Category.MINING.value for line in (*ceilings, *allocations)),
        unfit_lines=sum(
            not category_fits(category, activities=activities, is_group=is_group)
            for category, _reason, activities, is_group in allocations
        ),
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


def caps_below(decision: Decision) -> list[tuple[int, str, Decimal]]:
    """Caps that issuing `decision` would bring below nothing: enterprise, category, kg."""
    touched = decision.allocation_lines.order_by().values("enterprise_id")
    sums = (
        _standing(AllocationLine.objects.filter(enterprise_id__in=touched), decision)
        .order_by()
        .values_list("enterprise_id", "category")
        .annotate(kg=Sum("kg"))
    )
    return list(sums.filter(kg__lt=0))


def drafters(decision: Decision) -> frozenset[int]:
    """Who drafted the decision or wrote lines of it, by the audit trail."""
    events = AuditEvent.objects.filter(
        subject_kind=decision._meta.label_lower,
        subject_id=str(decision.pk),
        action__in=["decision.drafted", "decision.lines_set"],
    )
    written = events.exclude(by=None).order_by().values_list("by_id", flat=True)
    return frozenset({decision.drafted_by_id, *written})


def _sums(lines: QuerySet, decision: Decision) -> dict[str, Decimal]:
    standing = _standing(lines.all(), decision)
    return dict(standing.order_by().values_list("category").annotate(kg=Sum("kg")))


def _standing(lines: QuerySet, decision: Decision) -> QuerySet:
    """The lines that count in the year once `decision` is issued."""
    return lines.filter(
        Q(decision=decision)
        | Q(decision__year=decision.year, decision__status=Decision.Status.ISSUED)
    )
