"""The graph that traces walk, written from the filings that were just submitted."""

from collections.abc import Sequence

from django.db import connection

from traceability.rules.intake import INCOMING
from traceability.services.flows import rebuild_flows
from traceability.services.intake import sql

_SUBMITTED = "select coalesce(array_agg(id), '{}') from traceability_filing where status <> 'draft'"


def derive_movements(sealed: Sequence[int]) -> None:
    """Write the movements of filings that were just submitted, and the pools these lead to.

    `derivation.hold` comes first. What a later version replaces stays, with until when it was
    known; every version counts here, also one replaced within the same import.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql("derive_movements"), {"filings": list(sealed), "incoming": list(INCOMING)}
        )


def rebuild_movements() -> None:
    """Write all movements and flows anew from the filings on record.

    `derivation.hold` comes first.
    """
    with connection.cursor() as cursor:
        cursor.execute("delete from traceability_movement")
        cursor.execute(_SUBMITTED)
        [(submitted,)] = cursor.fetchall()
    derive_movements(submitted)
    rebuild_flows(submitted)
