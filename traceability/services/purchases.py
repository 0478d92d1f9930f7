"""Purchases that a buyer confirms, on their way into the drafts of their months.

Part of a deed; the caller holds the buyer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F

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

# What a draft holds of shipments that the buyer said it received.
_ACCEPTED = """
drop table if exists pg_temp.accepted_purchase;
create temp table accepted_purchase on commit drop as
select r.line, r.date, r.lot_id, r.gross_kg, r.counterparty_id, r.document, r.note
  from traceability_record r
  join traceability_filing f on f.id = r.filing_id
 where r.filing_id = {filing} and r.kind = 'purchase' and exists (
       select from traceability_shipmentanswer a
        where a.buyer_id = f.enterprise_id and a.seller_id = r.counterparty_id
          and a.lot_id = r.lot_id and a.document = upper(btrim(r.document))
          and a.verdict in ('accepted', 'part_refused'))
"""
_KEEP = """
insert into traceability_record (filing_id, line, kind, date, lot_id, gross_kg, counterparty_id,
                                 document, note, run, country, assay)
select %(filing)s, %(after)s + row_number() over (order by k.line), 'purchase', k.date, k.lot_id,
       k.gross_kg, k.counterparty_id, k.document, k.note, '', '', ''
  from accepted_purchase k
 where not exists (
       select from traceability_record r
        where r.filing_id = %(filing)s and r.kind = 'purchase' and r.lot_id = k.lot_id
          and r.counterparty_id = k.counterparty_id
          and upper(btrim(r.document)) = upper(btrim(k.document)))
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


@contextmanager
def accepted_kept(draft: Filing) -> Iterator[None]:
    """What is put in the place of a draft's records leaves those that were accepted as shipments.

    A shipment that is among what is put in is not there twice. The caller holds the enterprise.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ACCEPTED.format(filing=int(draft.pk)))
    yield
    asked = {
        "filing": draft.pk,
        "after": highest_line(draft),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, asked)
        kept = cursor.rowcount
    Filing.objects.filter(pk=draft.pk).update(record_count=F("record_count") + kept)


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
