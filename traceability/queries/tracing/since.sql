-- What months filed, or amended, after a moment: the version in force of each.
with touched as (
    select f.enterprise_id, f.month,
           max(f.id) filter (where f.status = 'submitted') as filing_id,
           bool_and(f.submitted_at > %(known_at)s) as first_filed
      from traceability_filing f
     where f.status <> 'draft' and f.month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
     group by 1, 2
    having bool_or(f.submitted_at > %(known_at)s)
),
