"""The ledger as known at a moment, in SQL: which filings counted, and what lots were by them."""

from datetime import datetime

from traceability.queries.derivation import CAP_USE
from traceability.queries.tracing.walk import NOW

# The latest version of each month that had been submitted.
LEDGER_KNOWN = """
ledger as materialized (
    select f.id, f.enterprise_id, f.month
      from traceability_filing f
     where f.status <> 'draft' and f.submitted_at <= %(known_at)s
       and not exists (select from traceability_filing g
                        where g.enterprise_id = f.enterprise_id and g.month = f.month
                          and g.version > f.version and g.submitted_at <= %(known_at)s)
)"""
# Each lot as the earliest of its creations then told it; nothing known of one without any.
LOTS_KNOWN = """
lot as materialized (
    select l.id, c.product_id, c.reo_percent
      from traceability_lot l
      left join (select distinct on (r.lot_id) r.lot_id, r.product_id, r.reo_percent
                   from traceability_record r
                   join ledger f on f.id = r.filing_id
                  where r.kind = any (%(creating)s)
                  order by r.lot_id, r.date, r.id) c on c.lot_id = l.id
)"""
LOTS_NOW = "lot as not materialized (select id, product_id, reo_percent from traceability_lot)"
# The months of the scope that had been filed.
CELLS_ASKED = """
cell as materialized (
    select enterprise_id, month from ledger
     where month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
)"""
_KEPT = """
cap_use as not materialized (
    select enterprise_id, month, category, reo_kg from traceability_capuse
     where month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
)"""


def use_counted(known_at: datetime) -> str:
    """What `cap_use` is derived from, as it was known at a moment."""
    lots = LOTS_NOW if known_at == NOW else LOTS_KNOWN
    return f"{LEDGER_KNOWN}, {lots}, {CELLS_ASKED}, {CAP_USE}"


def use_known(known_at: datetime) -> str:
    """`cap_use` of the months and scope asked about: as it is kept, or as it was known."""
    return _KEPT if known_at == NOW else use_counted(known_at)
