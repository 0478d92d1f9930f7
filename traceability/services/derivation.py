"""What follows from a submission: what lots are, balances, and what counts against the caps."""

from collections.abc import Sequence

from django.db import connection, transaction

from traceability.queries.derivation import (
    CAP_USE,
    CELLS,
    DEFINITIONS,
    LEDGER,
    LOTS,
    change_facts,
)
from traceability.queries.replay import REPLAYED_BALANCES, REPLAYED_CAP_USE, REPLAYED_LOTS
from traceability.services.intake import sql
from traceability.services.movements import rebuild_movements

# One derivation at a time: it reads what others' filings say and writes what follows for them.
_LOCK = 0x4445_5256

_DEFINED = (
    f"create temp table derive_lot on commit drop as with {LEDGER}, {DEFINITIONS} table definition"
)
_KEEP_DEFINITIONS = """
update traceability_lot l
   set product_id = d.product_id, reo_percent = d.reo_percent, assay = d.assay
  from derive_lot d where d.lot_id = l.id
"""
_USED = f"""
create temp table derive_use on commit drop as
with {LEDGER}, definition as (table derive_lot), {LOTS}, {CELLS}, {CAP_USE}
select enterprise_id, month, u.category, u.reo_kg
  from cell left join cap_use u using (enterprise_id, month)
"""
_FORGET_CAP_USE = """
delete from traceability_capuse k using (select distinct enterprise_id, month from derive_use) u
 where k.enterprise_id = u.enterprise_id and k.month = u.month
"""
_KEEP_CAP_USE = """
insert into traceability_capuse (enterprise_id, month, category, reo_kg)
select enterprise_id, month, category, reo_kg from derive_use where category is not null
"""
_FORGET_EMPTIED = """
delete from traceability_balance where in_kg = 0 and out_kg = 0 and (enterprise_id, lot_id) in (
    select f.enterprise_id, r.lot_id
      from traceability_filing f join traceability_record r on r.filing_id = f.id
     where f.id = any (%(removed)s))
"""
# One message to the database.
_DERIVED = ";".join(
    (
        "drop table if exists derive_lot, derive_use",
        *(_DEFINED, "analyze derive_lot", _USED, _KEEP_DEFINITIONS, _FORGET_CAP_USE, _KEEP_CAP_USE),
        *(sql("derive_balances"), _FORGET_EMPTIED),
    )
)


def hold() -> None:
    """Wait for the derivation under way, and keep others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def derive(*, added: Sequence[int], removed: Sequence[int]) -> None:
    """Bring lots, balances and cap use up to the filings `added` to the ledger and `removed`.

    `hold` comes first. The cap use of other enterprises changes where a lot that they put into a
    run got or lost its grade or product.
    """
    facts = change_facts(added=list(added), removed=list(removed))
    with connection.cursor() as cursor:
        cursor.execute(_DERIVED, facts)


@transaction.atomic
def rebuild_derived() -> None:
    """Write lots, balances, cap use and movements anew; for repair, and for tests."""
    hold()
    facts = change_facts(added=[], removed=[])
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists derive_lot, derive_use")
        cursor.execute(
            "create temp table derive_lot on commit drop as"
            f" {REPLAYED_LOTS} select lot_id, product_id, reo_percent, assay from replayed",
            facts,
        )
        cursor.execute(_KEEP_DEFINITIONS)
        cursor.execute("delete from traceability_balance")
        cursor.execute(
            "insert into traceability_balance (enterprise_id, lot_id, in_kg, out_kg)"
            f" {REPLAYED_BALANCES} select enterprise_id, lot_id, in_kg, out_kg from replayed",
            facts,
        )
        cursor.execute("delete from traceability_capuse")
        cursor.execute(
            "insert into traceability_capuse (enterprise_id, month, category, reo_kg)"
            f" {REPLAYED_CAP_USE} select enterprise_id, month, category, reo_kg from cap_use",
            facts,
        )
    rebuild_movements()
