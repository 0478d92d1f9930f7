"""Purchases in a draft that were written by accepting shipments."""

from django.db import connection

from enterprises.models import Enterprise
from portal.kernel.period import Month

# Of filings f: purchases of shipments that the buyer said it received.
ACCEPTED = """
select r.line, r.date, r.lot_id, r.gross_kg, r.counterparty_id, r.document, r.note
  from traceability_filing f
  join traceability_record r on r.filing_id = f.id and r.kind = 'purchase'
 where exists (
       select from traceability_shipmentanswer a
        where a.buyer_id = f.enterprise_id and a.seller_id = r.counterparty_id
          and a.lot_id = r.lot_id and a.document = upper(btrim(r.document))
          and a.verdict in ('accepted', 'part_refused'))
"""
_COUNT = f"""
select count(*) from (
    {ACCEPTED} and f.enterprise_id = %s and f.month = %s and f.status = 'draft') accepted
"""


def accepted_count(enterprise: Enterprise, month: Month) -> int:
    """How many purchases of a month's draft are shipments that its enterprise accepted."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [enterprise.pk, month.first_day])
        return int(cursor.fetchone()[0])
