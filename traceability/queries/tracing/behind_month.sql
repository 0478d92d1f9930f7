-- What was mined, brought in, sent abroad, or made of one stage, in some months.
with picked as (
    select m.id as movement_id, coalesce(case when m.kind = any (%(creating)s) then m.reo_kg
                                         else m.gross_kg * l.reo_percent / 100 end, m.reo_kg, 0) as kg
      from traceability_filing f
      join traceability_movement m on m.filing_id = f.id
       and m.kind in ('extraction', 'import', 'export', 'output')
      join traceability_lot l on l.id = m.lot_id
      left join traceability_product p on p.id = l.product_id
     where f.month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
       and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
       and case when m.kind = 'output' then p.stage else m.kind end = %(what)s
)
