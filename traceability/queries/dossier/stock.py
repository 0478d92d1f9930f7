"""Stock by product over a period, gross kg."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection

from enterprises.models import Enterprise
from portal.kernel.period import Month
from traceability.models import Product
from traceability.queries.dossier.period import Period
from traceability.rules.intake import INCOMING, OUTGOING

_STOCK = (Path(__file__).parent / "stock.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class ProductStock:
    """One product: the books over the period, and the last count in it beside them.

    `product` is None for lots that no filing makes. `booked_kg` is what the books held at the end
    of `counted_in`; all three are None where nothing was counted in the period.
    """

    product: Product | None
    opening_kg: Decimal
    in_kg: Decimal
    out_kg: Decimal
    counted_kg: Decimal | None
    booked_kg: Decimal | None
    counted_in: Month | None

    @property
    def closing_kg(self) -> Decimal:
        """What the books hold at the end."""
        return self.opening_kg + self.in_kg - self.out_kg

    @property
    def difference_kg(self) -> Decimal | None:
        """Counted beyond the books of the same month; negative when less."""
        if self.counted_kg is None or self.booked_kg is None:
            return None
        return self.counted_kg - self.booked_kg


def stock_by_product(enterprise: Enterprise, period: Period) -> list[ProductStock]:
    """Every product that moved, was held or was counted, in the order of the code list."""
    asked: dict[str, Any] = {
        "enterprise": enterprise.pk,
        "first": period.first.first_day,
        "last": period.last.first_day,
        "incoming": list(INCOMING),
        "outgoing": list(OUTGOING),
    }
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, asked)
        rows: list[Any] = cursor.fetchall()
    products = Product.objects.in_bulk([row[0] for row in rows if row[0]])
    told = [
        ProductStock(products.get(product), opened, came, went, count, booked, _month(day))
        for product, opened, came, went, count, booked, day in rows
    ]
    moved = [
        each for each in told if any((each.opening_kg, each.in_kg, each.out_kg, each.counted_kg))
    ]
    return sorted(moved, key=lambda each: each.product.position if each.product else 10_000)


def _month(day: date | None) -> Month | None:
    return Month.of(day) if day else None
