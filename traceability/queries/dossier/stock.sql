-- What one enterprise held of each product, gross kg, by its filings in force: before the period,
-- what came and went in it, and what it counted last.
with line as (
  select f.month, r.kind, r.gross_kg, coalesce(l.product_id, r.product_id) as product_id
    from traceability_filing f
    join traceability_record r on r.filing_id = f.id
    join traceability_lot l on l.id = r.lot_id
   where f.enterprise_id = %(enterprise)s and f.status = 'submitted' and f.month <= %(last)s
), count as (
  -- The latest month of the period with a count: it counts all that the enterprise holds.
  select max(month) as month from line where kind = 'stock' and month >= %(first)s
), signed as (
  select product_id, month, kind,
         case when kind = any (%(incoming)s) then gross_kg end as in_kg,
         case when kind = any (%(outgoing)s) then gross_kg end as out_kg,
         case when kind = 'stock' then gross_kg end as counted_kg
    from line
)
select s.product_id,
       coalesce(sum(in_kg) filter (where s.month < %(first)s), 0)
         - coalesce(sum(out_kg) filter (where s.month < %(first)s), 0) as opening_kg,
       coalesce(sum(in_kg) filter (where s.month >= %(first)s), 0) as in_kg,
       coalesce(sum(out_kg) filter (where s.month >= %(first)s), 0) as out_kg,
       case when c.month is not null
            then coalesce(sum(counted_kg) filter (where s.month = c.month), 0) end as counted_kg,
       case when c.month is not null
            then coalesce(sum(in_kg) filter (where s.month <= c.month), 0)
                 - coalesce(sum(out_kg) filter (where s.month <= c.month), 0) end as booked_kg,
       c.month
  from signed s cross join count c
 group by s.product_id, c.month
