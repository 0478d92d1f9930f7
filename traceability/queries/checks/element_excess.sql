with feed_of as (
  -- Where nobody filed what a lot is, and the enterprise feeds ore, it is taken to be like the richest
  -- of its other ore of that year.
  select i.enterprise_id, w.element, max(coalesce(o.most, 0)) as percent
    from (select distinct r.enterprise_id, r.product_id
            from run_part r join traceability_product p on p.id = r.product_id and p.stage = 'ore'
           where r.kind = 'input') i
    join (select distinct element from element_out) w on true
    left join ore_range o on o.product_id = i.product_id and o.element = w.element
   group by 1, 2
), grade_of as (
  select enterprise_id, max(reo_kg / gross_kg) as share
    from run_part where kind = 'input' and reo_kg is not null group by 1
), balance as (
  select w.*, i.most_kg, i.usual_kg, i.unknown_kg, i.known_by, i.times_apart, i.open,
         coalesce(i.most_kg, 0) + coalesce(
           i.unknown_kg * g.share * f.percent / 100 * (1 + %(element_range_percent)s / 100.0), 0)
           as bound_kg,
         (i.unknown_kg is not null and f.percent is null) as in_the_dark
    from element_out w
    join element_in i using (enterprise_id, run, element)
    left join feed_of f on f.enterprise_id = w.enterprise_id and f.element = w.element
    left join grade_of g on g.enterprise_id = w.enterprise_id
   where (not i.open or i.traced)
     and not exists (select from run_in_doubt d
                      where d.enterprise_id = w.enterprise_id and d.run = w.run)
), usual_share as (
  -- How much of an element's usual content the enterprise's runs give; runs of one kind of feed lie
  -- close together, and those whose feed has assays closer than those whose feed has none.
  select b.enterprise_id, b.element, r.fed_with, b.known_by, count(*) as runs,
         percentile_cont(0.5) within group (order by b.kg / b.usual_kg)::numeric as middle
    from balance b
    join run_balance r using (enterprise_id, run)
   where b.usual_kg > 0 and b.unknown_kg is null and not b.open
   group by 1, 2, 3, 4
), spread as (
  select u.*, 1.4826 * percentile_cont(0.5) within group (
                order by abs(b.kg / b.usual_kg - u.middle))::numeric as noise
    from usual_share u
    join run_balance r on r.enterprise_id = u.enterprise_id and r.fed_with = u.fed_with
    join balance b on b.enterprise_id = u.enterprise_id and b.element = u.element
                  and b.run = r.run and b.usual_kg > 0 and b.unknown_kg is null and not b.open
                  and b.known_by = u.known_by
   group by u.enterprise_id, u.element, u.fed_with, u.known_by, u.runs, u.middle
), own as (
  -- What the enterprise's other runs would have given, and from where on it is more than that.
  select b.*, s.runs, b.usual_kg * s.middle as own_kg,
         -- Ores of one kind differ by what the published splits differ by: one plant's usual may lie
         -- at the lower end, and the next mine's ore at the upper one.
         greatest(b.usual_kg * greatest(s.middle + 8 * s.noise,
                                        s.middle * (1 + %(element_jump_percent)s / 100.0),
                                        case when b.known_by = 'products' then
                                          greatest(
                                            s.middle * (1 + %(element_range_percent)s / 100.0)
                                              / (1 - %(element_range_percent)s / 100.0),
                                            least(s.middle * b.times_apart,
                                                  b.bound_kg / b.usual_kg
                                                    / (1 + %(element_range_percent)s / 100.0))) end,
                                        s.middle * b.bound_kg / b.usual_kg
                                          / (1 + %(element_range_percent)s / 100.0)),
                  b.usual_kg * s.middle + %(element_tolerance_kg)s) as limit_kg
    from balance b
    join run_balance r using (enterprise_id, run)
    join spread s using (enterprise_id, element, fed_with, known_by)
   where b.usual_kg > 0 and b.unknown_kg is null and not b.open and b.known_by <> 'both'
), excess as (
  select b.enterprise_id, b.run, b.element, b.kg, b.lot_id, b.ids, b.bound_kg as expected_kg,
         'most' as why, b.open
    from balance b
   where not b.in_the_dark and b.least_kg > b.bound_kg + %(element_tolerance_kg)s
  union all
  select o.enterprise_id, o.run, o.element, o.kg, o.lot_id, o.ids, o.own_kg, 'own', false
    from own o
   where o.runs >= 6 and o.least_kg <= o.bound_kg + %(element_tolerance_kg)s and o.kg > o.limit_kg
), ranked as (
  -- One finding for a run: the element that is furthest over.
  select e.*, row_number() over (partition by enterprise_id, run
                                     order by open, why, kg / nullif(expected_kg, 0) desc nulls first, element) as place,
         jsonb_agg(jsonb_build_array(element, round(kg, 3)::text, round(expected_kg, 3)::text))
           over (partition by enterprise_id, run) as elements
    from excess e
)
-- Findings.
select case when x.open then 'country:' else '' end || concat_ws(':', x.enterprise_id, x.run) as key,
       x.why as sort, x.expected_kg as of_kg,
       x.enterprise_id, null::bigint as counterparty_id, r.last_month as month, '' as category,
       x.lot_id, x.run, '' as document, x.kg - x.expected_kg as amount_kg,
       jsonb_build_object(
         'why', x.why, 'element', x.element, 'out_kg', round(x.kg, 3)::text,
         'expected_kg', round(x.expected_kg, 3)::text,
         'excess_kg', round(x.kg - x.expected_kg, 3)::text, 'elements', x.elements,
         'records', to_jsonb(x.ids)) as arithmetic
  from ranked x
  join run_balance r using (enterprise_id, run)
 where x.place = 1
-- Measures.
select b.enterprise_id, r.last_month as month, b.lot_id, b.run, b.element as note, 'most' as part,
       b.least_kg as figure, b.bound_kg + %(element_tolerance_kg)s as bound,
       case when b.in_the_dark then 'grade_unknown' end as unjudged, e.run is not null as beyond
  from balance b
  join run_balance r using (enterprise_id, run)
  left join excess e on e.enterprise_id = b.enterprise_id and e.run = b.run
                    and e.element = b.element and e.why = 'most'
union all
select o.enterprise_id, r.last_month, o.lot_id, o.run, o.element, 'own', o.kg, o.limit_kg,
       case when o.runs < 6 then 'few_runs'
            when o.least_kg > o.bound_kg + %(element_tolerance_kg)s then 'said_already' end,
       e.run is not null
  from own o
  join run_balance r using (enterprise_id, run)
  left join excess e on e.enterprise_id = o.enterprise_id and e.run = o.run
                    and e.element = o.element and e.why = 'own'
union all
select w.enterprise_id, r.last_month, w.lot_id, w.run, w.element, 'most', w.least_kg, null,
       case when i.open then 'open_feed' else 'month_missing' end, false
  from element_out w
  join run_balance r using (enterprise_id, run)
  join element_in i using (enterprise_id, run, element)
  left join balance b using (enterprise_id, run, element)
 where b.run is null
