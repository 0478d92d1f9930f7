"""Purchases that a buyer confirms, on their way into the drafts of their months.

Part of a deed; the caller holds the buyer.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Shipment
from traceability.queries.filings import highest_line, in_force
from traceability.rules.filings import require_draft
from traceability.services.filings import locked, open_draft

# Written on a purchase that is recorded in a later month than the one it arrived in.
ARRIVED = "Arrived on %(day)s. %(day)s 到货。"
_RECORD = """
insert into traceability_record (filing_id, line, kind, date, lot_id, gross_kg, counterparty_id,
                                 document, note, run, country, assay)
select %(filing)s, %(after)s + n.place, 'purchase', n.date, n.lot_id, n.kg, n.seller_id,
       n.document, n.note, '', '', ''
  from unnest(%(days)s::date[], %(lots)s::bigint[], %(kgs)s::numeric[], %(sellers)s::bigint[],
              %(documents)s::text[], %(notes)s::text[])
       with ordinality as n(date, lot_id, kg, seller_id, document, note, place)
"""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is to be recorded of one shipment, and on which day; gross kg."""

    shipment: Shipment
    arrived_on: date
    recorded_on: date
    kg: Decimal


def record_purchases(
    buyer: Enterprise,
    purchases: Collection[Purchase],
    *,
    amendment: str,
    by: User,
    at: datetime,
) -> list[Filing]:
    """Put purchases at the end of their months' drafts, which it returns; one handed over is taken
    back.

    A submitted month is amended with the reason `amendment`, from the version in force.
    """
    by_month = defaultdict(list)
    for purchase in purchases:
        if purchase.kg:
            by_month[Month.of(purchase.recorded_on)].append(purchase)
    drafts = []
    for month in sorted(by_month):
        filing = _draft(buyer, month, amendment, by=by, at=at)
        rows = by_month[month]
        with connection.cursor() as cursor:
            cursor.execute(
                _RECORD,
                {
                    "filing": filing.pk,
                    "after": highest_line(filing),
                    "days": [row.recorded_on for row in rows],
                    "lots": [row.shipment.lot_id for row in rows],
                    "kgs": [row.kg for row in rows],
                    "sellers": [row.shipment.seller_id for row in rows],
                    "documents": [row.shipment.filed_document for row in rows],
                    "notes": [_note(row) for row in rows],
                },
            )
        filing.record_count += len(rows)
        filing.prepared_by = by
        filing.prepared_at = at
        filing.ready_at = None
        filing.save(update_fields=["record_count", "prepared_by", "prepared_at", "ready_at"])
        drafts.append(filing)
    return drafts


def _draft(buyer: Enterprise, month: Month, amendment: str, *, by: User, at: datetime) -> Filing:
    amends = in_force(buyer.pk, month) is not None
    draft = open_draft(
        enterprise=buyer,
        month=month,
        by=by,
        at=at,
        reason=amendment if amends else "",
        reason_kind=Filing.ReasonKind.LEFT_OUT if amends else "",
        with_records=True,
    )
    filing = locked(draft)
    require_draft(filing.status, filing.receipt_no)
    return filing


def _note(purchase: Purchase) -> str:
    if purchase.recorded_on == purchase.arrived_on:
        return ""
    return ARRIVED % {"day": purchase.arrived_on.isoformat()}
