-- The flows of what `moved` tells: kg by kind and product, and what runs make of what.
select kind, product_id, null::int, country, sum(kg)
  from moved where kind not in ('input', 'output', 'sale', 'purchase') group by 1, 2, 4
union all
select kind, product_id, null, '', sum(kg) from trade group by 1, 2
union all
select 'made', f.product_id, g.product_id, '',
       sum(g.kg * f.kg / nullif(greatest(run.fed_kg, run.given_kg), 0))
  from run join fed f using (run) join given g using (run) group by 2, 3
union all
select run.lost_as, f.product_id, null, '',
       sum(f.kg * (run.fed_kg - run.given_kg) / run.fed_kg)
  from run join fed f using (run) where run.fed_kg > run.given_kg group by 1, 2
union all
select 'process_excess', g.product_id, null, '',
       sum(g.kg * (run.given_kg - run.fed_kg) / run.given_kg)
  from run join given g using (run) where run.given_kg > run.fed_kg group by 2
