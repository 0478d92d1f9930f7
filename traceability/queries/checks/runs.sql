-- What the checks of runs share: each run with the REO it was fed and gave, and the level that each
-- enterprise's runs of a process keep. Made once from led and lot_def.

-- The parts of the runs that end in the year, with grades of the lots; a run's own outputs say theirs.
create temp table run_part on commit drop as
with ended as (
  select enterprise_id, run
    from led
   where run <> '' and kind in ('input', 'output')
     and (%(enterprise)s::bigint is null or enterprise_id = %(enterprise)s)
   group by 1, 2
  having max(month) between %(first_month)s and %(last_month)s
)
select l.id, l.enterprise_id, l.run, l.kind, l.month, l.date, l.lot_id, l.gross_kg,
       case l.kind when 'output' then l.product_id else d.product_id end as product_id,
       case l.kind when 'output' then l.assay else d.assay end as assay,
       l.gross_kg * case l.kind when 'output' then l.reo_percent else d.reo_percent end / 100
         as reo_kg
  from ended e
  join led l using (enterprise_id, run)
  left join lot_def d on d.lot_id = l.lot_id
 where l.kind in ('input', 'output');
analyze run_part;

-- A run's process is what most of its feed was and the stage of what it gave.
create temp table run_balance on commit drop as
with by_product as (
  select enterprise_id, run, kind, product_id, sum(reo_kg) as reo_kg
    from run_part group by 1, 2, 3, 4
), main as (
  select distinct on (b.enterprise_id, b.run, b.kind)
         b.enterprise_id, b.run, b.kind, p.code, p.stage
    from by_product b
    join traceability_product p on p.id = b.product_id
   order by b.enterprise_id, b.run, b.kind, b.reo_kg desc, p.code
), summed as (
  select enterprise_id, run,
         coalesce(sum(reo_kg) filter (where kind = 'input'), 0) as in_kg,
         coalesce(sum(reo_kg) filter (where kind = 'output'), 0) as out_kg,
         coalesce(sum(gross_kg) filter (where kind = 'input'), 0) as gross_in_kg,
         coalesce(sum(gross_kg) filter (where kind = 'input' and reo_kg is null), 0) as unknown_kg,
         min(month) as first_month, max(month) as last_month,
         min(date) as first_date, max(date) as last_date,
         (array_agg(id order by (kind = 'output')::int, reo_kg desc nulls last, id))[1:20] as ids,
         (array_agg(lot_id order by reo_kg desc nulls last, id) filter (where kind = 'output'))[1]
           as lot_id
    from run_part group by 1, 2
), pace as (
  -- The longest that a run of the enterprise takes, and half as long again.
  select enterprise_id, max(last_date - first_date) * 3 / 2 + 5 as days
    from summed
   where in_kg > 0 and out_kg > 0
   group by 1
  having count(*) >= 6
), worked as (
  select enterprise_id, max(month) as last_month, max(date) filter (where kind = 'input') as fed_on
    from led
   where kind in ('input', 'output')
   group by 1
)
select s.*, fed.code as fed_with, fed.stage as fed_stage, given.stage as given_stage,
       -- A feed whose grade nobody filed makes the balance unknown, unless it hardly weighs.
       s.unknown_kg <= s.gross_in_kg * 0.002 as known,
       -- Later outputs may still come until the enterprise has worked in a month after the last one:
       -- while a plant stands still its tanks stay full. A season of standing still is too long, and so
       -- is longer than its runs take while it feeds others.
       (coalesce(w.last_month > s.last_month, false)
        or coalesce(w.fed_on > s.first_date + c.days, false)
        or exists (select from known_filing f
                    where f.enterprise_id = s.enterprise_id
                      and f.month >= s.last_month + interval '3 months')) as over,
       coalesce(w.fed_on > s.first_date + c.days, false) as past_its_time
  from summed s
  left join worked w using (enterprise_id)
  left join pace c using (enterprise_id)
  left join main fed on fed.enterprise_id = s.enterprise_id and fed.run = s.run
                    and fed.kind = 'input'
  left join main given on given.enterprise_id = s.enterprise_id and given.run = s.run
                      and given.kind = 'output';
create unique index on run_balance (enterprise_id, run);
analyze run_balance;

-- Months that are not filed may hold what a run was fed or gave.
create temp table run_in_doubt on commit drop as
select b.enterprise_id, b.run
  from run_balance b
 where exists (select from unfiled u
                where u.enterprise_id = b.enterprise_id
                  and u.month between b.first_month - interval '2 months'
                                  and b.last_month + interval '1 month');
analyze run_in_doubt;

-- The recoveries that can be compared: runs that are over, with a known feed of some weight.
create temp table recovery on commit drop as
select b.*, b.out_kg / b.in_kg as share,
       row_number() over (partition by b.enterprise_id, b.fed_with, b.given_stage
                              order by b.last_date, b.run) as place
  from run_balance b
 where b.known and b.over and b.in_kg >= %(yield_least_fed_kg)s
   and b.fed_with is not null and b.given_stage is not null
   and not exists (select from run_in_doubt d
                    where d.enterprise_id = b.enterprise_id and d.run = b.run);
analyze recovery;

-- The level that the better runs of an enterprise keep in a process (the eightieth percentile), and
-- how far one run lies from the next (the median step over 0.954, which is the standard deviation
-- where the level holds). A spell of lower runs moves neither by much; an average would follow it.
create temp table recovery_level on commit drop as
with step as (
  select enterprise_id, fed_with, given_stage, share,
         abs(share - lag(share) over (partition by enterprise_id, fed_with, given_stage
                                          order by place)) as step
    from recovery
)
select enterprise_id, fed_with, given_stage, count(*) as runs,
       percentile_cont(0.8) within group (order by share)::numeric as level,
       percentile_cont(0.5) within group (order by share)::numeric as middle,
       greatest(percentile_cont(0.5) within group (order by step) / 0.954, 0.002)::numeric as noise
  from step
 group by 1, 2, 3;
analyze recovery_level;
