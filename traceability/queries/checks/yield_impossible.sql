with together as (
  -- Runs that each give no more than the tolerance allows; every one of them loses something, so all of
  -- a year's give less than they were fed. The more there are, the less their grades may err.
  select r.enterprise_id, r.given_stage, count(*) as runs, min(r.last_month) as month,
         max(r.last_month) as to_month, sum(r.in_kg) as in_kg, sum(r.out_kg) as out_kg,
         sum(r.in_kg) * (1 + %(yield_tolerance_percent)s / 100.0 / sqrt(count(*))) + %(yield_tolerance_kg)s
           as most_kg,
         (array_agg(r.ids[1] order by r.out_kg - r.in_kg desc, r.run))[1:20] as ids
    from recovery r
   where r.out_kg <= r.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s
   group by 1, 2
)
-- Findings.
select concat_ws(':', b.enterprise_id, b.run) as key,
       '' as sort, b.in_kg as of_kg,
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
union all
select concat_ws(':', t.enterprise_id, 'together', t.given_stage), 'together', null, t.enterprise_id, null,
       t.month, '', null, '', '', t.out_kg - t.in_kg,
       jsonb_build_object(
         'runs', t.runs, 'to_month', t.to_month, 'in_kg', round(t.in_kg, 3)::text,
         'out_kg', round(t.out_kg, 3)::text, 'excess_kg', round(t.out_kg - t.in_kg, 3)::text,
         'records', to_jsonb(t.ids))
  from together t
 where t.runs >= 6 and t.out_kg > t.most_kg
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
union all
select t.enterprise_id, t.month, null, '', 'together', t.out_kg, t.most_kg,
       case when t.runs < 6 then 'few_runs' end, t.runs >= 6 and t.out_kg > t.most_kg
  from together t
