select concat_ws(':', u.enterprise_id, u.month) as key,
       'medium' as severity, u.enterprise_id, null::bigint as counterparty_id, u.month,
       '' as category, null::bigint as lot_id, '' as run, '' as document,
       null::numeric as amount_kg,
       jsonb_build_object('deadline', u.last_day, 'first_month', m.first_month,
                          'records', '[]'::jsonb) as arithmetic
  from unfiled u
  join must_file m on m.enterprise_id = u.enterprise_id
 where u.month between %(first_month)s and %(last_month)s
