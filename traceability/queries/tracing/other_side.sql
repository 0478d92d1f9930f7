-- What leads into the opened pools from the side that is not walked, lot by lot.
select m.{near}_id, m.kind, m.lot_id, sum(m.gross_kg), sum(m.reo_kg)
  from traceability_movement m
 where m.{near}_id = any (%(pools)s) and m.known_from <= %(known_at)s
   and (m.known_to is null or m.known_to > %(known_at)s)
 group by 1, 2, 3
