with pair as (
  -- Each amendment of a month of the year, and the version it replaced.
  select n.id as new_id, o.id as old_id, n.enterprise_id, n.month, n.version, n.submitted_at, n.reason
    from traceability_filing n
    join traceability_filing o on o.enterprise_id = n.enterprise_id and o.month = n.month
                              and o.version = n.version - 1
   where n.version > 1 and n.submitted_at < %(known_before)s
     and n.month between %(first_month)s and %(last_month)s
     and (%(enterprise)s::bigint is null or n.enterprise_id = %(enterprise)s)
), said as (
  select p.new_id, p.enterprise_id, p.month, s.side, r.kind, r.run, r.product_id, r.lot_id,
         r.gross_kg, r.reo_percent, r.id
    from pair p
   cross join lateral (values ('old', p.old_id), ('new', p.new_id)) s(side, filing_id)
    join traceability_record r on r.filing_id = s.filing_id
   where r.kind in ('extraction', 'input', 'output')
), fed as (
  -- What each side says its runs were fed in that month, and the ledger of the months before.
  select x.new_id, x.side, x.run, sum(x.gross_kg * d.reo_percent) as mass,
         sum(x.gross_kg * d.reo_percent) filter (where d.stage = 'ore') as ore
    from (select new_id, side, run, lot_id, gross_kg from said where kind = 'input'
          union all
          select o.new_id, o.side, o.run, l.lot_id, l.gross_kg
            from (select distinct new_id, side, run, enterprise_id, month
                    from said where kind = 'output') o
            join led l on l.enterprise_id = o.enterprise_id and l.run = o.run
                      and l.kind = 'input' and l.month < o.month) x
    join lot_def d on d.lot_id = x.lot_id
   group by 1, 2, 3
), counted_as as (
  select s.new_id, s.side, p.mining_category as category, sum(s.gross_kg * s.reo_percent / 100) as kg
    from said s
    join traceability_product p on p.id = s.product_id
   where s.kind = 'extraction' and p.mining_category <> ''
   group by 1, 2, 3
  union all
  select s.new_id, s.side, 'separation',
         sum(s.gross_kg * s.reo_percent / 100 * coalesce(coalesce(f.ore, 0) / nullif(f.mass, 0), 1))
    from said s
    join traceability_product p on p.id = s.product_id and p.stage = 'compound'
    left join fed f on f.new_id = s.new_id and f.side = s.side and f.run = s.run
   where s.kind = 'output'
   group by 1, 2
), lowered as (
  select p.*, c.category, coalesce(k.category, c.category) as cap_category,
         coalesce(sum(c.kg) filter (where c.side = 'old'), 0) as old_kg,
         coalesce(sum(c.kg) filter (where c.side = 'new'), 0) as new_kg
    from pair p
    join counted_as c using (new_id)
    left join cap k on k.enterprise_id = p.enterprise_id and k.category = 'mining'
                   and c.category <> 'separation'
   group by p.new_id, p.old_id, p.enterprise_id, p.month, p.version, p.submitted_at, p.reason,
            c.category, k.category
), used as (
  -- What of the cap was used by what had been filed before the amendment.
  select w.*, c.kg as cap_kg, w.old_kg + coalesce(o.kg, 0) as used_kg,
         o.usual_kg, coalesce(o.months, 0) as months
    from lowered w
    join cap c on c.enterprise_id = w.enterprise_id and c.category = w.cap_category
   cross join lateral (
         select sum(m.kg) as kg, count(*) as months,
                percentile_cont(0.5) within group (order by m.kg)::numeric as usual_kg
           from production m
           join known_filing f on f.enterprise_id = m.enterprise_id and f.month = m.month
          where m.enterprise_id = w.enterprise_id and m.category = w.cap_category
            and m.month <> w.month and f.first_submitted_at < w.submitted_at) o
   where c.kg > 0
)
-- Findings.
select concat_ws(':', u.enterprise_id, u.category, u.month, u.version) as key,
       case when u.used_kg > u.cap_kg then 'exceeded' else 'nearly_used' end as sort,
       null::numeric as of_kg,
       u.enterprise_id, null::bigint as counterparty_id, u.month, u.category,
       null::bigint as lot_id, '' as run, '' as document, u.old_kg - u.new_kg as amount_kg,
       jsonb_build_object(
         'version', u.version, 'submitted_on', (u.submitted_at at time zone 'Asia/Shanghai')::date,
         'old_kg', round(u.old_kg, 3)::text, 'new_kg', round(u.new_kg, 3)::text,
         'lowered_kg', round(u.old_kg - u.new_kg, 3)::text,
         'used_kg', round(u.used_kg, 3)::text, 'cap_kg', u.cap_kg::text, 'reason', u.reason,
         'records', coalesce((
           select jsonb_agg(id order by id) from (
             select s.id from said s where s.new_id = u.new_id and s.kind in ('extraction', 'output')
              order by s.id limit 20) shown), '[]'::jsonb)) as arithmetic
  from used u
 where u.old_kg - u.new_kg > greatest(%(over_cap_tolerance_kg)s, u.old_kg * 0.001)
   and u.used_kg >= u.cap_kg * %(cap_nearly_used_percent)s / 100.0
   -- A slip of the decimal point makes a month that stands out and an amendment that puts it right.
   and not (u.months >= 3 and u.old_kg > u.usual_kg * %(jump_factor)s
            and u.new_kg between u.usual_kg / %(jump_factor)s and u.usual_kg * %(jump_factor)s)
-- Measures.
select q.*, q.unjudged is null and q.figure > q.bound as beyond
  from (select u.enterprise_id, u.month, u.category, 'lowered' as part, u.old_kg - u.new_kg as figure,
               greatest(%(over_cap_tolerance_kg)s, u.old_kg * 0.001) as bound,
               case when u.used_kg < u.cap_kg * %(cap_nearly_used_percent)s / 100.0 then 'cap_not_near'
                    when u.months >= 3 and u.old_kg > u.usual_kg * %(jump_factor)s
                         and u.new_kg between u.usual_kg / %(jump_factor)s
                                          and u.usual_kg * %(jump_factor)s
                    then 'slip' end as unjudged
          from used u) q
