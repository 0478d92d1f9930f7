select concat_ws(':', b.enterprise_id, b.run) as key,
       case when b.out_kg > b.in_kg * 1.05 then 'high' else 'medium' end as severity,
       b.enterprise_id, null::bigint as counterparty_id, b.last_month as month, '' as category,
       b.lot_id, b.run, '' as document, b.out_kg - b.in_kg as amount_kg,
       jsonb_build_object(
         'in_kg', round(b.in_kg, 3)::text, 'out_kg', round(b.out_kg, 3)::text,
         'excess_kg', round(b.out_kg - b.in_kg, 3)::text,
         'records', to_jsonb(b.ids)) as arithmetic
  from run_balance b
 where b.known
   and b.out_kg > b.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s
   and not exists (select from run_in_doubt d
                    where d.enterprise_id = b.enterprise_id and d.run = b.run)
