"""How an enterprise stands against its caps, kg REO."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from allocations.models import Category
from allocations.queries import caps
from enterprises.models import Enterprise
from portal.kernel.period import year_months
from portal.kernel.quantity import ZERO, share
from traceability.models import CapUse


@dataclass(frozen=True, slots=True)
class CapPosition:
    """One category of one enterprise and year: its cap, what is used, what is left."""

    category: Category
    cap_kg: Decimal
    used_kg: Decimal

    @property
    def left_kg(self) -> Decimal:
        """What may still be produced; negative when more was."""
        return self.cap_kg - self.used_kg

    @property
    def used_share(self) -> Decimal | None:
        """Used of the cap as a fraction; None without a cap."""
        return share(self.used_kg, self.cap_kg)


def cap_position(enterprise: Enterprise, year: int) -> list[CapPosition]:
    """Every category in which the enterprise has a cap or counted production in `year`."""
    return _positions(enterprise, year, _used(enterprise, year))


def _used(enterprise: Enterprise, year: int) -> dict[str, Decimal]:
    """What is used by category, kg REO."""
    kept = CapUse.objects.filter(enterprise=enterprise, month__in=year_months(year))
    return dict(kept.order_by().values_list("category").annotate(kg=Sum("reo_kg")))


def _positions(enterprise: Enterprise, year: int, used: dict[str, Decimal]) -> list[CapPosition]:
    granted = {row.category: row.cap_kg for row in caps(year, [enterprise.pk])}
    return [
        CapPosition(category, granted.get(category.value, ZERO), used.get(category.value, ZERO))
        for category in Category
        if category.value in granted or used.get(category.value)
    ]
