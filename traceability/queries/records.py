"""The records of a filing as text, in the columns in which they are sent."""

from typing import IO

from django.db import connection

from traceability.models import Filing

# A lot of the filer's own names no maker: that is how its spreadsheet says it.
_CSV = """
copy (
  select r.line, r.kind, r.date, l.number as lot,
         case when l.maker_id <> f.enterprise_id then m.uscc end as lot_maker, p.code as product,
         r.gross_kg, trim_scale(r.reo_percent) as reo_percent, nullif(r.run, '') as run,
         c.uscc as counterparty, nullif(r.document, '') as document,
         nullif(r.country, '') as country, nullif(r.assay, '') as assay,
         nullif(r.note, '') as note
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id
    join traceability_lot l on l.id = r.lot_id
    join enterprises_enterprise m on m.id = l.maker_id
    left join traceability_product p on p.id = r.product_id
    left join enterprises_enterprise c on c.id = r.counterparty_id
   where r.filing_id = %(filing)s and (%(kind)s = '' or r.kind = %(kind)s)
   order by r.line
) to stdout with (format csv, header)
"""


def write_csv(file: IO[bytes], filing: Filing, *, kind: str = "") -> None:
    """Write the records of one version, or those of one kind, in line order, as UTF-8."""
    with (
        connection.cursor() as cursor,
        cursor.copy(_CSV, {"filing": filing.pk, "kind": kind}) as out,
    ):
        for piece in out:
            file.write(piece)
