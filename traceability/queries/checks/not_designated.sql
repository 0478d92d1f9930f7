with without as (
  select p.*
    from produced p
   where not exists (
         select from enterprises_designation d
          where d.enterprise_id = p.enterprise_id and d.activity = p.activity
            and p.date >= d.valid_from and p.date <= coalesce(d.valid_to, 'infinity'))
), monthly as (
  -- Months without a break between them are one spell: a month's number less its rank among the
  -- months of the activity stays the same throughout.
  select *, extract(year from month) * 12 + extract(month from month)
            - dense_rank() over (partition by enterprise_id, activity order by month) as spell
    from without
), spells as (
  select enterprise_id, activity, spell, min(month) as month, max(month) as to_month,
         min(date) as from_date, max(date) as to_date, round(sum(reo_kg), 3) as kg,
         count(distinct lot_id) as lots, min(lot_id) as lot_id,
         count(distinct category) as categories, min(category) as category,
         count(distinct run) as runs, min(run) as run,
         (array_agg(id order by reo_kg desc, id))[1:20] as ids
    from monthly group by 1, 2, 3
)
-- Findings.
select concat_ws(':', s.enterprise_id, s.activity, s.month) as key, '' as sort, null::numeric as of_kg,
       s.enterprise_id, null::bigint as counterparty_id, s.month,
       case s.categories when 1 then s.category else '' end as category,
       case s.lots when 1 then s.lot_id end as lot_id,
       case s.runs when 1 then s.run else '' end as run, '' as document, s.kg as amount_kg,
       jsonb_build_object(
         'activity', s.activity, 'produced_kg', s.kg::text, 'lots', s.lots,
         'from_date', s.from_date, 'to_date', s.to_date, 'to_month', s.to_month,
         'designations', coalesce(d.periods, '[]'::jsonb), 'records', to_jsonb(s.ids)) as arithmetic
  from spells s
 cross join lateral (
       select jsonb_agg(jsonb_build_array(valid_from, valid_to) order by valid_from) as periods
         from enterprises_designation d
        where d.enterprise_id = s.enterprise_id and d.activity = s.activity) d
-- Measures.
select p.enterprise_id, s.month, p.activity as part, coalesce(s.kg, 0) as figure, 0 as bound,
       null as unjudged, s.enterprise_id is not null as beyond
  from (select distinct enterprise_id, activity from produced) p
  left join spells s using (enterprise_id, activity)
