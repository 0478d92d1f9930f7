"""Notices: which are still to be made, what they stand for, and what has changed since."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from allocations.models import (
    AllocationLine,
    Category,
    CeilingLine,
    Copy,
    Decision,
    OfficialNotice,
    SignOff,
)
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among

ISSUED = Decision.Status.ISSUED


@dataclass(frozen=True, slots=True)
class NoticeFigures:
    """What the lines of a notice, or of an extract, come to, kg REO by category."""

    ceilings: list[tuple[Category, Decimal]]
    allocated: list[tuple[Category, Decimal]]
    lines: int
    enterprises: int


def is_on_paper(decision: Decision) -> bool:
    """Whether the ministries signed on paper, so that the notice is theirs."""
    return decision.sign_offs.filter(transcribed=True).exists()


def notices_due() -> list[int]:
    """The decisions issued in the portal whose notice is still to be made, the first first."""
    on_paper = SignOff.objects.filter(decision=OuterRef("pk"), transcribed=True)
    made = OfficialNotice.objects.filter(decision=OuterRef("pk"), copy=None)
    due = Decision.objects.filter(~Exists(on_paper), ~Exists(made), status=ISSUED)
    return list(due.order_by("issued_at", "pk").values_list("pk", flat=True))


def notices() -> QuerySet[OfficialNotice]:
    """Notices and extracts with what they are of, without the PDFs themselves."""
    return OfficialNotice.objects.defer("pdf").select_related("decision", "copy__recipient")


def changed_since(decision: Decision, copy: Copy | None = None) -> QuerySet[Decision]:
    """The later decisions with a line for a cap or a ceiling that an issued decision tells of.

    A copy tells of its enterprises only, and of no ceiling.
    """
    told = AllocationLine.objects.filter(
        decision=decision, enterprise=OuterRef("enterprise"), category=OuterRef("category")
    )
    if copy is not None:
        told = told.filter(enterprise_id__in=among(_enterprises(copy)))
    changes = Q(Exists(AllocationLine.objects.filter(Exists(told), decision=OuterRef("pk"))))
    if copy is None:
        ceilings = decision.ceiling_lines.order_by().values("category")
        changed = CeilingLine.objects.filter(decision=OuterRef("pk"), category__in=ceilings)
        changes |= Q(Exists(changed))
    later = Q(issued_at__gt=decision.issued_at) | Q(
        issued_at=decision.issued_at, number__gt=decision.number
    )
    found = Decision.objects.filter(later, changes, year=decision.year, status=ISSUED)
    return found.order_by("issued_at", "number")


def notice_figures(notice: OfficialNotice) -> NoticeFigures:
    """What the lines come to that the notice tells of."""
    decision, copy = notice.decision, notice.copy
    if copy is not None:
        lines = copy.content["lines"]
        allocated = _sums((each["category"], Decimal(each["kg"])) for each in lines)
        return NoticeFigures([], allocated, len(lines), len(_enterprises(copy)))
    rows = list(decision.allocation_lines.order_by().values_list("enterprise_id", "category", "kg"))
    return NoticeFigures(
        ceilings=_sums(decision.ceiling_lines.order_by().values_list("category", "kg")),
        allocated=_sums((category, kg) for _enterprise, category, kg in rows),
        lines=len(rows),
        enterprises=len({enterprise for enterprise, _category, _kg in rows}),
    )


def _enterprises(copy: Copy) -> set[int]:
    return {line["enterprise"] for line in copy.content["lines"]}


def _sums(lines: Iterable[tuple[str, Decimal]]) -> list[tuple[Category, Decimal]]:
    sums: dict[str, Decimal] = {}
    for category, kg in lines:
        sums[category] = sums.get(category, ZERO) + kg
    return [(category, sums[category.value]) for category in Category if category.value in sums]
