"""What was said of a shipment, what its seller filed of it over time, and when to answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from portal.kernel.period import Month
from traceability.models import ShipmentAnswer, Tolerance
from traceability.queries.months import deadlines
from traceability.queries.tolerances import tolerances_on
from traceability.rules.shipments import ShipmentKey

# Every sealed version of a month in which some version has the shipment, with what it says of it.
_FILED = """
with said as (
  select f.enterprise_id, f.month, f.id, sum(r.gross_kg) as kg
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id and f.status <> 'draft'
   where r.lot_id = %(lot)s and r.kind = 'sale' and r.counterparty_id = %(buyer)s
     and f.enterprise_id = %(seller)s and upper(btrim(r.document)) = %(document)s
   group by 1, 2, 3
)
select f.month, f.submitted_at, coalesce(said.kg, 0) as kg
  from traceability_filing f
  left join said on said.id = f.id
 where f.enterprise_id = %(seller)s and f.status <> 'draft'
   and f.month in (select month from said)
 order by f.submitted_at, f.version
"""


@dataclass(frozen=True, slots=True)
class FigureFiled:
    """What the seller had filed of a shipment from an instant on, gross kg; zero: taken out."""

    at: datetime
    kg: Decimal


def figures_filed(key: ShipmentKey) -> list[FigureFiled]:
    """How the seller's figure came to be what it is, the first first; only where it changed."""
    values: dict[str, int | str] = {
        "seller": key.seller_id,
        "buyer": key.buyer_id,
        "lot": key.lot_id,
        "document": key.document,
    }
    by_month: dict[date, Decimal] = {}
    figures: list[FigureFiled] = []
    with connection.cursor() as cursor:
        cursor.execute(_FILED, values)
        for month, at, kg in cursor.fetchall():
            by_month[month] = kg
            total = sum(by_month.values(), Decimal(0))
            if total != (figures[-1].kg if figures else Decimal(0)):
                figures.append(FigureFiled(at, total))
    return figures


def answers_of(key: ShipmentKey) -> QuerySet[ShipmentAnswer]:
    """What the buyer said of a shipment, in order, with what was written under each answer."""
    return (
        ShipmentAnswer.objects.filter(
            seller=key.seller_id, buyer=key.buyer_id, lot=key.lot_id, document=key.document
        )
        .select_related("by__organisation")
        .prefetch_related("remarks__by__organisation")
        .order_by("id")
    )


@dataclass(slots=True)
class AnswerDays:
    """Until when the buyer answers what was sent on a day.

    The deadline of the last month that goods sent that day may arrive in: with it, the checks
    begin to miss a purchase.
    """

    grace: timedelta
    known: dict[Month, date] = field(default_factory=dict)

    @classmethod
    def on(cls, today: date) -> "AnswerDays":
        """By the grace period that holds on `today`."""
        days = tolerances_on(today)[Tolerance.Name.UNCONFIRMED_GRACE_DAYS]
        return cls(timedelta(days=int(days)))

    def of(self, sent: date) -> date:
        """The last day to answer."""
        month = self.month(sent)
        if month not in self.known:
            self.known |= deadlines([month])
        return self.known[month]

    def month(self, sent: date) -> Month:
        """The last month that goods sent on a day may arrive in."""
        return Month.of(sent + self.grace)


def months_between(first: date, last: date) -> Sequence[Month]:
    """The months from that of one day to that of another."""
    month, end = Month.of(first), Month.of(last)
    found = []
    while month <= end:
        found.append(month)
        month += 1
    return found
