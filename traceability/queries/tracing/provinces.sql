-- What stands behind each tile of the map of provinces, over the enterprises seen.
with seen as (
    select id, left(region_id, 2) || '0000' as province, activities, files_from
      from enterprises_enterprise
     where %(scope)s::bigint[] is null or id = any (%(scope)s)
),
used as (
    select s.province, sum(u.reo_kg) filter (where u.category like 'mining%%') as mined_kg,
           sum(u.reo_kg) filter (where u.category = 'separation') as separated_kg,
           sum(u.reo_kg) as used_kg
      from traceability_capuse u join seen s on s.id = u.enterprise_id
     where u.month between %(first)s and %(last)s
     group by 1
),
given as (
    select s.province, sum(l.kg) as cap_kg
      from allocations_allocationline l
      join allocations_decision d on d.id = l.decision_id and d.status = 'issued'
      join seen s on s.id = l.enterprise_id
     where d.year = %(year)s
     group by 1
),
-- Every month whose deadline is over, for everybody who must file it.
due as (
    select s.province, count(*) as due,
           count(*) filter (where f.submitted_at < closing.at) as in_time,
           count(*) filter (where f.id is null) as missing
      from seen s
     cross join generate_series(%(first)s::timestamp, %(last)s::timestamp, interval '1 month') m(month)
     cross join lateral (select (m.month + interval '1 month' + %(deadline_day)s * interval '1 day')
                                at time zone 'Asia/Shanghai' as at) closing
      left join traceability_filing f on f.enterprise_id = s.id and f.month = m.month::date
       and f.version = 1 and f.status <> 'draft'
     where s.activities <> '{}' and (s.files_from is null or s.files_from <= m.month)
       and closing.at <= %(now)s
     group by 1
),
found as (
    select s.province, count(*) as findings
      from traceability_finding f join seen s on s.id = f.enterprise_id
     where f.year = %(year)s and f.status in ('open', 'answered')
     group by 1
)
select r.code, coalesce(u.mined_kg, 0), coalesce(u.separated_kg, 0), coalesce(u.used_kg, 0),
       coalesce(g.cap_kg, 0), coalesce(d.due, 0), coalesce(d.in_time, 0), coalesce(d.missing, 0),
       coalesce(f.findings, 0)
  from accounts_region r
  left join used u on u.province = r.code
  left join given g on g.province = r.code
  left join due d on d.province = r.code
  left join found f on f.province = r.code
 where r.level = 1
 order by r.code
