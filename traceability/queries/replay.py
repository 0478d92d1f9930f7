"""The ledger replayed: lots, balances and cap use computed anew and compared with what is kept."""

from dataclasses import dataclass

from django.db import connection

from traceability.queries.derivation import CAP_USE, LEDGER, change_facts

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


@dataclass(frozen=True, slots=True)
class Difference:
    """One derived figure that is not what the ledger says: what is kept, and what should be."""

    kind: str
    key: str
    kept: str
    replayed: str


def replay_differences() -> list[Difference]:
    """Every lot, balance and cap use that differs from the ledger; always none."""
    facts = change_facts(added=[], removed=[])
    found = []
    with connection.cursor() as cursor:
        for statement in (_LOTS, _BALANCES, _CAP_USE):
            cursor.execute(statement, facts)
            found += [Difference(*row) for row in cursor.fetchall()]
    return found
