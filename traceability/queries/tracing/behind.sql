-- The records of the movements that were `picked`, each with its part of the movement's mass.
select r.id, r.id as record_id,
       p.kg * coalesce(case when m.kind = any (%(creating)s) then r.reo_kg / nullif(m.reo_kg, 0)
                            else r.gross_kg / nullif(m.gross_kg, 0) end, 0) as kg
  from picked p
  join traceability_movement m on m.id = p.movement_id
  left join traceability_pool o
    on o.id = case when m.kind in ('input', 'sale') then m.target_id
                   when m.kind in ('output', 'purchase') then m.source_id end
  join traceability_record r on r.filing_id = m.filing_id and r.lot_id = m.lot_id
   and r.kind = m.kind and r.country = m.country
   and case when m.kind in ('input', 'output') then r.run = o.run
            when m.kind = 'sale' then r.counterparty_id = o.counterparty_id
            when m.kind = 'purchase' then r.counterparty_id = o.enterprise_id else true end
 where p.kg <> 0
