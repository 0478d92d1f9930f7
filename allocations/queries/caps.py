"""Ceilings, allocations and caps of a year: the sums of issued lines, kg REO."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from allocations.models import AllocationLine, Category, CeilingLine, Decision
from enterprises.models import Enterprise
from portal.kernel.quantity import ZERO

ISSUED = Decision.Status.ISSUED


@dataclass(frozen=True, slots=True)
class CapRow:
    """One enterprise's cap in one category."""

    enterprise_id: int
    category: str
    cap_kg: Decimal


@dataclass(frozen=True, slots=True)
class CategoryPosition:
    """A category's ceiling and what is allocated of it."""

    category: Category
    ceiling_kg: Decimal
    allocated_kg: Decimal

    @property
    def reserve_kg(self) -> Decimal:
        """What is not allocated yet."""
        return self.ceiling_kg - self.allocated_kg


def cap_kg(enterprise: Enterprise, year: int, category: str) -> Decimal:
    """The cap of one enterprise in one category; nothing allocated is nothing."""
    total = AllocationLine.objects.filter(
        decision__year=year,
        decision__status=ISSUED,
        enterprise=enterprise,
        category=category,
    ).aggregate(kg=Sum("kg"))["kg"]
    return total or ZERO


def caps(year: int, enterprises: Sequence[int] | None = None) -> list[CapRow]:
    """Every cap of a year, or those of `enterprises`; a cap that came down to nothing is one."""
    lines = AllocationLine.objects.filter(decision__year=year, decision__status=ISSUED)
    if enterprises is not None:
        lines = lines.filter(enterprise_id__in=enterprises)
    sums = lines.order_by().values_list("enterprise_id", "category").annotate(kg=Sum("kg"))
    return [CapRow(*row) for row in sums]


def year_position(year: int) -> list[CategoryPosition]:
    """Ceiling and allocated by category, those that occur in the year."""
    ceilings = _by_category(CeilingLine.objects.all(), year)
    allocated = _by_category(AllocationLine.objects.all(), year)
    return [
        CategoryPosition(
            category,
            ceilings.get(category.value, ZERO),
            allocated.get(category.value, ZERO),
        )
        for category in Category
        if ceilings.get(category.value) or allocated.get(category.value)
    ]


def _by_category(lines: QuerySet, year: int) -> dict[str, Decimal]:
    return dict(
        lines.filter(decision__year=year, decision__status=ISSUED)
        .order_by()
        .values_list("category")
        .annotate(kg=Sum("kg"))
    )


def years_on_record() -> list[int]:
    """The years with an issued decision, the latest first."""
    return list(
        Decision.objects.filter(status=ISSUED)
        .order_by("-year")
        .values_list("year", flat=True)
        .distinct()
    )


def cap_lines(enterprise: Enterprise) -> QuerySet[AllocationLine]:
    """Why the caps of an enterprise are what they are: every issued line with its decision."""
    return (
        AllocationLine.objects.filter(enterprise=enterprise, decision__status=ISSUED)
        .select_related("decision")
        .order_by(F("decision__year").desc(), "category", "decision__number")
    )


def cap_sums(
    seen: Sequence[int] | None, *, chinese: bool
) -> QuerySet[AllocationLine, dict[str, Any]]:
    """Every cap that is seen, as rows of a list: enterprise, name, category, year, `cap_kg`.

    `seen`: the enterprises, None for all.
    """
    lines = AllocationLine.objects.filter(decision__status=ISSUED)
    if seen is not None:
        lines = lines.filter(enterprise_id__in=seen)
    name = F(f"enterprise__organisation__name_{'zh' if chinese else 'en'}")
    return (
        lines.order_by()
        .values("enterprise_id", "enterprise__uscc", "category", "decision__year", name=name)
        .annotate(cap_kg=Sum("kg"))
    )
