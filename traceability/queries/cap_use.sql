-- What production counts against the caps, by enterprise, month and category (kg REO).
-- Mining: the REO of what is extracted, by the product's category.
-- Separation: the REO of a run's compound outputs times the share of its input REO that came from
-- ore, over the inputs dated up to the end of the output's month. Inputs whose grade nobody has
-- filed are left out of the share; where no input's grade is known the output counts in full.
-- Masses are exact until the one rounding at the end.
with led as (
    select f.enterprise_id, f.month, r.kind, r.run, r.lot_id, r.product_id, r.gross_kg, r.reo_percent,
           r.gross_kg * r.reo_percent / 100 as reo_kg
      from traceability_filing f
      join traceability_record r on r.filing_id = f.id
     where f.status = 'submitted' and r.kind in ('extraction', 'input', 'output')
       and (%(everyone)s or f.enterprise_id = any (%(enterprises)s))
),
mined as (
    select led.enterprise_id, led.month, p.mining_category as category, sum(led.reo_kg) as reo_kg
      from led join traceability_product p on p.id = led.product_id
     where led.kind = 'extraction' and p.mining_category <> ''
     group by 1, 2, 3
),
output as (
    select led.enterprise_id, led.run, led.month, sum(led.reo_kg) as reo_kg
      from led join traceability_product p on p.id = led.product_id
     where led.kind = 'output' and p.stage = 'compound'
     group by 1, 2, 3
),
input as (
    select led.enterprise_id, led.run, led.month,
           sum(led.gross_kg * coalesce(led.reo_percent, l.reo_percent)) as reo,
           sum(led.gross_kg * coalesce(led.reo_percent, l.reo_percent))
               filter (where p.stage = 'ore') as ore
      from led
      join traceability_lot l on l.id = led.lot_id
      join traceability_product p on p.id = l.product_id
     where led.kind = 'input'
     group by 1, 2, 3
),
fed as (
    select o.enterprise_id, o.run, o.month, o.reo_kg, sum(i.reo) as reo, sum(i.ore) as ore
      from output o
      left join input i on i.enterprise_id = o.enterprise_id and i.run = o.run and i.month <= o.month
     group by 1, 2, 3, 4
),
separated as (
    select enterprise_id, month, 'separation' as category,
           sum(case when reo > 0 then reo_kg * coalesce(ore, 0) / reo else reo_kg end) as reo_kg
      from fed group by 1, 2
),
counted as (
    select enterprise_id, month, category, round(reo_kg, 3) as reo_kg
      from (select * from mined union all select * from separated) both_kinds
)
select enterprise_id, month, category, reo_kg from counted where reo_kg <> 0
