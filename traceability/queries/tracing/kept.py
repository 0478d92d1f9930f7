"""Flows kept for speed: what they are derived by, and how they are compared with the ledger."""

import re

from traceability.models import Kind
from traceability.models.flows import ELEMENT_MASSES, FLOW_PLACES
from traceability.queries.tracing.walk import statement

MASSES = ("kg", *ELEMENT_MASSES)
# What a filing says in all by kind of record, and the kinds of flow that are part of it.
TOTALS = {
    Kind.EXTRACTION: ("extraction",),
    Kind.INPUT: ("input", "made", "process_loss"),
    Kind.OUTPUT: ("output", "made", "process_excess"),
    Kind.SALE: ("sale",),
    Kind.PURCHASE: ("purchase",),
    Kind.IMPORT: ("import",),
    Kind.EXPORT: ("export",),
    Kind.RECYCLED: ("recycled",),
    Kind.LOSS: ("loss",),
}


def each(sql: str) -> str:
    """A statement with `[[$]]` written out for every mass, and `<<$>>` for those of elements."""
    sql = re.sub(r"\[\[(.*?)\]\]", lambda part: _named(part[1], MASSES), sql, flags=re.DOTALL)
    return re.sub("<<(.*?)>>", lambda part: _named(part[1], MASSES[1:]), sql, flags=re.DOTALL)


def each_total(sql: str) -> str:
    """A statement with `[[$]]` written out for every kind of record that is told in all."""
    return re.sub(r"\[\[(.*?)\]\]", lambda part: _named(part[1], (*TOTALS,)), sql, flags=re.DOTALL)


def _named(pattern: str, names: tuple[str, ...]) -> str:
    return ", ".join(pattern.replace("$", name) for name in names)


def _share(mass: str, oxides: tuple[str, ...]) -> str:
    """The part of all oxides that some are, as SQL; null where nobody stated it."""
    stated = " + ".join(
        f"coalesce(substring(';' || told.assay from ';{oxide}:([0-9.]+)')::numeric, 0)"
        for oxide in oxides
    )
    usual = " + ".join(f"coalesce((p.default_assay ->> '{one}')::numeric, 0)" for one in oxides)
    return (
        f"case when told.assay <> '' then ({stated}) / 100"
        f" when p.default_assay <> '{{}}' then ({usual}) / 100 end as {mass}"
    )


_SHARES = ", ".join(_share(mass, oxides) for mass, oxides in ELEMENT_MASSES.items())
_ANY_MASS = each("greatest([[abs(round($, %d))]]) <> 0" % FLOW_PLACES)  # noqa: UP031
# After `wanted`, the ids of filings: `kept` is what their movements come to.
DERIVED_FLOWS = each(
    f"""
{statement("derived_flows").replace("/*shares*/", _SHARES)},
kept as (
    select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, other_id,
           country, partner_id, run_id, [[round($, {FLOW_PLACES}) as $]]
      from derived where {_ANY_MASS} or run_id <> 0 and dy_kg is null
)"""
)
FLOW_DIFFERENCES = each(
    f"""
with wanted as (select id from traceability_filing where status <> 'draft'), {DERIVED_FLOWS}
select 'flow', concat_ws(' ', filing_id, kind, product_id, other_id, country, partner_id, run_id),
       concat_ws(' ', [[f.$]]), concat_ws(' ', [[k.$]])
  from kept k
  full join traceability_filingflow f
 using (filing_id, kind, product_id, other_id, country, partner_id, run_id)
 where ([[f.$]], f.enterprise_id, f.month, f.known_from, f.known_to)
       is distinct from ([[k.$]], k.enterprise_id, k.month, k.known_from, k.known_to)
"""
)
_IN_ALL = ", ".join(
    f"coalesce(sum(kg) filter (where kind in ({', '.join(map(repr, flows))})), 0) as {kind}_kg"
    for kind, flows in TOTALS.items()
)
# What each filing says in all; of `derive_wanted` alone to keep it.
TOTALS_ADDED = f"select filing_id, {_IN_ALL} from traceability_filingflow /*of*/ group by 1"
TOTAL_DIFFERENCES = each_total(
    f"""
with added as ({TOTALS_ADDED})
select 'filing in all', filing_id::text, concat_ws(' ', [[t.$_kg]]), concat_ws(' ', [[a.$_kg]])
  from added a full join traceability_filingtotal t using (filing_id)
 where ([[t.$_kg]]) is distinct from ([[a.$_kg]])
"""
)
MONTH_FLOW_DIFFERENCES = each(
    """
with added as (
    select month, kind, product_id, other_id, country, partner_id, [[sum($) as $]]
      from traceability_filingflow where known_to is null and run_id = 0
     group by 1, 2, 3, 4, 5, 6
    having greatest([[abs(sum($))]]) <> 0
)
select 'flow of a month', concat_ws(' ', month, kind, product_id, other_id, country, partner_id),
       concat_ws(' ', [[m.$]]), concat_ws(' ', [[a.$]])
  from added a
  full join traceability_monthflow m
 using (month, kind, product_id, other_id, country, partner_id)
 where ([[m.$]]) is distinct from ([[a.$]])
"""
)
