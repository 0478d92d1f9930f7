-- What the enterprises of a scope sold in some months, kg REO, from group to group; an enterprise
-- outside any group stands for itself.
select coalesce(seller.parent_id, seller.id), coalesce(buyer.parent_id, buyer.id),
       sum(coalesce(m.gross_kg * l.reo_percent / 100, m.reo_kg, 0))
  from traceability_filing f
  join traceability_movement m on m.filing_id = f.id and m.kind = 'sale'
  join traceability_lot l on l.id = m.lot_id
  join traceability_pool p on p.id = m.target_id
  join enterprises_enterprise seller on seller.id = f.enterprise_id
  join enterprises_enterprise buyer on buyer.id = p.counterparty_id
 where f.month between %(first)s and %(last)s
   and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
   and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
 group by 1, 2
 order by 3 desc
