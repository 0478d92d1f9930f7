with creation as (
  select l.*, first_value(l.product_id) over first as first_product,
         first_value(l.kind) over first as first_kind, first_value(l.run) over first as first_run,
         first_value(l.reo_percent) over first as first_grade,
         first_value(l.date) over first as first_date, first_value(l.id) over first as first_id
    from led l
   where l.kind in ('extraction', 'output', 'import', 'recycled')
     and (%(enterprise)s::bigint is null or l.enterprise_id = %(enterprise)s)
  window first as (partition by l.lot_id order by l.date, l.id)
), other as (
  -- A run may give a lot in parts, of one product and grade; everything else is a second creation.
  select *
    from creation
   where id <> first_id
     and (product_id <> first_product or kind <> first_kind or run <> first_run
          or kind <> 'output' or reo_percent <> first_grade)
), conflict as (
  select enterprise_id, lot_id, min(first_date) as first_date, min(date) as date,
         min(month) as month, sum(gross_kg) as kg, count(*) + 1 as creations,
         bool_or(product_id <> first_product) as two_products,
         min(first_product) as first_product, min(product_id) as product,
         array_agg(distinct run) filter (where run <> '') as runs,
         array_agg(id order by id) || min(first_id) as ids
    from other
   group by 1, 2
)
-- Findings.
select concat_ws(':', c.enterprise_id, c.lot_id) as key,
       case when c.two_products then 'products' else 'creations' end as sort, null::numeric as of_kg,
       c.enterprise_id, null::bigint as counterparty_id, c.month, '' as category, c.lot_id,
       case when cardinality(c.runs) = 1 then c.runs[1] else '' end as run, '' as document,
       c.kg as amount_kg,
       jsonb_build_object(
         'creations', c.creations, 'first_date', c.first_date, 'date', c.date,
         'two_products', c.two_products, 'first_product', f.code, 'product', p.code,
         'kg', c.kg::text, 'records', to_jsonb(c.ids[1:20])) as arithmetic
  from conflict c
  join traceability_product f on f.id = c.first_product
  join traceability_product p on p.id = c.product
 where c.month between %(first_month)s and %(last_month)s
-- Measures.
select m.enterprise_id, coalesce(c.month, m.month) as month, m.lot_id, 'creations' as part,
       coalesce(c.creations, 1) as figure, 1 as bound,
       case when c.month not between %(first_month)s and %(last_month)s then 'other_year' end as unjudged,
       coalesce(c.month between %(first_month)s and %(last_month)s, false) as beyond
  from (select enterprise_id, lot_id, min(month) as month from creation group by 1, 2) m
  left join conflict c using (enterprise_id, lot_id)
