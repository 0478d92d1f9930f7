"""Purchases written by accepting shipments, while a draft's records are put in anew.

Part of a deed that has opened the staging tables; the caller holds the draft.
"""

from django.db import connection

from traceability.models import Filing
from traceability.queries.accepted import ACCEPTED
from traceability.queries.filings import highest_line

_LAY_ASIDE = f"insert into intake_accepted {ACCEPTED} and f.id = %(filing)s"
_PUT_BACK = """
insert into traceability_record (filing_id, line, kind, date, lot_id, gross_kg, counterparty_id,
                                 document, note, run, country, assay)
select %(filing)s, %(after)s + row_number() over (order by k.line), 'purchase', k.date, k.lot_id,
       k.gross_kg, k.counterparty_id, k.document, k.note, '', '', ''
  from intake_accepted k
 where not exists (
       select from traceability_record r
        where r.filing_id = %(filing)s and r.kind = 'purchase' and r.lot_id = k.lot_id
          and r.counterparty_id = k.counterparty_id
          and upper(btrim(r.document)) = upper(btrim(k.document)))
"""


def lay_aside(draft: Filing) -> int:
    """Remember what a draft holds of accepted shipments, before its records are taken out.

    Answers how many there are.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAY_ASIDE, {"filing": draft.pk})
        return int(cursor.rowcount)


def put_back(draft: Filing) -> int:
    """What was laid aside comes after what was put in; how many records that were.

    A shipment that is among what was put in is not there twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PUT_BACK, {"filing": draft.pk, "after": highest_line(draft)})
        return int(cursor.rowcount)
