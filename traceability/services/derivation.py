"""What follows from the ledger: what lots are, balances, cap use. Part of the deed that submits.

Written by what changed and always equal to a rebuild; `traceability.queries.replay` compares.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from traceability.queries.caps import CAP_USE
from traceability.rules.intake import CREATING
from traceability.services.intake import sql

INCOMING = (*CREATING, "purchase")
OUTGOING = ("input", "sale", "export", "loss")
# One derivation at a time: it reads what others' filings say and writes what follows for them.
_LOCK = 0x4445_5256


def hold() -> None:
    """Wait for the derivation under way, and keep others out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])


def derive(*, added: Sequence[int], removed: Sequence[int]) -> None:
    """Bring lots, balances and cap use up to the filings `added` to the ledger and `removed`.

    `hold` comes first. The cap use of other enterprises changes where a lot that they put into a
    run got or lost its grade or product.
    """
    facts = {
        "filings": [*added, *removed],
        "added": list(added),
        "removed": list(removed),
        "creating": list(CREATING),
        "incoming": list(INCOMING),
        "outgoing": list(OUTGOING),
    }
    with connection.cursor() as cursor:
        _derive_lots(cursor, facts)
        _derive_balances(cursor, facts)
        _derive_cap_use(cursor, facts)


def _derive_lots(cursor: Any, facts: dict[str, Any]) -> None:
    cursor.execute("drop table if exists derive_changed_lot")
    cursor.execute(sql("derive_lots"), facts)
    cursor.execute("analyze derive_changed_lot")
    cursor.execute(
        "update traceability_lot l set product_id = c.product_id, reo_percent = c.reo_percent,"
        " assay = c.assay from derive_changed_lot c where c.lot_id = l.id"
    )


def _derive_balances(cursor: Any, facts: dict[str, Any]) -> None:
    cursor.execute(sql("derive_balances"), facts)
    emptied = [row[0] for row in cursor.fetchall()]
    if emptied:
        cursor.execute(
            "delete from traceability_balance"
            " where enterprise_id = any (%s) and in_kg = 0 and out_kg = 0",
            [emptied],
        )


def _derive_cap_use(cursor: Any, facts: dict[str, Any]) -> None:
    cursor.execute(
        "select enterprise_id from traceability_filing where id = any (%(filings)s)"
        " union select f.enterprise_id from derive_changed_lot c"
        " join traceability_record r on r.lot_id = c.lot_id and r.kind = 'input'"
        " join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'",
        facts,
    )
    touched = {"everyone": False, "enterprises": [row[0] for row in cursor.fetchall()]}
    cursor.execute(
        "delete from traceability_capuse where enterprise_id = any (%(enterprises)s)",
        touched,
    )
    cursor.execute(
        f"insert into traceability_capuse (enterprise_id, month, category, reo_kg) {CAP_USE}",
        touched,
    )
