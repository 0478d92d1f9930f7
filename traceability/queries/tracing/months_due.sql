-- Every month whose deadline was over at the moment `now`, for everybody who must file it.
month_due as (
    select s.id as enterprise_id, m.month::date as month, f.id as filing_id, f.submitted_at,
           coalesce(f.submitted_at < closing.at, false) as in_time, f.id is null as missing
      from enterprises_enterprise s
     cross join generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 month') m(month)
     cross join lateral (select (m.month + interval '1 month' + %(deadline_day)s * interval '1 day')
                                at time zone 'Asia/Shanghai' as at) closing
      left join traceability_filing f on f.enterprise_id = s.id and f.month = m.month::date
       and f.version = 1 and f.status <> 'draft' and f.submitted_at <= %(now)s
     where s.activities <> '{}' and (s.files_from is null or s.files_from <= m.month)
       and (%(scope)s::bigint[] is null or s.id = any (%(scope)s))
       and closing.at <= %(now)s
)