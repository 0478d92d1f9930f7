"""What follows from the ledger, as SQL: what lots are and what counts against the caps.

Each constant is one or more common table expressions; a statement is put together from those it
needs. The ledger is the filings in force, or what it would be after a change: %(added)s are filings
that come into force, %(removed)s those that they supersede, whatever their status says by now. So
a preview, a submission and a replay run the same text.
"""

from pathlib import Path
from typing import Any

from traceability.rules.intake import CREATING, INCOMING, OUTGOING

# Not materialized: a submission looks at a few filings of a ledger of many.
LEDGER = """
ledger as not materialized (
    select id, enterprise_id, month from traceability_filing
     where (status = 'submitted' and id <> all (%(removed)s)) or id = any (%(added)s)
)"""

# What each lot that the change touches is: its earliest creation, nothing where there is none.
DEFINITIONS = """
touched as (
    select distinct lot_id from traceability_record
     where filing_id = any (%(changed)s) and kind = any (%(creating)s)
),
creation as (
    select distinct on (r.lot_id) r.lot_id, r.product_id, r.reo_percent, r.assay
      from touched t
      join traceability_record r on r.lot_id = t.lot_id and r.kind = any (%(creating)s)
      join ledger f on f.id = r.filing_id
     order by r.lot_id, r.date, r.id
),
definition as (
    select l.id as lot_id, c.product_id, c.reo_percent, coalesce(c.assay, '') as assay
      from touched t
      join traceability_lot l on l.id = t.lot_id
      left join creation c on c.lot_id = t.lot_id
     where (l.product_id, l.reo_percent, l.assay)
           is distinct from (c.product_id, c.reo_percent, coalesce(c.assay, ''))
)"""

# Every lot, with what it will be after the change.
LOTS = """
lot as not materialized (
    select l.id, case when d.lot_id is null then l.product_id else d.product_id end as product_id,
           case when d.lot_id is null then l.reo_percent else d.reo_percent end as reo_percent
      from traceability_lot l left join definition d on d.lot_id = l.id
)"""

# Every month of an enterprise whose cap use the change can alter: the months filed, and the months
# of the outputs of every run that it feeds, empties, or whose lots it makes another thing. Runs of
# others are among them: a maker may file, or amend, after the buyer used the lot.
CELLS = """
affected_run as (
    select f.enterprise_id, r.run
      from traceability_filing f
      join traceability_record r on r.filing_id = f.id and r.kind = 'input' and r.run <> ''
     where f.id = any (%(changed)s)
    union
    select f.enterprise_id, r.run
      from definition d
      join traceability_record r on r.lot_id = d.lot_id and r.kind = 'input' and r.run <> ''
      join ledger f on f.id = r.filing_id
),
cell as materialized (
    select enterprise_id, month from traceability_filing where id = any (%(changed)s)
    union
    select f.enterprise_id, f.month
      from affected_run a
      join ledger f on f.enterprise_id = a.enterprise_id
      join traceability_record r on r.filing_id = f.id and r.run = a.run and r.run <> ''
     where r.kind = 'output'
)"""

CAP_USE = (Path(__file__).parent / "cap_use.sql").read_text(encoding="utf-8")


def change_facts(*, added: list[int], removed: list[int]) -> dict[str, Any]:
    """What the statements ask about a change of the ledger."""
    return {
        "added": added,
        "removed": removed,
        "changed": [*added, *removed],
        "creating": list(CREATING),
        "incoming": list(INCOMING),
        "outgoing": list(OUTGOING),
    }
