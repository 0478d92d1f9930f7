with norm as (
  select * from (values ('compound', %(yield_norm_separation_percent)s / 100.0),
                        ('metal', %(yield_norm_metal_percent)s / 100.0),
                        ('product', %(yield_norm_magnet_percent)s / 100.0)) n(given_stage, share)
), judged as (
  select r.*, v.runs, v.level, v.noise, n.share as norm,
         greatest(v.level * %(yield_drop_percent)s / 100.0, v.noise * %(yield_sigmas)s) as drop,
         -- Enough runs to know the enterprise's own level; fewer are held to the usual one only.
         v.runs >= 6 as has_level
    from recovery r
    join recovery_level v using (enterprise_id, fed_with, given_stage)
    join norm n using (given_stage)
), low as (
  select *, case when has_level and share < level - drop then level else norm end as expected,
         has_level and share < level - drop as below_own,
         has_level and share < level - 2 * drop as far_below_own,
         share < norm * 0.95 as below_usual
    from judged
   where (has_level and share < level - drop) or share < norm * 0.95
), spell as (
  -- One finding for an enterprise and process: a single run far below, or several below.
  select enterprise_id, given_stage, min(fed_with) as fed_with, min(norm) as norm,
         sum(in_kg * level) / sum(in_kg) as level, count(*) as low_runs, max(runs) as runs,
         min(last_month) as month, max(last_month) as to_month,
         sum(in_kg) as in_kg, sum(out_kg) as out_kg,
         sum(in_kg * expected - out_kg) as missing_kg,
         min(share) as lowest, (array_agg(run order by in_kg * expected - out_kg desc))[1:10] as low,
         (array_agg(lot_id order by in_kg * expected - out_kg desc))[1] as lot_id
    from low
   group by 1, 2
  having bool_or(far_below_own or below_usual) or count(*) filter (where below_own) >= 3
), monthly as (
  -- Runs of one feed by month, and of all months.
  select enterprise_id, given_stage, fed_with, last_month as month,
         count(*) as runs, sum(share) as shares, sum(share * share) as squares,
         sum(count(*)) over feed as all_runs, sum(sum(share)) over feed as all_shares,
         sum(sum(share * share)) over feed as all_squares
    from judged
   group by 1, 2, 3, 4
  window feed as (partition by enterprise_id, given_stage, fed_with)
), stretch as (
  -- Every row of months, held against all others: the runs that lie in it, and all.
  select a.enterprise_id, a.given_stage, a.fed_with, a.month, b.month as to_month,
         a.all_runs as runs, a.all_shares as shares, a.all_squares as squares,
         sum(m.runs) as low_runs, sum(m.shares) as low_shares, sum(m.squares) as low_squares
    from monthly a
    join monthly b using (enterprise_id, given_stage, fed_with)
    join monthly m using (enterprise_id, given_stage, fed_with)
   where m.month between a.month and b.month
   group by 1, 2, 3, 4, 5, 6, 7, 8
), apart as (
  -- How far the middle of the stretch lies below that of the others, and what chance explains.
  select s.enterprise_id, s.given_stage, s.fed_with, s.month, s.to_month, s.low_runs, s.runs,
         (s.shares - s.low_shares) / (s.runs - s.low_runs) as level,
         (s.shares - s.low_shares) / (s.runs - s.low_runs) - s.low_shares / s.low_runs as drop,
         greatest(v.noise, sqrt(greatest(0,
             s.squares - s.low_shares ^ 2 / s.low_runs
             - (s.shares - s.low_shares) ^ 2 / (s.runs - s.low_runs)) / (s.runs - 2)))
           * sqrt(1.0 / s.low_runs + 1.0 / (s.runs - s.low_runs)) as chance
    from stretch s
    join recovery_level v using (enterprise_id, fed_with, given_stage)
   where s.low_runs >= 6 and s.runs - s.low_runs >= 6
), steepest as (
  select distinct on (enterprise_id, given_stage) a.*, t.bound
    from apart a
   cross join lateral (select greatest(a.chance * %(yield_sigmas)s,
                                       a.level * %(yield_drop_percent)s / 150.0) as bound) t
   order by enterprise_id, given_stage, drop / t.bound desc, fed_with, month, to_month
), shifted as (
  -- Too little in each single run to tell, but in all runs of some months.
  select s.enterprise_id, s.given_stage, s.fed_with, min(j.norm) as norm, s.level, s.low_runs,
         s.runs, s.month, s.to_month, sum(j.in_kg) as in_kg, sum(j.out_kg) as out_kg,
         sum(j.in_kg) * s.level - sum(j.out_kg) as missing_kg, min(j.share) as lowest,
         (array_agg(j.run order by j.in_kg - j.out_kg desc))[1:10] as low,
         (array_agg(j.lot_id order by j.in_kg - j.out_kg desc))[1] as lot_id
    from steepest s
    join judged j on j.enterprise_id = s.enterprise_id and j.given_stage = s.given_stage
                 and j.fed_with = s.fed_with and j.last_month between s.month and s.to_month
   where s.drop > s.bound
   group by s.enterprise_id, s.given_stage, s.fed_with, s.level, s.low_runs, s.runs, s.month,
            s.to_month
), whole as (
  -- All runs of the year together, against what such runs recover at the least; the more runs, the
  -- less chance has a say.
  select j.enterprise_id, j.given_stage, min(j.fed_with) as fed_with, min(j.norm) as norm,
         sum(j.in_kg * j.level) / sum(j.in_kg) as level, count(*) as low_runs, count(*) as runs,
         min(j.last_month) as month, max(j.last_month) as to_month,
         sum(j.in_kg) as in_kg, sum(j.out_kg) as out_kg,
         sum(j.in_kg) * min(j.norm) - sum(j.out_kg) as missing_kg,
         min(j.share) as lowest,
         (array_agg(j.run order by j.in_kg - j.out_kg desc))[1:10] as low,
         (array_agg(j.lot_id order by j.in_kg - j.out_kg desc))[1] as lot_id
    from judged j
   group by 1, 2
  having count(*) >= 4
     and sum(j.out_kg) / sum(j.in_kg) < min(j.norm) - 3 * max(j.noise) / sqrt(count(*))
), yearly as (
  select j.enterprise_id, j.fed_stage, min(j.fed_with) as fed_with, j.given_stage,
         min(j.norm) as norm, max(j.level) as level,
         count(*) as runs, min(j.last_month) as month, max(j.last_month) as to_month,
         sum(j.in_kg) as in_kg, sum(j.out_kg) as out_kg, sum(j.out_kg) / sum(j.in_kg) as share,
         min(j.share) as lowest,
         (array_agg(j.run order by j.in_kg - j.out_kg desc))[1:10] as low,
         (array_agg(j.lot_id order by j.in_kg - j.out_kg desc))[1] as lot_id
    from judged j
   -- How much of a magnet is cut away is each maker's own.
   where j.given_stage <> 'product'
   group by j.enterprise_id, j.fed_stage, j.given_stage
  having count(*) >= 6
), middle as (
  -- The middle of the others who do the same, and how far half of them lie from it. Only a run over
  -- the whole country knows them.
  select y.enterprise_id, y.fed_stage, y.given_stage, y.norm,
         percentile_cont(0.5) within group (order by o.share)::numeric as share
    from yearly y
    join yearly o on o.fed_stage = y.fed_stage and o.given_stage = y.given_stage
                 and o.enterprise_id <> y.enterprise_id
   where %(enterprise)s::bigint is null
   group by 1, 2, 3, 4
  having count(*) >= 4
), spread as (
  select m.enterprise_id, m.fed_stage, m.given_stage, m.share,
         1.4826 * percentile_cont(0.5) within group (order by abs(o.share - m.share))::numeric as noise,
         m.norm + (1 - m.norm) / 10 as lowest_tenth
    from middle m
    join yearly o on o.fed_stage = m.fed_stage and o.given_stage = m.given_stage
                 and o.enterprise_id <> m.enterprise_id
   group by m.enterprise_id, m.fed_stage, m.given_stage, m.share, m.norm
), bound as (
  -- Plants differ by as much as their ores and works do: far below the others, or less far and in the
  -- lowest tenth of what such runs give.
  select enterprise_id, fed_stage, given_stage, share,
         greatest(share - greatest(%(yield_sigmas)s * noise,
                                   %(yield_drop_percent)s / 100.0
                                   * case given_stage when 'metal' then 2 / 3.0 else 1 end),
                  least(share - greatest(%(yield_sigmas)s / 2 * noise, %(yield_drop_percent)s / 100.0),
                        lowest_tenth)) as least_share
    from spread
), below_peers as (
  select y.enterprise_id, y.given_stage, y.fed_with, b.share as norm, y.level, y.runs as low_runs,
         y.runs, y.month, y.to_month, y.in_kg, y.out_kg, y.in_kg * b.share - y.out_kg as missing_kg,
         y.lowest, y.low, y.lot_id
    from yearly y
    join bound b using (enterprise_id, fed_stage, given_stage)
   where y.share < b.least_share
), nothing as (
  -- Runs that gave nothing at all, long after such runs of the enterprise are done, while it fed others.
  select b.enterprise_id, 'nothing' as given_stage, min(b.fed_with) as fed_with, null::numeric as norm,
         null::numeric as level, count(*) as low_runs, count(*) as runs,
         min(b.last_month) as month, max(b.last_month) as to_month,
         sum(b.in_kg) as in_kg, 0::numeric as out_kg, sum(b.in_kg) as missing_kg,
         0::numeric as lowest, (array_agg(b.run order by b.in_kg desc))[1:10] as low,
         null::bigint as lot_id
    from run_balance b
   where b.past_its_time and b.out_kg = 0 and b.in_kg >= %(yield_least_fed_kg)s
     and not exists (select from run_in_doubt d
                      where d.enterprise_id = b.enterprise_id and d.run = b.run)
   group by 1
), own as (
  select 'spell' as why, * from spell
  union all
  select 'spell', f.* from shifted f
   where not exists (select from spell s
                      where s.enterprise_id = f.enterprise_id
                        and s.given_stage = f.given_stage)
  union all
  select 'whole' as why, w.* from whole w
   where not exists (select from spell s
                      where s.enterprise_id = w.enterprise_id
                        and s.given_stage = w.given_stage)
     and not exists (select from shifted f
                      where f.enterprise_id = w.enterprise_id
                        and f.given_stage = w.given_stage)
  union all
  select 'nothing', n.* from nothing n
), found as (
  select '' as prefix, * from own
  union all
  select 'country:' as prefix, 'peers' as why, p.*
    from (select distinct on (enterprise_id, given_stage) * from below_peers
           order by enterprise_id, given_stage, missing_kg desc) p
   where not exists (select from own o
                      where o.enterprise_id = p.enterprise_id
                        and o.given_stage = p.given_stage)
), of_element as (
  -- Runs whose feed has assays and whose products all tell what they hold: how much of an element came
  -- out, against how much of all others did.
  select j.enterprise_id, i.element, j.run, j.last_month, i.usual_kg as held_kg, w.kg,
         j.in_kg - i.usual_kg as rest_in_kg, j.out_kg - w.kg as rest_out_kg,
         (w.kg / i.usual_kg) / ((j.out_kg - w.kg) / (j.in_kg - i.usual_kg)) as ratio
    from judged j
    join element_in i using (enterprise_id, run)
    join element_out w using (enterprise_id, run, element)
   where j.given_stage = 'compound' and i.known_by = 'assays' and i.unknown_kg is null
     and i.usual_kg >= j.in_kg * 0.001 and j.in_kg >= i.usual_kg * 1.1 and j.out_kg > w.kg
     and not exists (select from run_part o
                      where o.enterprise_id = j.enterprise_id and o.run = j.run and o.kind = 'output'
                        and o.assay = ''
                        and not exists (select from usual u
                                         where u.product_id = o.product_id and u.percent >= 90))
), element_middle as (
  select enterprise_id, element, count(*) as runs, min(last_month) as month,
         max(last_month) as to_month, sum(held_kg) as held_kg, sum(kg) as kg,
         sum(rest_out_kg) / sum(rest_in_kg) as rest_share,
         percentile_cont(0.5) within group (order by ratio)::numeric as middle,
         (array_agg(run order by ratio, run))[1:10] as low
    from of_element
   group by 1, 2
), element_share as (
  select m.*, 1 - greatest(2 * %(yield_drop_percent)s / 100.0,
                           %(yield_sigmas)s * 1.25 * n.noise / sqrt(m.runs)) as bound
    from element_middle m
   cross join lateral (
         select greatest(1.4826 * percentile_cont(0.5) within group (order by abs(o.ratio - m.middle)),
                         0.005)::numeric as noise
           from of_element o
          where o.enterprise_id = m.enterprise_id and o.element = m.element) n
), held_back as (
  select *, held_kg * rest_share - kg as missing_kg
    from element_share
   where runs >= 6 and middle < bound and held_kg * rest_share > kg
)
-- Findings.
select o.prefix || concat_ws(':', o.enterprise_id, o.given_stage) as key,
       '' as sort, o.in_kg as of_kg,
       o.enterprise_id, null::bigint as counterparty_id, o.month, '' as category,
       case when o.low_runs = 1 then o.lot_id end as lot_id,
       case when o.low_runs = 1 then o.low[1] else '' end as run, '' as document,
       o.missing_kg as amount_kg,
       jsonb_build_object(
         'why', o.why, 'fed_with', o.fed_with, 'given', o.given_stage,
         'runs', o.runs, 'low_runs', o.low_runs, 'to_month', o.to_month,
         'in_kg', round(o.in_kg, 3)::text, 'out_kg', round(o.out_kg, 3)::text,
         'share', round(o.out_kg / o.in_kg * 100, 2)::text,
         'lowest', round(o.lowest * 100, 2)::text,
         'level', round(o.level * 100, 2)::text, 'norm', round(o.norm * 100, 2)::text,
         'missing_kg', round(o.missing_kg, 3)::text, 'low', to_jsonb(o.low),
         'records', coalesce((
           select jsonb_agg(id order by id)
             from (select p.id from run_part p
                    where p.enterprise_id = o.enterprise_id and p.run = any(o.low[1:3])
                    order by p.id limit 40) shown), '[]'::jsonb)) as arithmetic
  from found o
union all
select concat_ws(':', h.enterprise_id, 'element', h.element), '', h.held_kg, h.enterprise_id, null,
       h.month, '', null, '', '', h.missing_kg,
       jsonb_build_object(
         'why', 'element', 'element', h.element, 'runs', h.runs, 'low_runs', h.runs,
         'to_month', h.to_month, 'in_kg', round(h.held_kg, 3)::text,
         'out_kg', round(h.kg, 3)::text, 'share', round(h.kg / h.held_kg * 100, 2)::text,
         'level', round(h.rest_share * 100, 2)::text,
         'norm', round(h.rest_share * 100, 2)::text,
         'missing_kg', round(h.missing_kg, 3)::text, 'low', to_jsonb(h.low),
         'records', coalesce((
           select jsonb_agg(id order by id)
             from (select p.id from run_part p
                    where p.enterprise_id = h.enterprise_id and p.run = any(h.low[1:3])
                    order by p.id limit 40) shown), '[]'::jsonb))
  from held_back h
-- Measures.
, told as (
  select f.enterprise_id, f.given_stage, f.month, f.why,
         exists (select from spell s where s.enterprise_id = f.enterprise_id
                                       and s.given_stage = f.given_stage) as has_spell
    from found f
), lowest as (
  -- The run that is nearest to being found, or furthest beyond.
  select distinct on (enterprise_id, given_stage) enterprise_id, given_stage, run, share,
         greatest(case when has_level then level - 2 * drop end, norm * 0.95) as bound
    from judged
   order by enterprise_id, given_stage,
            share - greatest(case when has_level then level - 2 * drop end, norm * 0.95), run
), all_runs as (
  select enterprise_id, given_stage, count(*) as runs, sum(out_kg) / sum(in_kg) as share,
         count(*) filter (where has_level and share < level - drop) as below_own,
         min(norm) - 3 * max(noise) / sqrt(count(*)) as bound
    from judged group by 1, 2
)
select l.enterprise_id, t.month, l.run, 'run' as part, l.share * 100 as figure, l.bound * 100 as bound,
       null as unjudged, coalesce(t.has_spell and l.share < l.bound, false) as beyond, '' as note
  from lowest l
  left join told t using (enterprise_id, given_stage)
union all
select a.enterprise_id, t.month, '', 'low_runs', a.below_own, 3, null,
       coalesce(t.has_spell and a.below_own >= 3, false), ''
  from all_runs a
  left join told t using (enterprise_id, given_stage)
union all
select a.enterprise_id, t.month, '', 'whole', a.share * 100, a.bound * 100,
       case when a.runs < 4 then 'few_runs' end, w.enterprise_id is not null, ''
  from all_runs a
  left join whole w using (enterprise_id, given_stage)
  left join told t using (enterprise_id, given_stage)
union all
select s.enterprise_id, t.month, '', 'shift', s.drop * 100, s.bound * 100,
       case when t.has_spell then 'said_already' end, s.drop > s.bound and not coalesce(t.has_spell, false),
       ''
  from steepest s
  left join told t using (enterprise_id, given_stage)
union all
select y.enterprise_id, t.month, '', 'peers', y.share * 100, b.least_share * 100, null,
       y.share < b.least_share, ''
  from yearly y
  join bound b using (enterprise_id, fed_stage, given_stage)
  left join told t using (enterprise_id, given_stage)
union all
select b.enterprise_id, n.month, '', 'nothing', coalesce(n.runs, 0), 0, null, n.runs is not null, ''
  from (select distinct enterprise_id from run_balance) b
  left join nothing n using (enterprise_id)
union all
select b.enterprise_id, b.last_month, b.run, 'run', b.out_kg * 100 / nullif(b.in_kg, 0), null,
       case when not b.known then 'grade_unknown' when not b.over then 'still_open'
            when b.in_kg < %(yield_least_fed_kg)s then 'too_little' else 'month_missing' end, false, ''
  from run_balance b
  left join recovery r using (enterprise_id, run)
 where r.run is null and b.fed_with is not null and b.given_stage in ('compound', 'metal', 'product')
union all
select s.enterprise_id, s.month, '', 'element', s.middle * 100, s.bound * 100,
       case when s.runs < 6 then 'few_runs' end, h.element is not null, s.element
  from element_share s
  left join held_back h using (enterprise_id, element)
