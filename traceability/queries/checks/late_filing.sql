-- Findings.
select concat_ws(':', f.enterprise_id, f.month) as key, '' as sort, null::numeric as of_kg,
       f.enterprise_id, null::bigint as counterparty_id, f.month,
       '' as category, null::bigint as lot_id, '' as run, '' as document,
       null::numeric as amount_kg,
       jsonb_build_object(
         'deadline', greatest(d.last_day, x.last_day),
         'submitted_at', to_char(f.first_submitted_at at time zone 'Asia/Shanghai',
                                 'YYYY-MM-DD HH24:MI'),
         'days_late', (f.first_submitted_at at time zone 'Asia/Shanghai')::date
                      - greatest(d.last_day, x.last_day),
         'filing', f.id, 'records', '[]'::jsonb) as arithmetic
  from known_filing f
  join due d on d.month = f.month
  left join extended x on x.enterprise_id = f.enterprise_id and x.month = f.month
  join must_file m on m.enterprise_id = f.enterprise_id
 where f.month between %(first_month)s and %(last_month)s
   and f.month between m.first_month and m.last_month
   and f.first_submitted_at >= (greatest(d.last_day, x.last_day) + 1)::timestamp at time zone 'Asia/Shanghai'
-- Measures.
select f.enterprise_id, f.month, 'days' as part,
       (f.first_submitted_at at time zone 'Asia/Shanghai')::date - greatest(d.last_day, x.last_day)
         as figure, 0 as bound,
       case when f.month not between m.first_month and m.last_month then 'need_not_file' end as unjudged,
       f.month between m.first_month and m.last_month
       and f.first_submitted_at >= (greatest(d.last_day, x.last_day) + 1)::timestamp
                                   at time zone 'Asia/Shanghai' as beyond
  from known_filing f
  join due d on d.month = f.month
  left join extended x on x.enterprise_id = f.enterprise_id and x.month = f.month
  join must_file m on m.enterprise_id = f.enterprise_id
 where f.month between %(first_month)s and %(last_month)s
