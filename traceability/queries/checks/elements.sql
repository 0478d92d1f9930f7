-- What the lots of runs are made of, for the balance of each element.

-- The least and the most of each element in the REO of an ore product, and in what way elements are
-- counted together (praseodymium and neodymium are one).
create temp table ore_range on commit drop as
select p.id as product_id, coalesce(j.joined, s.element) as element, sum(s.percent) as most,
       sum(l.percent) as least
  from (select o.key as code, e.key as element, e.value::numeric as percent
          from jsonb_each(%(ore_split_most)s::jsonb) o, jsonb_each_text(o.value) e) s
  join traceability_product p on p.code = s.code
  left join (select o.key as code, e.key as element, e.value::numeric as percent
               from jsonb_each(%(ore_split_least)s::jsonb) o, jsonb_each_text(o.value) e) l
         on l.code = s.code and l.element = s.element
  left join (select key as element, value as joined from jsonb_each_text(%(joined)s::jsonb)) j
         on j.element = s.element
 group by 1, 2;
analyze ore_range;

-- The usual split of each product with one, elements joined likewise.
create temp table usual on commit drop as
select p.id as product_id, coalesce(j.value, e.key) as element, sum(e.value::numeric) as percent
  from traceability_product p, jsonb_each_text(p.default_assay) e
  left join jsonb_each_text(%(joined)s::jsonb) j on j.key = e.key
 group by 1, 2;
analyze usual;

-- Assays of the lots in runs, as filed, and the most that each element of them may be: an assay errs
-- by a share of itself and by the last digit, also where it names none of an element.
create temp table assayed on commit drop as
select a.lot_id, coalesce(j.value, split_part(e.part, ':', 1)) as element,
       sum(split_part(e.part, ':', 2)::numeric) as percent,
       sum(split_part(e.part, ':', 2)::numeric) * (1 + %(element_tolerance_percent)s / 100.0) + 0.1
         as most
  from (select lot_id, max(assay) as assay from run_part where assay <> '' group by lot_id) a,
       regexp_split_to_table(a.assay, '\s*[;；]\s*') e(part)
  left join jsonb_each_text(%(joined)s::jsonb) j on j.key = split_part(e.part, ':', 1)
 where e.part <> ''
 group by 1, 2;
create index on assayed (lot_id);
analyze assayed;

-- What left runs for certain: an element by the lot's assay, else the main one of a pure product.
create temp table element_out on commit drop as
select o.enterprise_id, o.run, e.element,
       sum(o.reo_kg * e.percent / 100) as kg,
       sum(o.reo_kg * greatest(e.percent * (1 - %(element_tolerance_percent)s / 100.0) - 0.1, 0) / 100)
         as least_kg,
       (array_agg(o.lot_id order by o.reo_kg * e.percent desc))[1] as lot_id,
       (array_agg(o.id order by o.reo_kg * e.percent desc))[1:20] as ids
  from run_part o
 cross join lateral (
       select a.element, a.percent from assayed a where a.lot_id = o.lot_id
       union all
       select u.element, u.percent
         from usual u
         join traceability_product p on p.id = u.product_id and p.stage <> 'ore'
        where u.product_id = o.product_id and o.assay = '' and u.percent >= 90) e
 where o.kind = 'output'
 group by 1, 2, 3;
analyze element_out;

-- What a product without a filed assay holds of each of those elements at the most; no row where that
-- is anybody's guess.
create temp table product_most on commit drop as
select * from (
  select p.id as product_id, w.element,
         case when p.stage = 'ore' then coalesce(o.most, 0) * (1 + %(element_range_percent)s / 100.0)
              when u.percent is not null then u.percent
              when p.default_assay <> '{}' then %(impurities_most)s::numeric end as most
    from traceability_product p
   cross join (select distinct element from element_out) w
    left join ore_range o on o.product_id = p.id and o.element = w.element
    left join usual u on u.product_id = p.id and u.element = w.element) bounded
 where most is not null;
analyze product_most;

-- The most that a mixed compound without an assay may hold: what its maker's run was fed of an element
-- at the most, over all that the run gave of that compound: another may hold none of it.
-- Only a run over the country knows what others' runs were fed.
create temp table mixed_most on commit drop as
with mixed as (
  select distinct i.lot_id, i.product_id, o.enterprise_id, o.run
    from run_part i
    join traceability_product p on p.id = i.product_id and p.stage = 'compound'
                               and p.default_assay = '{}'
    join run_part o on o.lot_id = i.lot_id and o.kind = 'output'
   where i.kind = 'input' and i.assay = '' and %(enterprise)s::bigint is null
), given as (
  select m.enterprise_id, m.run, m.product_id, sum(o.reo_kg) as kg
    from (select distinct enterprise_id, run, product_id from mixed) m
    join run_part o using (enterprise_id, run, product_id)
   where o.kind = 'output' and o.assay = ''
   group by 1, 2, 3
), fed as (
  select g.enterprise_id, g.run, g.product_id, w.element, g.kg,
         sum(i.reo_kg * case when i.assay <> '' then coalesce(a.most, 0.1)
                             else coalesce(b.most, 100) end / 100) as most_kg,
         bool_or(i.reo_kg is null) as unknown
    from given g
   cross join (select distinct element from element_out) w
    join run_part i on i.enterprise_id = g.enterprise_id and i.run = g.run and i.kind = 'input'
    left join assayed a on a.lot_id = i.lot_id and a.element = w.element
    left join product_most b on b.product_id = i.product_id and b.element = w.element
   group by 1, 2, 3, 4, 5
)
select m.lot_id, f.element, max(least(f.most_kg * 100 / f.kg, 100)) as percent
  from mixed m
  join fed f using (enterprise_id, run, product_id)
 where f.kg > 0 and not f.unknown
 group by 1, 2;
create index on mixed_most (lot_id, element);
analyze mixed_most;

-- The most that the feed may have held of each of those elements, and what it usually holds; `open`
-- where the feed's make-up is anybody's guess (mixed compounds without an assay), `traced` where what
-- their makers were fed bounds it all the same.
create temp table element_in on commit drop as
select w.enterprise_id, w.run, w.element,
       sum(i.reo_kg * coalesce(m.most, t.percent) / 100) filter (where i.reo_kg is not null) as most_kg,
       sum(i.reo_kg * m.usual / 100) filter (where i.reo_kg is not null) as usual_kg,
       -- From one mine's ore to the next the content differs by as much as the published splits do.
       max(o.most / coalesce(o.least, o.most / 10)) filter (where i.assay = '') as times_apart,
       bool_or(i.reo_kg is not null and m.most is null) as open,
       bool_and(i.reo_kg is not null and coalesce(m.most, t.percent) is not null) as traced,
       sum(i.gross_kg) filter (where i.reo_kg is null) as unknown_kg,
       -- Whether the usual content is what assays say, what is usual of the product, or of both.
       case when bool_and(i.assay <> '') then 'assays'
            when not bool_or(i.assay <> '') then 'products' else 'both' end as known_by
  from element_out w
  join run_part i on i.enterprise_id = w.enterprise_id and i.run = w.run and i.kind = 'input'
  left join assayed a on a.lot_id = i.lot_id and a.element = w.element
  left join product_most b on b.product_id = i.product_id and b.element = w.element
  left join ore_range o on o.product_id = i.product_id and o.element = w.element
  left join usual u on u.product_id = i.product_id and u.element = w.element
  left join mixed_most t on t.lot_id = i.lot_id and t.element = w.element
 cross join lateral (
       select case when i.assay <> '' then coalesce(a.most, 0.1) else b.most end as most,
              case when i.assay <> '' then coalesce(a.percent, 0) else coalesce(u.percent, 0) end as usual) m
 group by 1, 2, 3;
create index on element_in (enterprise_id, run);
analyze element_in;
