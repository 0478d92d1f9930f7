-- What leads into the opened pools from the side that is not walked: together, or lot by lot where
-- it is the lots that tell how much oxide it holds.
select m.{near}_id, m.kind, case when m.kind = any (%(by_lot)s) then m.lot_id end, sum(m.gross_kg),
       sum(m.reo_kg)
  from traceability_movement m
 where m.{near}_id = any (%(pools)s) and m.known_from <= %(known_at)s
   and (m.known_to is null or m.known_to > %(known_at)s)
 group by 1, 2, 3
