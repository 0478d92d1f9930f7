"""Ceilings, allocations and caps of a year: the sums of issued lines, kg REO."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from allocations.models import AllocationLine, Category, CeilingLine, Decision, SignOff
from enterprises.models import Activity, Enterprise, EnterpriseQuerySet
from portal.kernel.period import Month
from portal.kernel.quantity import ZERO, share
from portal.kernel.sql import among

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

    @property
    def allocated_share(self) -> Decimal | None:
        """Allocated of the ceiling, as a fraction; None without a ceiling."""
        return share(self.allocated_kg, self.ceiling_kg)


@dataclass(frozen=True, slots=True)
class Holder:
    """A rare earth group, or an enterprise outside any, and what it and its members hold."""

    enterprise: Enterprise
    caps_kg: dict[Category, Decimal]


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
        lines = lines.filter(enterprise_id__in=among(enterprises))
    sums = lines.order_by().values_list("enterprise_id", "category").annotate(kg=Sum("kg"))
    return [CapRow(*row) for row in sums]


def year_position(year: int) -> list[CategoryPosition]:
    """Ceiling and allocated by category, those that occur in the year."""
    return ceilings_by_year([year]).get(year, [])


def ceilings_by_year(years: Collection[int] | None = None) -> dict[int, list[CategoryPosition]]:
    """The positions of every year on record, or of `years`; the latest year first."""
    ceilings = _sums(CeilingLine.objects.all(), years)
    allocated = _sums(AllocationLine.objects.all(), years)
    positions: dict[int, list[CategoryPosition]] = {}
    for year in sorted({year for year, _category in (*ceilings, *allocated)}, reverse=True):
        positions[year] = [
            CategoryPosition(
                category,
                ceilings.get((year, category.value), ZERO),
                allocated.get((year, category.value), ZERO),
            )
            for category in Category
            if ceilings.get((year, category.value)) or allocated.get((year, category.value))
        ]
    return positions


def _sums(lines: QuerySet, years: Collection[int] | None) -> dict[tuple[int, str], Decimal]:
    issued = lines.filter(decision__status=ISSUED)
    if years is not None:
        issued = issued.filter(decision__year__in=years)
    rows = issued.order_by().values_list("decision__year", "category").annotate(kg=Sum("kg"))
    return {(year, category): kg for year, category, kg in rows}


def years_on_record() -> list[int]:
    """The years with an issued decision, the latest first."""
    return list(
        Decision.objects.filter(status=ISSUED)
        .order_by("-year")
        .values_list("year", flat=True)
        .distinct()
    )


def expected_reach(year: int, enterprises: Iterable[int]) -> dict[tuple[int, str], Month]:
    """The month in which caps of `year` were or will be reached at the present pace.

    By enterprise and category, of those that are expected to; as traceability tells it.
    """
    told = import_string(settings.FORECAST_SOURCE)(year, enterprises)
    return {key: Month(year, number) for key, number in told.items()}


@dataclass(frozen=True, slots=True)
class GroupYear:
    """What the head and the members of one rare earth group hold together in a category."""

    year: int
    group_id: int | None
    category: str
    kg: Decimal


def group_caps(years: Collection[int] | None = None) -> list[GroupYear]:
    """The caps of every group, of all years or of `years`; no group: enterprises outside any."""
    lines = AllocationLine.objects.filter(decision__status=ISSUED)
    if years is not None:
        lines = lines.filter(decision__year__in=years)
    own = Case(When(enterprise__is_group=True, then=F("enterprise_id")))
    sums = (
        lines.order_by()
        .values_list("decision__year", Coalesce("enterprise__parent_id", own), "category")
        .annotate(kg=Sum("kg"))
    )
    return [GroupYear(*row) for row in sums]


def holders(year: int) -> list[Holder]:
    """Who holds the caps of a year: groups with their members' together, the largest first."""
    rows = caps(year)
    found: Iterable[Enterprise] = Enterprise.objects.filter(
        pk__in={row.enterprise_id for row in rows}
    ).select_related("organisation", "parent__organisation")
    heads = {each.pk: each.parent or each for each in found}
    sums: dict[int, dict[Category, Decimal]] = {}
    for row in rows:
        held = sums.setdefault(heads[row.enterprise_id].pk, {})
        category = Category(row.category)
        held[category] = held.get(category, ZERO) + row.cap_kg
    by_id = {head.pk: head for head in heads.values()}
    holding = [Holder(by_id[pk], held) for pk, held in sums.items()]
    return sorted(holding, key=lambda each: (-sum(each.caps_kg.values()), each.enterprise.pk))


def cap_lines(enterprise: Enterprise) -> QuerySet[AllocationLine]:
    """Why the caps of an enterprise are what they are: every issued line with its decision."""
    return (
        AllocationLine.objects.filter(enterprise=enterprise, decision__status=ISSUED)
        .select_related("decision")
        .order_by(F("decision__year").desc(), "category", "decision__number")
    )


@dataclass(frozen=True, slots=True)
class CapStep:
    """One line of a cap, and what the cap came to by it, kg REO; whether it came on paper."""

    line: AllocationLine
    cap_kg: Decimal
    on_paper: bool


def cap_history(enterprise: Enterprise, year: int, category: str) -> list[CapStep]:
    """How one cap came about: its lines in the order of their issue, each with the running sum."""
    lines = cap_lines(enterprise).filter(decision__year=year, category=category)
    on_paper = SignOff.objects.filter(decision__year=year, transcribed=True)
    papers = set(on_paper.values_list("decision_id", flat=True))
    standing = ZERO
    steps = []
    for line in lines.order_by("decision__issued_at", "decision__number"):
        standing += line.kg
        steps.append(CapStep(line, standing, line.decision_id in papers))
    return steps


def caps_of(enterprise: Enterprise) -> list[tuple[int, str]]:
    """The years and categories in which an enterprise has a cap, the latest year first."""
    lines = AllocationLine.objects.filter(enterprise=enterprise, decision__status=ISSUED)
    found = lines.order_by().values_list("decision__year", "category").distinct()
    order = {category.value: place for place, category in enumerate(Category)}
    return sorted(found, key=lambda cap: (-cap[0], order[cap[1]]))


def with_caps(enterprises: EnterpriseQuerySet, year: int) -> EnterpriseQuerySet:
    """Those of `enterprises` with a cap in `year`, each with `cap_<category>` in kg."""
    of_the_year = Q(
        allocation_lines__decision__year=year, allocation_lines__decision__status=ISSUED
    )
    return enterprises.filter(of_the_year).annotate(
        **{
            f"cap_{category.value}": Sum(
                "allocation_lines__kg", filter=of_the_year & Q(allocation_lines__category=category)
            )
            for category in Category
        }
    )


def cap_sums(enterprises: EnterpriseQuerySet) -> QuerySet[AllocationLine, Any]:
    """Every cap of `enterprises`, one row for an enterprise, year and category, with `cap_kg`."""
    seen = list(enterprises.order_by().values_list("pk", flat=True))
    return (
        AllocationLine.objects.filter(decision__status=ISSUED, enterprise_id__in=seen)
        .order_by()
        .values(
            "category",
            year=F("decision__year"),
            uscc=F("enterprise__uscc"),
            name_zh=F("enterprise__organisation__name_zh"),
            name_en=F("enterprise__organisation__name_en"),
            holder=F("enterprise_id"),
        )
        .annotate(cap_kg=Sum("kg"))
        .order_by("-year", "holder", "category")
    )


def possible_holders() -> EnterpriseQuerySet:
    """Who an allocation may go to: enterprises that mine or separate, and groups."""
    controlled = [Activity.MINING.value, Activity.SEPARATION.value]
    return Enterprise.objects.filter(
        Q(activities__overlap=controlled) | Q(is_group=True, merged_into=None)
    ).select_related("organisation")
