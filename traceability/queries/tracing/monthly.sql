-- After `kept`: month by month what was mined, brought in, made of ore, and sent abroad, kg REO.
-- What runs made is what they made of what was put in, and what came out beyond that; of runs that
-- several months speak of what came out.
counted as (
    select month, case when kind in ('made', 'process_excess') then 'output' else kind end as kind,
           case kind when 'made' then other_id else product_id end as product_id, kg
      from kept where kind in ('extraction', 'import', 'export', 'made', 'process_excess')
    union all
    select month, kind, product_id, kg
      from traceability_filingflow
     where month between %(first)s and %(last)s and run_id <> 0 and kind = 'output'
       and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
       and known_from <= %(known_at)s and (known_to is null or known_to > %(known_at)s)
)
select c.month, case when c.kind = 'output' then p.stage else c.kind end, sum(c.kg)
  from counted c left join traceability_product p on p.id = c.product_id
 group by 1, 2
