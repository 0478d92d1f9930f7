-- After `moved`: how much of each movement belongs to the flows asked for, by their kind, product
-- and what runs made of it; some add to the figure, some take from it.
, weighed as (
    select id, kind::text, product_id, 0 as other_id, kg
      from moved where kind not in ('input', 'output', 'sale', 'purchase')
    union all
    select id, kind, product_id, 0, kg from trade
    union all
    select m.id, 'made_in', f.product_id, m.product_id,
           m.kg * f.kg / nullif(greatest(run.fed_kg, run.given_kg), 0)
      from moved m join run on run.run = m.source_id join fed f on f.run = run.run
     where m.kind = 'output'
    union all
    select m.id, 'made_out', m.product_id, g.product_id,
           m.kg * g.kg / nullif(greatest(run.fed_kg, run.given_kg), 0)
      from moved m join run on run.run = m.target_id join given g on g.run = run.run
     where m.kind = 'input'
    union all
    select m.id, run.lost_as, m.product_id, 0, m.kg * (run.fed_kg - run.given_kg) / run.fed_kg
      from moved m join run on run.run = m.target_id
     where m.kind = 'input' and run.fed_kg > run.given_kg
    union all
    select m.id, 'process_excess', m.product_id, 0,
           m.kg * (run.given_kg - run.fed_kg) / run.given_kg
      from moved m join run on run.run = m.source_id
     where m.kind = 'output' and run.given_kg > run.fed_kg
), picked as (
    select w.id as movement_id, sum(w.kg * a.sign) as kg
      from weighed w
      join unnest(%(kinds)s::text[], %(products)s::int[], %(others)s::int[], %(signs)s::int[])
           a (kind, product_id, other_id, sign) using (kind, product_id, other_id)
     group by 1
)
