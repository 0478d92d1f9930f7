-- Findings.
select concat_ws(':', b.enterprise_id, b.run) as key,
       case when b.out_kg > b.in_kg * 1.05 then 'high' else 'medium' end as severity,
       b.enterprise_id, null::bigint as counterparty_id, b.last_month as month, '' as category,
       b.lot_id, b.run, '' as document, b.out_kg - b.in_kg as amount_kg,
       jsonb_build_object(
         'in_kg', round(b.in_kg, 3)::text, 'out_kg', round(b.out_kg, 3)::text,
         'excess_kg', round(b.out_kg - b.in_kg, 3)::text,
         'records', to_jsonb(b.ids)) as arithmetic
  from run_balance b
 where b.known
   and b.out_kg > b.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s
   and not exists (select from run_in_doubt d
                    where d.enterprise_id = b.enterprise_id and d.run = b.run)
-- Measures.
select b.enterprise_id, b.last_month as month, b.lot_id, b.run, 'output' as part, b.out_kg as figure,
       b.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s as bound,
       case when not b.known then 'grade_unknown' when d.run is not null then 'month_missing'
            end as unjudged,
       b.known and d.run is null
       and b.out_kg > b.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s
         as beyond
  from run_balance b
  left join run_in_doubt d using (enterprise_id, run)
