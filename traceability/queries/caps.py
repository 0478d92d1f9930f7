"""How an enterprise stands against its caps, kg REO."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Sum

from allocations.models import Category
from allocations.queries import caps
from enterprises.models import Enterprise
from portal.kernel.period import year_months
from portal.kernel.quantity import ZERO, share
from traceability.models import CapUse, Filing
from traceability.queries.derivation import (
    CAP_USE,
    CELLS,
    DEFINITIONS,
    LEDGER,
    LOTS,
    change_facts,
)

# The cap use of the months of one enterprise that a draft would change, by the very text that
# writes it at submission.
_USED_AFTER = f"""
with {LEDGER}, {DEFINITIONS}, {LOTS}, {CELLS.replace("cell as", "any_cell as")},
cell as (select enterprise_id, month from any_cell where enterprise_id = %(enterprise)s),
{CAP_USE}
select month, u.category, u.reo_kg from cell left join cap_use u using (enterprise_id, month)
"""


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


def cap_position_after(filing: Filing) -> list[CapPosition]:
    """The caps of the draft's year as they will stand when it is submitted; nothing is written."""
    year = filing.month.year
    in_force = Filing.objects.filter(
        enterprise_id=filing.enterprise_id, month=filing.month, status=Filing.Status.SUBMITTED
    )
    facts = change_facts(
        added=[filing.pk], removed=[*in_force.exclude(pk=filing.pk).values_list("pk", flat=True)]
    )
    with connection.cursor() as cursor:
        cursor.execute(_USED_AFTER, facts | {"enterprise": filing.enterprise_id})
        changed = [row for row in cursor.fetchall() if row[0].year == year]
    used = _used(filing.enterprise, year, leaving_out=[month for month, _, _ in changed])
    for _, category, kg in changed:
        if category is not None:
            used[category] = used.get(category, ZERO) + kg
    return _positions(filing.enterprise, year, used)


def _used(
    enterprise: Enterprise, year: int, *, leaving_out: Sequence[date] = ()
) -> dict[str, Decimal]:
    """What is used by category, kg REO."""
    months = [month.first_day for month in year_months(year)]
    kept = CapUse.objects.filter(
        enterprise=enterprise, month__in=[month for month in months if month not in leaving_out]
    )
    return dict(kept.order_by().values_list("category").annotate(kg=Sum("reo_kg")))


def _positions(enterprise: Enterprise, year: int, used: dict[str, Decimal]) -> list[CapPosition]:
    granted = {row.category: row.cap_kg for row in caps(year, [enterprise.pk])}
    return [
        CapPosition(category, granted.get(category.value, ZERO), used.get(category.value, ZERO))
        for category in Category
        if category.value in granted or used.get(category.value)
    ]
