-- What months filed, or amended, after a moment: the version in force of each, and that known then.
with touched as (
    select f.enterprise_id, f.month,
           max(f.id) filter (where f.status = 'submitted') as filing_id,
           (array_agg(f.id order by f.version desc)
                filter (where f.submitted_at <= %(known_at)s))[1] as known_id
      from traceability_filing f
     where f.status <> 'draft' and f.month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
     group by 1, 2
    having bool_or(f.submitted_at > %(known_at)s)
),
