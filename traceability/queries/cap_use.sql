-- What production counts against the caps in the months of `cell`, kg REO. The rules are those of
-- contracts/dataset.md; masses are exact until the one rounding at the end.
-- Stands on: cell(enterprise_id, month), ledger(id, enterprise_id, month), lot(id, product_id,
-- reo_percent).

-- What was mined, and what came out of runs.
produced as (
    select c.enterprise_id, c.month, r.kind, r.run, p.stage, p.mining_category,
           sum(r.gross_kg * r.reo_percent / 100) as reo_kg
      from cell c
      join ledger f on f.enterprise_id = c.enterprise_id and f.month = c.month
      join traceability_record r on r.filing_id = f.id and r.kind in ('extraction', 'output')
      join traceability_product p on p.id = r.product_id
     group by 1, 2, 3, 4, 5, 6
),
-- Compounds are what may count against separation; one mass for a run and month.
made as (
    select enterprise_id, run, month, sum(reo_kg) as made_kg
      from produced
     where kind = 'output' and stage = 'compound'
     group by 1, 2, 3
),
-- What the same enterprises put into runs in any month, as far as its product and grade are known:
-- they are the lot's, or, of a lot that nobody's filing makes, what the record itself says. Not
-- narrowed to the runs above: the planner can't tell how many these are, and a wrong guess is
-- quadratic.
put_in as (
    select f.enterprise_id, r.run, f.month, p.stage,
           r.gross_kg * coalesce(lot.reo_percent, r.reo_percent) / 100 as reo_kg
      from (select distinct enterprise_id from cell) c
      join ledger f on f.enterprise_id = c.enterprise_id
      join traceability_record r on r.filing_id = f.id and r.kind = 'input' and r.run <> ''
      join lot on lot.id = r.lot_id
      join traceability_product p on p.id = coalesce(lot.product_id, r.product_id)
),
fed as (
    select enterprise_id, run, month, sum(reo_kg) as fed_kg,
           sum(reo_kg) filter (where stage = 'ore') as ore_kg
      from put_in
     where reo_kg is not null
     group by 1, 2, 3
),
-- The share of ore in a run up to each month of its outputs.
so_far as (
    select enterprise_id, run, month, made_kg, sum(fed_kg) over earlier as fed_kg,
           sum(ore_kg) over earlier as ore_kg
      from (select enterprise_id, run, month, made_kg, null::numeric as fed_kg,
                   null::numeric as ore_kg from made
            union all
            select enterprise_id, run, month, null, fed_kg, ore_kg from fed) flow
    window earlier as (partition by enterprise_id, run order by month)
),
-- Where no input's grade is known, the output counts in full.
counted as (
    select enterprise_id, month, 'separation' as category,
           sum(case when fed_kg > 0 then made_kg * coalesce(ore_kg, 0) / fed_kg else made_kg end)
               as reo_kg
      from so_far
     where made_kg is not null
     group by 1, 2
    union all
    select enterprise_id, month, mining_category, sum(reo_kg)
      from produced
     where kind = 'extraction' and mining_category <> ''
     group by 1, 2, 3
),
cap_use as (
    select enterprise_id, month, category, round(reo_kg, 3) as reo_kg
      from counted
     where round(reo_kg, 3) <> 0
)
