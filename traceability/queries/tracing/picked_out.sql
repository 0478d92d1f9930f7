-- What was sold to a buyer, or exported, in some months, kg REO, by the holding that it left. Whose
-- exports: all, or with a country those of the enterprise.
select m.source_id, m.id, m.gross_kg * l.reo_percent / 100
  from traceability_filing f
  join traceability_movement m on m.filing_id = f.id
  join traceability_lot l on l.id = m.lot_id
  left join traceability_pool shipment on shipment.id = m.target_id
 where f.month between %(first)s and %(last)s
   and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
   and (%(seen)s::bigint[] is null or f.enterprise_id = any (%(seen)s))
   and case when %(enterprise)s::bigint is null then m.kind = 'export'
            when %(country)s <> '' then m.kind = 'export' and f.enterprise_id = %(enterprise)s
            else m.kind = 'sale' and shipment.counterparty_id = %(enterprise)s end
   and (%(product)s::int is null or l.product_id = %(product)s)
   and (%(country)s = '' or m.country = %(country)s)
