-- Findings.
select concat_ws(':', u.enterprise_id, u.month) as key,
       '' as sort, null::numeric as of_kg, u.enterprise_id, null::bigint as counterparty_id, u.month,
       '' as category, null::bigint as lot_id, '' as run, '' as document,
       null::numeric as amount_kg,
       jsonb_build_object('deadline', u.last_day, 'first_month', m.first_month,
                          'records', '[]'::jsonb) as arithmetic
  from unfiled u
  join must_file m on m.enterprise_id = u.enterprise_id
 where u.month between %(first_month)s and %(last_month)s
-- Measures.
select m.enterprise_id, d.month, 'days' as part,
       case when f.id is null then %(as_of)s::date - greatest(d.last_day, x.last_day) end as figure,
       0 as bound,
       case when f.id is not null then 'filed'
            when d.month not between m.first_month and m.last_month then 'need_not_file'
            end as unjudged,
       u.month is not null as beyond
  from must_file m
  join due d on d.month between %(first_month)s and %(last_month)s
  left join extended x on x.enterprise_id = m.enterprise_id and x.month = d.month
  left join known_filing f on f.enterprise_id = m.enterprise_id and f.month = d.month
  left join unfiled u on u.enterprise_id = m.enterprise_id and u.month = d.month
