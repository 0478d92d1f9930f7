-- What came to each holding of a lot and what left it, as known at a moment.
select p.enterprise_id,
       coalesce(sum(m.gross_kg) filter (where m.target_id = p.id), 0),
       coalesce(sum(m.gross_kg) filter (where m.source_id = p.id), 0)
  from traceability_pool p
  join traceability_movement m on m.source_id = p.id or m.target_id = p.id
 where p.kind = 'holding' and p.lot_id = %(lot)s
   and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
   and (%(seen)s::bigint[] is null or p.enterprise_id = any (%(seen)s))
 group by 1
