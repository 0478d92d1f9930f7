-- After what CAP_USE stands on and gives: how much of each record of production counts; the last
-- gram of a month, to which cap use is rounded, is the largest record's.
, counted_record as (
    select r.id, c.enterprise_id, c.month, p.mining_category as category,
           r.gross_kg * r.reo_percent / 100 as kg
      from cell c
      join ledger f on f.enterprise_id = c.enterprise_id and f.month = c.month
      join traceability_record r on r.filing_id = f.id and r.kind = 'extraction'
      join traceability_product p on p.id = r.product_id and p.mining_category <> ''
    union all
    select r.id, c.enterprise_id, c.month, 'separation',
           r.gross_kg * r.reo_percent / 100
           * case when s.fed_kg > 0 then coalesce(s.ore_kg, 0) / s.fed_kg else 1 end
      from cell c
      join ledger f on f.enterprise_id = c.enterprise_id and f.month = c.month
      join traceability_record r on r.filing_id = f.id and r.kind = 'output'
      join traceability_product p on p.id = r.product_id and p.stage = 'compound'
      join so_far s on s.enterprise_id = c.enterprise_id and s.month = c.month and s.run = r.run
       and s.made_kg is not null
)
select id, id as record_id,
       kg + case when row_number() over (month_of order by kg desc, id) = 1
                 then round(sum(kg) over month_of, 3) - sum(kg) over month_of else 0 end as kg
  from counted_record
 where kg <> 0 and (%(what)s = '' or category = 'separation' and %(what)s = 'separation'
                    or category <> 'separation' and %(what)s = 'mining')
window month_of as (partition by enterprise_id, month, category)
