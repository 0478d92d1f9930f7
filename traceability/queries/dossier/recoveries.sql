-- The runs of some enterprises that ended in some months, with the REO they were fed and gave, by
-- their filings in force. What a run is: see checks/runs.sql. Left out are runs whose feed is not
-- known by grade, weighs less than is compared, or may still give more.
with known as (
  select id, enterprise_id, month
    from traceability_filing
   where enterprise_id = any (%(enterprises)s) and status = 'submitted'
     and month between %(read_from)s and %(read_to)s
), part as (
  select k.enterprise_id, k.month, r.run, r.kind, r.gross_kg,
         case r.kind when 'output' then r.product_id else l.product_id end as product_id,
         r.gross_kg * case r.kind when 'output' then r.reo_percent else l.reo_percent end / 100
           as reo_kg
    from known k
    join traceability_record r on r.filing_id = k.id and r.kind in ('input', 'output')
                              and r.run <> ''
    join traceability_lot l on l.id = r.lot_id
), main as (
  -- What most of the feed was, and the stage of most of what came out.
  select distinct on (enterprise_id, run, kind)
         enterprise_id, run, kind, product_id, stage
    from (select p.enterprise_id, p.run, p.kind, p.product_id, d.stage, sum(p.reo_kg) as reo_kg
            from part p join traceability_product d on d.id = p.product_id
           group by 1, 2, 3, 4, 5) summed
   order by enterprise_id, run, kind, reo_kg desc nulls last, product_id
), run as (
  select enterprise_id, run, max(month) as month, min(month) as begun,
         coalesce(sum(reo_kg) filter (where kind = 'input'), 0) as in_kg,
         coalesce(sum(reo_kg) filter (where kind = 'output'), 0) as out_kg,
         coalesce(sum(gross_kg) filter (where kind = 'input'), 0) as gross_kg,
         coalesce(sum(gross_kg) filter (where kind = 'input' and reo_kg is null), 0) as unknown_kg
    from part
   group by 1, 2
)
select r.enterprise_id, r.run, r.month, fed.product_id, given.stage, r.in_kg, r.out_kg
  from run r
  join main fed on fed.enterprise_id = r.enterprise_id and fed.run = r.run and fed.kind = 'input'
  join main given on given.enterprise_id = r.enterprise_id and given.run = r.run
                 and given.kind = 'output'
 where r.month between %(first)s and %(last)s and r.in_kg >= %(least_kg)s
   and r.unknown_kg <= r.gross_kg * 0.002
   -- Begun within what was read, not perhaps before it; and a later month is filed already.
   and (r.begun > %(read_from)s or not exists (
        select from traceability_filing e where e.enterprise_id = r.enterprise_id
           and e.status = 'submitted' and e.month < %(read_from)s))
   and exists (select from known k where k.enterprise_id = r.enterprise_id and k.month > r.month)
 order by r.month, r.run, r.enterprise_id
