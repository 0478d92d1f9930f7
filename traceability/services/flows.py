"""The flows that pages of a period add up, written from the filings that were just submitted."""

from collections.abc import Sequence

from django.db import connection

from traceability.queries.derivation import change_facts
from traceability.queries.tracing.kept import DERIVED_FLOWS, TOTALS_ADDED, each, each_total
from traceability.services.intake import sql

_KEEP = each(
    f"""
insert into traceability_filingflow (filing_id, enterprise_id, month, known_from, known_to, kind,
    product_id, other_id, country, partner_id, run_id, [[$]])
with wanted as (select id from derive_wanted), {DERIVED_FLOWS}
select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, other_id, country,
       partner_id, run_id, [[$]]
  from kept
"""
)
_OF_WANTED = "where filing_id in (select id from derive_wanted)"
_KEEP_TOTALS = each_total(
    "insert into traceability_filingtotal (filing_id, [[$_kg]]) "
    + TOTALS_ADDED.replace("/*of*/", _OF_WANTED)
)


def derive_flows(sealed: Sequence[int]) -> None:
    """Write the flows of filings that were just submitted, and of those that these change.

    `derivation.derive` and `derive_movements` come first, in the same transaction.
    """
    facts = change_facts(added=[], removed=[]) | {"filings": list(sealed)}
    with connection.cursor() as cursor:
        cursor.execute(each(sql("forget_flows")), facts)
        cursor.execute(f"{_KEEP};{_KEEP_TOTALS}", facts)
        cursor.execute(each(sql("keep_month_flows")), facts)


def rebuild_flows(sealed: Sequence[int]) -> None:
    """Write all flows anew from the movements on record."""
    with connection.cursor() as cursor:
        cursor.execute("delete from traceability_filingflow")
        cursor.execute("delete from traceability_filingtotal")
        cursor.execute("delete from traceability_monthflow")
    derive_flows(sealed)
