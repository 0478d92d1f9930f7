-- What months filed, or amended, after a moment say now and said then: kg REO by kind of movement;
-- of some pools alone, where these are asked about.
with touched as (
    select f.enterprise_id, f.month,
           max(f.id) filter (where f.status = 'submitted') as filing_id,
           bool_and(f.submitted_at > %(known_at)s) as first_filed
      from traceability_filing f
     where f.status <> 'draft' and f.month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
     group by 1, 2
    having bool_or(f.submitted_at > %(known_at)s)
)
select t.filing_id, t.first_filed, m.kind,
       sum(coalesce(case when m.kind = any (%(creating)s) then m.reo_kg
                         else m.gross_kg * l.reo_percent / 100 end, m.reo_kg, 0)
           * case when m.known_to is null then 1 else -1 end) as kg
  from touched t
  join traceability_filing f on f.enterprise_id = t.enterprise_id and f.month = t.month
   and f.status <> 'draft'
  join traceability_movement m on m.filing_id = f.id
   and (m.known_to is null or m.known_from <= %(known_at)s and m.known_to > %(known_at)s)
   and (%(pools)s::bigint[] is null or m.source_id = any (%(pools)s)
        or m.target_id = any (%(pools)s))
  join traceability_lot l on l.id = m.lot_id
 group by 1, 2, 3
