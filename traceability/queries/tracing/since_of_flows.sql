-- What they say now less what they said then, by the flows that are kept: kg REO by kind of
-- movement. What runs made went in and came out, what they lost went in, what is beyond came out.
changed as materialized (
    select t.filing_id, t.first_filed, f.kind,
           sum(case when f.known_to is null then f.kg else -f.kg end) as kg
      from touched t
      join traceability_filingflow f on f.enterprise_id = t.enterprise_id and f.month = t.month
       and (f.known_to is null or f.known_from <= %(known_at)s and f.known_to > %(known_at)s)
     group by 1, 2, 3
),
effect as materialized (
    select filing_id, first_filed, told.kind, sum(kg) as kg
      from changed
     cross join lateral unnest(case changed.kind when 'made' then array['input', 'output']
                                                 when 'process_loss' then array['input']
                                                 when 'process_excess' then array['output']
                                                 else array[changed.kind] end) told (kind)
     where changed.kind <> 'process_untold'
     group by 1, 2, 3
)
