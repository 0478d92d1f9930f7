with over as (
  select enterprise_id, category, cap_kg, sum(kg) as produced_kg,
         min(month) filter (where used_kg > cap_kg + %(over_cap_tolerance_kg)s) as month,
         min(month) as from_month, max(month) as to_month,
         jsonb_agg(jsonb_build_array(month, kg::text, used_kg::text) order by month) as months
    from production where cap_kg is not null group by 1, 2, 3
  having sum(kg) > cap_kg + %(over_cap_tolerance_kg)s
), largest as (
  -- The largest quantities of the month that went over.
  select enterprise_id, category, jsonb_agg(id order by place) as ids
    from (select o.enterprise_id, o.category, p.id,
                 row_number() over (partition by o.enterprise_id, o.category
                                        order by p.reo_kg desc, p.id) as place
            from over o
            join produced p on p.enterprise_id = o.enterprise_id
                           and p.cap_category = o.category and p.month = o.month) ranked
   where place <= 20 group by 1, 2
)
-- Findings.
select concat_ws(':', o.enterprise_id, o.category) as key,
       '' as sort, o.cap_kg as of_kg,
       o.enterprise_id, null::bigint as counterparty_id, o.month, o.category,
       null::bigint as lot_id, '' as run, '' as document, o.produced_kg - o.cap_kg as amount_kg,
       jsonb_build_object(
         'cap_kg', o.cap_kg::text, 'produced_kg', o.produced_kg::text,
         'over_kg', (o.produced_kg - o.cap_kg)::text,
         'from_month', o.from_month, 'to_month', o.to_month, 'months', o.months,
         'records', l.ids) as arithmetic
  from over o
  join largest l using (enterprise_id, category)
-- Measures.
select p.enterprise_id, o.month, p.category, 'produced' as part, sum(p.kg) as figure,
       p.cap_kg + %(over_cap_tolerance_kg)s as bound, null as unjudged,
       o.enterprise_id is not null as beyond
  from production p
  left join over o using (enterprise_id, category)
 where p.cap_kg is not null
 group by p.enterprise_id, p.category, p.cap_kg, o.enterprise_id, o.month
