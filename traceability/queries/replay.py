"""The ledger replayed: lots, balances and cap use computed anew and compared with what is kept."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from traceability.queries.caps import CAP_USE
from traceability.rules.intake import CREATING

_LOTS = """
with standing as (
    select distinct on (r.lot_id) r.lot_id, r.product_id, r.reo_percent, r.assay
      from traceability_record r
      join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
     where r.kind = any (%(creating)s)
     order by r.lot_id, r.date, r.id
)
select 'lot', l.id::text, concat_ws(' ', l.product_id, l.reo_percent, l.assay),
       concat_ws(' ', s.product_id, s.reo_percent, coalesce(s.assay, ''))
  from traceability_lot l left join standing s on s.lot_id = l.id
 where (l.product_id, l.reo_percent, l.assay)
       is distinct from (s.product_id, s.reo_percent, coalesce(s.assay, ''))
"""
_BALANCES = """
with moved as (
    select f.enterprise_id, r.lot_id,
           sum(r.gross_kg) filter (where r.kind = any (%(incoming)s)) as in_kg,
           sum(r.gross_kg) filter (where r.kind = any (%(outgoing)s)) as out_kg
      from traceability_filing f join traceability_record r on r.filing_id = f.id
     where f.status = 'submitted' and r.kind <> 'stock'
     group by f.enterprise_id, r.lot_id
)
select 'balance', coalesce(m.enterprise_id, b.enterprise_id) || ' ' || coalesce(m.lot_id, b.lot_id),
       concat_ws(' ', b.in_kg, b.out_kg), concat_ws(' ', m.in_kg, m.out_kg)
  from moved m
  full join traceability_balance b on b.enterprise_id = m.enterprise_id and b.lot_id = m.lot_id
 where coalesce(m.in_kg, 0) is distinct from coalesce(b.in_kg, 0)
    or coalesce(m.out_kg, 0) is distinct from coalesce(b.out_kg, 0)
    or m.lot_id is null
"""
_CAP_USE = f"""
with anew as ({CAP_USE})
select 'cap use', concat_ws(' ', coalesce(a.enterprise_id, k.enterprise_id),
       coalesce(a.month, k.month), coalesce(a.category, k.category)),
       coalesce(k.reo_kg::text, ''), coalesce(a.reo_kg::text, '')
  from anew a
  full join traceability_capuse k
    on k.enterprise_id = a.enterprise_id and k.month = a.month and k.category = a.category
 where a.reo_kg is distinct from k.reo_kg
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One derived figure that is not what the ledger says: what is kept, and what should be."""

    kind: str
    key: str
    kept: str
    replayed: str


def replay_differences() -> list[Difference]:
    """Every lot, balance and cap use that differs from the ledger; always none."""
    facts: dict[str, Any] = {
        "creating": list(CREATING),
        "incoming": [*CREATING, "purchase"],
        "outgoing": ["input", "sale", "export", "loss"],
        "everyone": True,
        "enterprises": [],
    }
    found = []
    with connection.cursor() as cursor:
        for statement in (_LOTS, _BALANCES, _CAP_USE):
            cursor.execute(statement, facts)
            found += [Difference(*row) for row in cursor.fetchall()]
    return found
