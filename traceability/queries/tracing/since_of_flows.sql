-- What they say now in all less what they said then, as it is kept: kg REO, `[[$]]` for every kind of
-- record.
effect as materialized (
    select t.filing_id, t.known_id is null as first_filed,
           [[coalesce(now.$_kg, 0) - coalesce(known.$_kg, 0) as $_kg]]
      from touched t
      left join traceability_filingtotal now on now.filing_id = t.filing_id
      left join traceability_filingtotal known on known.filing_id = t.known_id
     where now.filing_id is not null or known.filing_id is not null
)
