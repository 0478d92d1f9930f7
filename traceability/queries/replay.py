"""The ledger replayed: what is derived from it computed anew and compared with what is kept."""

from dataclasses import dataclass

from django.db import connection

from traceability.queries.derivation import CAP_USE, LEDGER, change_facts
from traceability.queries.tracing.kept import (
    FLOW_DIFFERENCES,
    MONTH_FLOW_DIFFERENCES,
    TOTAL_DIFFERENCES,
)

# Each lot as the earliest of its creations in the ledger says, empty where there is none.
REPLAYED_LOTS = f"""
with {LEDGER},
creation as (
    select distinct on (r.lot_id) r.lot_id, r.product_id, r.reo_percent, r.assay
      from traceability_record r
      join ledger f on f.id = r.filing_id
     where r.kind = any (%(creating)s)
     order by r.lot_id, r.date, r.id
),
replayed as (
    select l.id as lot_id, c.product_id, c.reo_percent, coalesce(c.assay, '') as assay
      from traceability_lot l left join creation c on c.lot_id = l.id
)
"""
# What came and went of each lot in each enterprise; a lot that was only counted has no balance.
REPLAYED_BALANCES = f"""
with {LEDGER},
replayed as (
    select f.enterprise_id, r.lot_id,
           coalesce(sum(r.gross_kg) filter (where r.kind = any (%(incoming)s)), 0) as in_kg,
           coalesce(sum(r.gross_kg) filter (where r.kind = any (%(outgoing)s)), 0) as out_kg
      from ledger f join traceability_record r on r.filing_id = f.id
     where r.kind <> 'stock'
     group by 1, 2
)
"""
# The cap use of every month filed, over lots as replayed.
REPLAYED_CAP_USE = f"""
{REPLAYED_LOTS},
lot as (select lot_id as id, product_id, reo_percent from replayed),
cell as (select enterprise_id, month from ledger),
{CAP_USE}
"""

_LOTS = f"""
{REPLAYED_LOTS}
select 'lot', l.id::text, concat_ws(' ', l.product_id, l.reo_percent, l.assay),
       concat_ws(' ', r.product_id, r.reo_percent, r.assay)
  from traceability_lot l join replayed r on r.lot_id = l.id
 where (l.product_id, l.reo_percent, l.assay)
       is distinct from (r.product_id, r.reo_percent, r.assay)
"""
_BALANCES = f"""
{REPLAYED_BALANCES}
select 'balance', concat_ws(' ', enterprise_id, lot_id), concat_ws(' ', b.in_kg, b.out_kg),
       concat_ws(' ', r.in_kg, r.out_kg)
  from replayed r full join traceability_balance b using (enterprise_id, lot_id)
 where (r.in_kg, r.out_kg) is distinct from (b.in_kg, b.out_kg)
"""
_CAP_USE = f"""
{REPLAYED_CAP_USE}
select 'cap use', concat_ws(' ', enterprise_id, month, category), coalesce(k.reo_kg::text, ''),
       coalesce(u.reo_kg::text, '')
  from cap_use u full join traceability_capuse k using (enterprise_id, month, category)
 where u.reo_kg is distinct from k.reo_kg
"""
# Every version's movements as its records say them, by what they lead from and to.
_MOVEMENTS = """
with told as (
    select f.id as filing_id, r.kind, r.lot_id, h.id as holding_id,
           coalesce(p.id, s.id, 0) as other_id, r.country, f.submitted_at as known_from,
           f.known_to, sum(r.gross_kg) as gross_kg,
           case when bool_and(r.reo_kg is not null) then sum(r.reo_kg) end as reo_kg
      from (select id, enterprise_id, submitted_at,
                   lead(submitted_at) over (partition by enterprise_id, month order by version)
                       as known_to
              from traceability_filing where status <> 'draft') f
      join traceability_record r on r.filing_id = f.id and r.kind <> 'stock'
      left join traceability_pool h on h.kind = 'holding' and h.lot_id = r.lot_id
       and h.enterprise_id = f.enterprise_id
      left join traceability_pool p on r.kind in ('input', 'output') and p.kind = 'run'
       and p.enterprise_id = f.enterprise_id and p.run = r.run
      left join traceability_pool s on r.kind in ('sale', 'purchase') and s.kind = 'shipment'
       and s.lot_id = r.lot_id
       and s.enterprise_id = case r.kind when 'sale' then f.enterprise_id else r.counterparty_id end
       and s.counterparty_id = case r.kind when 'sale' then r.counterparty_id
                                    else f.enterprise_id end
     group by 1, 2, 3, 4, 5, 6, 7, 8
), kept as (
    select filing_id, kind, lot_id, country, known_from, known_to, gross_kg, reo_kg,
           case when kind = any (%(incoming)s) then target_id else source_id end as holding_id,
           coalesce(case when kind = any (%(incoming)s) then source_id else target_id end, 0)
               as other_id
      from traceability_movement
)
select 'movement', concat_ws(' ', filing_id, kind, lot_id), coalesce(k.gross_kg::text, ''),
       coalesce(t.gross_kg::text, '')
  from told t
  full join kept k using (filing_id, kind, lot_id, country, holding_id, other_id)
 where (k.gross_kg, k.reo_kg, k.known_from, k.known_to)
       is distinct from (t.gross_kg, t.reo_kg, t.known_from, t.known_to)
"""


_COMPARED = (
    *(_LOTS, _BALANCES, _CAP_USE, _MOVEMENTS),
    *(FLOW_DIFFERENCES, TOTAL_DIFFERENCES, MONTH_FLOW_DIFFERENCES),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One derived figure that is not what the ledger says: what is kept, and what should be."""

    kind: str
    key: str
    kept: str
    replayed: str


def replay_differences() -> list[Difference]:
    """Every lot, balance, cap use, movement and flow that differs from the ledger; always none."""
    facts = change_facts(added=[], removed=[])
    found = []
    with connection.cursor() as cursor:
        for statement in _COMPARED:
            cursor.execute(statement, facts)
            found += [Difference(*row) for row in cursor.fetchall()]
    return found
