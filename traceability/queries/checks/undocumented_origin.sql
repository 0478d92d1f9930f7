with entered as (
  select l.*, e.activities, p.stage, p.code, l.gross_kg * l.reo_percent / 100 as reo_kg,
         -- A number that can be looked up has digits, some of them different.
         (l.document !~ '[0-9]' or length(regexp_replace(l.document, '[^0-9A-Z]', '', 'g')) < 4
          or l.document ~ '^[^0-9]*([0-9])\1*$') as unusable
    from led l
    join enterprises_enterprise e on e.id = l.enterprise_id
    join traceability_product p on p.id = l.product_id
   where l.kind in ('import', 'recycled')
     and l.month between %(first_month)s and %(last_month)s
     and (%(enterprise)s::bigint is null or l.enterprise_id = %(enterprise)s)
), lost as (
  -- What an enterprise's runs left over is scrap that it may take back into use.
  select enterprise_id, sum(greatest(in_kg - out_kg, 0)) as kg
    from run_balance where given_stage in ('metal', 'product') group by 1
), scrap_split as (
  -- What the assays of scrap say, elements joined as everywhere.
  select n.id, coalesce(j.value, split_part(e.part, ':', 1)) as element,
         sum(split_part(e.part, ':', 2)::numeric) as percent
    from entered n
   cross join regexp_split_to_table(n.assay, '\s*[;；]\s*') e(part)
    left join jsonb_each_text(%(joined)s::jsonb) j on j.key = split_part(e.part, ':', 1)
   where n.kind = 'recycled' and e.part <> ''
   group by 1, 2
), like_ore as (
  -- The split of an ore, in every element that makes up a percent and more of it: no magnet, powder or
  -- battery holds them all.
  select distinct o.id
    from (select a.id, r.product_id,
                 bool_and(coalesce(s.percent, 0)
                          between coalesce(r.least, 0) * (1 - %(element_range_percent)s / 100.0)
                              and r.most * (1 + %(element_range_percent)s / 100.0)) as alike
            from (select distinct id from scrap_split) a
            join ore_range r on r.most >= 1
            left join scrap_split s on s.id = a.id and s.element = r.element
           group by 1, 2) o
   where o.alike
), judged as (
  select n.*, case
         when n.unusable then 'document'
         when n.kind = 'recycled' and n.stage = 'ore' then 'ore'
         when k.id is not null then 'split'
         when n.kind = 'import' and n.country = 'CN' then 'country'
         when n.kind = 'import' and n.code like 'ORE-ION-%%' and n.country <> ''
              and n.country <> all(%(ionic_ore_from)s) then 'source'
         when n.kind = 'import' and n.stage = 'ore'
              and not n.activities && array['separation', 'trade']::varchar[] then 'kind'
         when n.kind = 'recycled' and not 'recycling' = any(n.activities) then 'kind' end as why
    from entered n
    left join like_ore k on k.id = n.id
), unfounded as (
  select j.enterprise_id, j.kind, j.why, min(j.month) as month, max(j.month) as to_month,
         sum(j.reo_kg) as reo_kg, count(*) as lots,
         (array_agg(j.lot_id order by j.date, j.id))[1] as lot_id,
         (array_agg(j.filed_document order by j.date, j.id))[1] as document,
         (array_agg(j.id order by j.date, j.id))[1:20] as ids
    from judged j
   where j.why is not null
   group by 1, 2, 3
), monthly as (
  select enterprise_id, kind, month, sum(reo_kg) as kg, (array_agg(lot_id order by reo_kg desc))[1] as lot_id,
         count(*) as lots, (array_agg(id order by reo_kg desc))[1:20] as ids
    from judged where why is null group by 1, 2, 3
), usual as materialized (
  select enterprise_id, kind, count(*) as months,
         percentile_cont(0.5) within group (order by kg)::numeric as kg
    from monthly where kg > 0 group by 1, 2
), usual_month as materialized (
  select m.enterprise_id, m.kind, u.kg, u.months,
         -- How far the months up to the middle one lie below it, in the logarithm: scrap comes in
         -- batches, ore in ships. And how many lie far above it.
         1.4826 * percentile_cont(0.5) within group (order by ln(u.kg / m.kg))
           filter (where m.kg <= u.kg)::numeric as noise,
         count(*) filter (where m.kg > u.kg * %(jump_factor)s * 0.7) as high
    from monthly m
    join usual u using (enterprise_id, kind)
   where m.kg > 0
   group by 1, 2, 3, 4
), month_limit as (
  -- Far above the usual month: several so, by the factor; one or two, by seven tenths of it and
  -- beyond how far the months lie apart, the more so the fewer tell it.
  select m.*, u.months, u.kg as usual_kg,
         case when u.high > 2 then u.kg * %(jump_factor)s
              else greatest(u.kg * %(jump_factor)s * 0.7,
                            u.kg * exp(4 * sqrt(11.0 / greatest(u.months - 1, 1)) * u.noise))
         end as limit_kg
    from monthly m
    join usual_month u using (enterprise_id, kind)
), shape as (
  -- Numbers of one kind of document are as long as each other.
  select id, enterprise_id, kind, length(document) as long,
         count(*) over (partition by kind, length(document)) as alike,
         count(*) over (partition by kind) as of_all,
         count(*) over (partition by kind, length(document), enterprise_id) as own_alike,
         count(*) over (partition by kind, enterprise_id) as own
    from entered where %(enterprise)s::bigint is null and not unusable
), odd as (
  select j.enterprise_id, j.kind, min(j.month) as month, max(j.month) as to_month, count(*) as lots,
         sum(j.reo_kg) as kg, (array_agg(j.lot_id order by j.date, j.id))[1] as lot_id,
         (array_agg(j.filed_document order by j.date, j.id))[1] as document,
         (array_agg(j.id order by j.date, j.id))[1:20] as ids
    from shape s
    join judged j on j.id = s.id
   where j.why is null and s.kind = 'import' and s.of_all >= 20
     and s.alike = s.own_alike and s.alike <= s.of_all * 0.05 and s.own_alike < s.own * 0.5
     and exists (select from shape m where m.kind = s.kind and m.alike >= s.of_all * 0.8)
   group by 1, 2
)
-- Findings.
select concat_ws(':', u.enterprise_id, u.kind, u.why) as key,
       u.why as sort, null::numeric as of_kg,
       u.enterprise_id, null::bigint as counterparty_id, u.month, '' as category,
       case when u.lots = 1 then u.lot_id end as lot_id, '' as run,
       case when u.why = 'document' then '' else u.document end as document, u.reo_kg as amount_kg,
       jsonb_build_object(
         'why', u.why, 'kind', u.kind, 'lots', u.lots, 'to_month', u.to_month,
         'kg', round(u.reo_kg, 3)::text, 'document', u.document,
         'records', to_jsonb(u.ids)) as arithmetic
  from unfounded u
  left join lost s on s.enterprise_id = u.enterprise_id
 where u.why <> 'kind' or u.kind <> 'recycled'
    or u.reo_kg > coalesce(s.kg, 0) * 1.05 + %(undocumented_least_kg)s
union all
select concat_ws(':', m.enterprise_id, m.kind, 'volume', m.month), 'volume', null,
       m.enterprise_id, null, m.month, '', case when m.lots = 1 then m.lot_id end, '', '', m.kg,
       jsonb_build_object(
         'why', 'volume', 'kind', m.kind, 'lots', m.lots, 'to_month', m.month,
         'kg', round(m.kg, 3)::text, 'usual_kg', round(m.usual_kg, 3)::text,
         'records', to_jsonb(m.ids))
  from month_limit m
 where m.months >= 6 and m.kg > m.limit_kg
union all
select 'country:' || concat_ws(':', o.enterprise_id, o.kind, 'shape'), 'shape', null,
       o.enterprise_id, null, o.month, '', case when o.lots = 1 then o.lot_id end, '', o.document,
       o.kg,
       jsonb_build_object(
         'why', 'shape', 'kind', o.kind, 'lots', o.lots, 'to_month', o.to_month,
         'kg', round(o.kg, 3)::text, 'document', o.document, 'records', to_jsonb(o.ids))
  from odd o
-- Measures.
select n.enterprise_id, u.month, u.document, n.kind || ':' || coalesce(u.why, 'founded') as part,
       coalesce(u.reo_kg, 0) as figure,
       case when u.why = 'kind' and n.kind = 'recycled'
            then coalesce(s.kg, 0) * 1.05 + %(undocumented_least_kg)s else 0 end as bound,
       null as unjudged,
       u.why is not null
       and (u.why <> 'kind' or n.kind <> 'recycled'
            or u.reo_kg > coalesce(s.kg, 0) * 1.05 + %(undocumented_least_kg)s) as beyond
  from (select distinct enterprise_id, kind from entered) n
  left join unfounded u using (enterprise_id, kind)
  left join lost s on s.enterprise_id = n.enterprise_id
union all
select m.enterprise_id, m.month, '', m.kind || ':volume', m.kg, m.limit_kg,
       case when m.months < 6 then 'few_months' end, m.months >= 6 and m.kg > m.limit_kg
  from month_limit m
union all
select o.enterprise_id, o.month, o.document, 'import:shape', o.lots, 0, null, true
  from odd o
