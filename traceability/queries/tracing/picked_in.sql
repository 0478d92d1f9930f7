-- What was mined, imported or recycled (of a product also: made) in some months, kg REO, by the
-- holding that it came to.
select m.target_id, m.id, m.reo_kg
  from traceability_filing f
  join traceability_movement m on m.filing_id = f.id
  join traceability_lot l on l.id = m.lot_id
 where f.month between %(first)s and %(last)s and m.kind = any (%(creating)s)
   and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
   and (%(seen)s::bigint[] is null or f.enterprise_id = any (%(seen)s))
   and (%(enterprise)s::bigint is null or f.enterprise_id = %(enterprise)s)
   and (%(product)s::int is null or l.product_id = %(product)s)
   and (%(country)s = '' or m.country = %(country)s)
