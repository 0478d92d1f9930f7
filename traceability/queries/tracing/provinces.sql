-- After `cap_use`: what stands behind each tile of the map of provinces, over the enterprises seen,
-- as it was known at the moment `now`.
, seen as (
    select id, left(region_id, 2) || '0000' as province, activities, files_from
      from enterprises_enterprise
     where %(scope)s::bigint[] is null or id = any (%(scope)s)
),
used as (
    select s.province, sum(u.reo_kg) filter (where u.category like 'mining%%') as mined_kg,
           sum(u.reo_kg) filter (where u.category = 'separation') as separated_kg,
           sum(u.reo_kg) as used_kg
      from cap_use u join seen s on s.id = u.enterprise_id
     group by 1
),
given as (
    select s.province, sum(l.kg) as cap_kg
      from allocations_allocationline l
      join allocations_decision d on d.id = l.decision_id and d.status = 'issued'
       and d.issued_at <= %(now)s
      join seen s on s.id = l.enterprise_id
     where d.year = %(year)s
     group by 1
),
due as (
    select s.province, count(*) as due, count(*) filter (where in_time) as in_time,
           count(*) filter (where missing) as missing
      from month_due d join seen s on s.id = d.enterprise_id
     group by 1
),
found as (
    select s.province, count(*) as findings
      from traceability_finding f join seen s on s.id = f.enterprise_id
      left join traceability_case c on c.id = f.case_id
     where f.year = %(year)s and f.first_seen <= %(known_on)s
       and (f.status in ('open', 'answered') or f.cleared_on > %(known_on)s
            or f.status = 'closed' and c.closed_at > %(known_at)s)
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
