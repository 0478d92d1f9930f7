with uncapped as (
  select p.*
    from produced p
    left join cap c on c.enterprise_id = p.enterprise_id and c.category = p.cap_category
   where c.enterprise_id is null
), total as (
  select enterprise_id, cap_category as category, min(month) as month, max(month) as to_month,
         round(sum(reo_kg), 3) as kg, count(distinct lot_id) as lots, min(lot_id) as lot_id,
         (array_agg(id order by reo_kg desc, id))[1:20] as ids
    from uncapped group by 1, 2
  having sum(reo_kg) > %(over_cap_tolerance_kg)s
)
-- Findings.
select concat_ws(':', enterprise_id, category) as key, '' as sort, null::numeric as of_kg,
       enterprise_id, null::bigint as counterparty_id, month, category,
       case lots when 1 then lot_id end as lot_id, '' as run, '' as document, kg as amount_kg,
       jsonb_build_object('produced_kg', kg::text, 'from_month', month, 'to_month', to_month,
                          'lots', lots, 'records', to_jsonb(ids)) as arithmetic
  from total
-- Measures.
select u.enterprise_id, t.month, u.cap_category as category, 'produced' as part,
       sum(u.reo_kg) as figure, %(over_cap_tolerance_kg)s as bound, null as unjudged,
       t.enterprise_id is not null as beyond
  from uncapped u
  left join total t on t.enterprise_id = u.enterprise_id and t.category = u.cap_category
 group by u.enterprise_id, u.cap_category, t.enterprise_id, t.month
