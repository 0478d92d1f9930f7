with near as (
  select enterprise_id, category, cap_kg, sum(kg) as produced_kg,
         min(month) filter (where used_kg >= cap_kg * %(cap_nearly_used_percent)s / 100) as month,
         min(month) as from_month, max(month) as to_month,
         jsonb_agg(jsonb_build_array(month, kg::text, used_kg::text) order by month) as months
    from production where cap_kg > 0 group by 1, 2, 3
  -- Over the cap is another finding.
  having sum(kg) >= cap_kg * %(cap_nearly_used_percent)s / 100
     and sum(kg) <= cap_kg + %(over_cap_tolerance_kg)s
)
-- Findings.
select concat_ws(':', n.enterprise_id, n.category) as key, '' as sort, null::numeric as of_kg,
       n.enterprise_id, null::bigint as counterparty_id, n.month, n.category,
       null::bigint as lot_id, '' as run, '' as document, n.produced_kg as amount_kg,
       jsonb_build_object(
         'cap_kg', n.cap_kg::text, 'produced_kg', n.produced_kg::text,
         'left_kg', greatest(n.cap_kg - n.produced_kg, 0)::text,
         'from_month', n.from_month, 'to_month', n.to_month, 'months', n.months,
         'records', '[]'::jsonb) as arithmetic
  from near n
-- Measures.
select p.enterprise_id, n.month, p.category, 'produced' as part, sum(p.kg) as figure,
       p.cap_kg * %(cap_nearly_used_percent)s / 100 as bound,
       case when sum(p.kg) > p.cap_kg + %(over_cap_tolerance_kg)s then 'over_cap' end as unjudged,
       n.enterprise_id is not null as beyond
  from production p
  left join near n using (enterprise_id, category)
 where p.cap_kg > 0
 group by p.enterprise_id, p.category, p.cap_kg, n.enterprise_id, n.month
