-- What they say now less what they said then, of some pools alone: kg REO, `[[$]]` for every kind of
-- record.
changed as (
    select t.filing_id, t.known_id is null as first_filed, m.kind,
           coalesce(case when m.kind = any (%(creating)s) then m.reo_kg
                         else m.gross_kg * l.reo_percent / 100 end, m.reo_kg, 0)
               * case when m.filing_id = t.filing_id then 1 else -1 end as kg
      from touched t
      join traceability_movement m on m.filing_id in (t.filing_id, t.known_id)
       and (m.source_id = any (%(pools)s) or m.target_id = any (%(pools)s))
      join traceability_lot l on l.id = m.lot_id
),
effect as materialized (
    select filing_id, first_filed, [[coalesce(sum(kg) filter (where kind = '$'), 0) as $_kg]]
      from changed group by 1, 2
)
