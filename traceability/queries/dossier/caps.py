"""Caps and what was used of them month by month, kg REO."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from allocations.models import Category
from allocations.queries import caps
from enterprises.models import Enterprise
from portal.kernel.period import Month, year_months
from portal.kernel.quantity import ZERO, share
from traceability.models import CapUse
from traceability.queries.dossier.period import Period

MINING = Category.MINING


@dataclass(frozen=True, slots=True)
class MonthUsed:
    """One month's counted production, and what was used of the year's cap up to its end."""

    month: Month
    kg: Decimal
    used_kg: Decimal


@dataclass(frozen=True, slots=True)
class CapYear:
    """One category of one year: the cap (None: nothing was ever allocated) and its months."""

    year: int
    category: Category
    cap_kg: Decimal | None
    months: list[MonthUsed]

    @property
    def used_kg(self) -> Decimal:
        """What was used by the last month of the period."""
        return self.months[-1].used_kg if self.months else ZERO

    @property
    def over_kg(self) -> Decimal:
        """What lies beyond the cap."""
        return max(self.used_kg - (self.cap_kg or ZERO), ZERO)

    @property
    def used_share(self) -> Decimal | None:
        """Used of the cap; None without one."""
        return share(self.used_kg, self.cap_kg or ZERO)


def cap_years(enterprise: Enterprise, period: Period) -> list[CapYear]:
    """The categories with a cap or counted production in the years of the period.

    Each year is told from its January to the last month of the period that lies in it.
    """
    days = (date(period.first.year, 1, 1), period.last.first_day)
    used: dict[tuple[int, str], dict[Month, Decimal]] = defaultdict(dict)
    kept = CapUse.objects.filter(enterprise=enterprise, month__range=days)
    for month, category, kg in kept.values_list("month", "category", "reo_kg"):
        used[month.year, category][month] = kg
    return [each for year in period.years for each in _of_year(enterprise, year, used, period)]


def _of_year(
    enterprise: Enterprise,
    year: int,
    used: dict[tuple[int, str], dict[Month, Decimal]],
    period: Period,
) -> Iterator[CapYear]:
    granted = {row.category: row.cap_kg for row in caps(year, [enterprise.pk])}
    counted: dict[str, dict[Month, Decimal]] = defaultdict(dict)
    for (of_year, category), months in used.items():
        if of_year != year:
            continue
        # Where mining was given undivided by ore, all of it counts together.
        together = MINING in granted and category.startswith(MINING)
        into = counted[MINING.value if together else category]
        for month, kg in months.items():
            into[month] = into.get(month, ZERO) + kg
    for category in Category:
        if category.value in granted or category.value in counted:
            running = _running(counted[category.value], year, period.last)
            yield CapYear(year, category, granted.get(category.value), running)


def _running(counted: dict[Month, Decimal], year: int, last: Month) -> list[MonthUsed]:
    total, told = ZERO, []
    for month in year_months(year):
        if month <= last:
            total += counted.get(month, ZERO)
            told.append(MonthUsed(month, counted.get(month, ZERO), total))
    return told
