-- What they say now less what they said then, of some pools alone: kg REO by kind of movement.
effect as materialized (
    select t.filing_id, t.first_filed, m.kind,
           sum(coalesce(case when m.kind = any (%(creating)s) then m.reo_kg
                             else m.gross_kg * l.reo_percent / 100 end, m.reo_kg, 0)
               * case when m.known_to is null then 1 else -1 end) as kg
      from touched t
      join traceability_filing f on f.enterprise_id = t.enterprise_id and f.month = t.month
       and f.status <> 'draft'
      join traceability_movement m on m.filing_id = f.id
       and (m.known_to is null or m.known_from <= %(known_at)s and m.known_to > %(known_at)s)
       and (m.source_id = any (%(pools)s) or m.target_id = any (%(pools)s))
      join traceability_lot l on l.id = m.lot_id
     group by 1, 2, 3
)
