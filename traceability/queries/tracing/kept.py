"""Flows kept for speed: what they are derived by, and how they are compared with the ledger."""

from traceability.models.flows import FLOW_PLACES
from traceability.queries.tracing.walk import statement

# After `wanted`, the ids of filings: `kept` is what their movements come to.
DERIVED_FLOWS = f"""
{statement("derived_flows")},
kept as (
    select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, other_id,
           country, partner_id, run_id, round(kg, {FLOW_PLACES}) as kg
      from derived where round(kg, {FLOW_PLACES}) <> 0
)"""
FLOW_DIFFERENCES = f"""
with wanted as (select id from traceability_filing where status <> 'draft'), {DERIVED_FLOWS}
select 'flow', concat_ws(' ', filing_id, kind, product_id, other_id, country, partner_id, run_id),
       coalesce(f.kg::text, ''), coalesce(k.kg::text, '')
  from kept k
  full join traceability_filingflow f
 using (filing_id, kind, product_id, other_id, country, partner_id, run_id)
 where (f.kg, f.enterprise_id, f.month, f.known_from, f.known_to)
       is distinct from (k.kg, k.enterprise_id, k.month, k.known_from, k.known_to)
"""
MONTH_FLOW_DIFFERENCES = """
with added as (
    select month, kind, product_id, other_id, country, partner_id, sum(kg) as kg
      from traceability_filingflow where known_to is null and run_id = 0
     group by 1, 2, 3, 4, 5, 6
    having sum(kg) <> 0
)
select 'flow of a month', concat_ws(' ', month, kind, product_id, other_id, country, partner_id),
       coalesce(m.kg::text, ''), coalesce(a.kg::text, '')
  from added a
  full join traceability_monthflow m
 using (month, kind, product_id, other_id, country, partner_id)
 where m.kg is distinct from a.kg
"""
