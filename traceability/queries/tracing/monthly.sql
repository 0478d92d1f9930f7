-- Month by month what was mined, brought in, made of ore, and sent abroad, kg REO.
select f.month, case when m.kind = 'output' then p.stage else m.kind end, sum(m.reo_kg_known)
  from traceability_filing f
  join lateral (select x.kind, x.lot_id, coalesce(x.reo_kg, x.gross_kg * l.reo_percent / 100, 0)
                       as reo_kg_known
                  from traceability_movement x join traceability_lot l on l.id = x.lot_id
                 where x.filing_id = f.id and x.kind in ('extraction', 'import', 'export', 'output')
                   and x.known_from <= %(known_at)s
                   and (x.known_to is null or x.known_to > %(known_at)s)) m on true
  join traceability_lot l on l.id = m.lot_id
  left join traceability_product p on p.id = l.product_id
 where f.month between %(first)s and %(last)s
   and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
 group by 1, 2
