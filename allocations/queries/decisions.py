"""Decisions, what they say, and the facts the rules judge."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from allocations.models import AllocationLine, Category, CeilingLine, Decision, SignOff
from allocations.permissions import Perm
from allocations.rules import DecisionFacts, Effect, category_fits
from portal.accounts.models import Region, User
from portal.kernel.models import AuditEvent
from portal.kernel.quantity import ZERO

WRITING = (
    "decision.drafted",
    "decision.lines_set",
    "decision.lines_changed",
    "decision.penalty_taken",
    "decision.scenario_promoted",
)
Masses = Iterable[tuple[str, Decimal]]


def decisions_visible_to(user: User) -> QuerySet[Decision]:
    """All for ministries and auditors, none for others: these receive copies and caps."""
    decisions = Decision.objects.select_related("drafted_by", "issued_by")
    return decisions if Perm.VIEW_DECISIONS in user.role_held.national else decisions.none()


def with_figures(decisions: QuerySet[Decision]) -> QuerySet[Decision]:
    """Each decision with the kg of its ceiling line in each category, and of its allocations.

    `ceiling_mining_rock` and so on; `allocated_mining` (all ore types) and `allocated_separation`.
    """
    ceilings = {
        f"ceiling_{category.value}": Subquery(
            CeilingLine.objects.filter(decision=OuterRef("pk"), category=category).values("kg")
        )
        for category in Category
    }
    lines = AllocationLine.objects.filter(decision=OuterRef("pk")).order_by().values("decision")
    separation = lines.filter(category=Category.SEPARATION).annotate(sum=Sum("kg"))
    mining = lines.exclude(category=Category.SEPARATION).annotate(sum=Sum("kg"))
    return decisions.annotate(
        **ceilings,
        allocated_mining=Subquery(mining.values("sum")),
        allocated_separation=Subquery(separation.values("sum")),
    )


def content_digest(decision: Decision) -> str:
    """SHA-256 over what the ministries sign: year, regime, kind, note, day and every line."""
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
    if decision.effective_on:
        content["effective_on"] = decision.effective_on.isoformat()
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def decision_facts(decision: Decision) -> DecisionFacts:
    """The frozen facts of a decision; sign-offs count on the present content only.

    A ministry that stopped the issue took its sign-off back: one given before does not count.
    """
    verdicts = {each.ministry: each.verdict for each in standing_sign_offs(decision)}
    ceilings = list(decision.ceiling_lines.values_list("category", "reason"))
    allocations = list(decision.allocation_lines.values_list("category", "reason"))
    lines = (*ceilings, *allocations)
    return DecisionFacts(
        status=decision.status,
        regime=decision.regime,
        kind=decision.kind,
        digest=decision.content_digest,
        has_ceilings=bool(ceilings),
        has_allocations=bool(allocations),
        lines_without_reason=sum(not reason.strip() for _category, reason in lines),
        undivided_lines=sum(category == Category.MINING.value for category, _reason in lines),
        unfit_lines=len(unfit_lines(decision)),
        agreed=frozenset(m for m, v in verdicts.items() if v == SignOff.Verdict.AGREED),
        refused=frozenset(m for m, v in verdicts.items() if v == SignOff.Verdict.REFUSED),
    )


def ceilings_of(decision: Decision) -> QuerySet[CeilingLine]:
    """Its ceiling lines in the order of categories."""
    places = [When(category=name, then=place) for place, name in enumerate(Category.values)]
    return decision.ceiling_lines.order_by(Case(*places))


def standing_sign_offs(decision: Decision) -> list[SignOff]:
    """The verdicts that count: on the present content, and not taken back by a stop."""
    last_stop = {
        ministry: place
        for place, ministry in enumerate(decision.stops.values_list("ministry", flat=True), start=1)
    }
    given = decision.sign_offs.filter(digest=decision.content_digest).select_related("user")
    return [each for each in given if each.after_stops >= last_stop.get(each.ministry, 0)]


def agreed_to(decision: Decision) -> frozenset[str]:
    """The ministries that have agreed to the present content."""
    given = standing_sign_offs(decision)
    return frozenset(each.ministry for each in given if each.verdict == SignOff.Verdict.AGREED)


def issues_due(at: datetime) -> list[int]:
    """The decisions whose cooling-off is over, the first ordered first."""
    due = Decision.objects.filter(status=Decision.Status.ORDERED, issues_at__lte=at)
    return list(due.order_by("issues_at", "pk").values_list("pk", flat=True))


def unfit_lines(decision: Decision) -> list[AllocationLine]:
    """The lines for a category that is not among the enterprise's activities."""
    lines = decision.allocation_lines.select_related("enterprise__organisation")
    return [
        line
        for line in lines
        if not category_fits(
            line.category,
            activities=line.enterprise.activities,
            is_group=line.enterprise.is_group,
        )
    ]


def effects(
    decision: Decision, *, ceilings: Masses | None = None, allocations: Masses | None = None
) -> list[Effect]:
    """What `decision` does to each category that it or its year has.

    With the lines that stand, or with those given as pairs of category and kg.
    """
    others = Q(decision__year=decision.year, decision__status=Decision.Status.ISSUED) & ~Q(
        decision=decision
    )
    if ceilings is None:
        ceilings = decision.ceiling_lines.values_list("category", "kg")
    if allocations is None:
        allocations = decision.allocation_lines.values_list("category", "kg")
    sums = [
        _by_category(CeilingLine.objects.filter(others).values_list("category", "kg")),
        _by_category(ceilings),
        _by_category(AllocationLine.objects.filter(others).values_list("category", "kg")),
        _by_category(allocations),
    ]
    return [
        Effect(category, *(each.get(category.value, ZERO) for each in sums))
        for category in Category
        if any(category.value in each for each in sums)
    ]


def _by_category(masses: Masses) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for category, kg in masses:
        sums[category] = sums.get(category, ZERO) + kg
    return sums


def caps_below(decision: Decision) -> list[AllocationLine]:
    """A line of each cap that issuing `decision` would bring below nothing, with its `cap_kg`."""
    standing = (
        AllocationLine.objects.filter(
            enterprise=OuterRef("enterprise"),
            category=OuterRef("category"),
            decision__year=decision.year,
            decision__status=Decision.Status.ISSUED,
        )
        .exclude(decision=decision)
        .order_by()
        .values("category")
        .annotate(sum=Sum("kg"))
        .values("sum")
    )
    lines = decision.allocation_lines.filter(kg__lt=0).annotate(standing_kg=Subquery(standing))
    found = lines.filter(Q(standing_kg=None) | Q(standing_kg__lt=-F("kg")))
    return list(found.select_related("enterprise__organisation"))


def provinces_concerned(decision: Decision) -> list[tuple[Region, int]]:
    """The provinces whose authorities receive a copy, with the number of enterprises concerned."""
    lines = decision.allocation_lines.order_by()
    concerned: dict[str, set[int]] = {}
    for region, enterprise in lines.values_list("enterprise__region_id", "enterprise_id"):
        concerned.setdefault(f"{region[:2]}0000", set()).add(enterprise)
    provinces = Region.objects.filter(pk__in=concerned).order_by("code")
    return [(province, len(concerned[province.pk])) for province in provinces]


def drafters(decision: Decision) -> frozenset[int]:
    """Who drafted the decision or wrote lines of it, by the audit trail."""
    written = history(decision).filter(action__in=WRITING)
    people = written.exclude(by=None).order_by().values_list("by_id", flat=True)
    return frozenset({decision.drafted_by_id, *people})


def last_order(decision: Decision) -> dict[str, str]:
    """The numbers that the last order to issue the decision gave it; none before the first.

    An order that was stopped, or that a later change undid, leaves them on record only.
    """
    ordered = history(decision).filter(action="decision.ordered").last()
    facts = ordered.facts if ordered else {}
    return {name: facts.get(name, "") for name in ("document_no", "approval_no")}


def history(decision: Decision) -> QuerySet[AuditEvent]:
    """Every deed on record for the decision, the first first."""
    return (
        AuditEvent.objects.filter(
            subject_kind=decision._meta.label_lower, subject_id=str(decision.pk)
        )
        .select_related("by__organisation")
        .order_by("id")
    )
