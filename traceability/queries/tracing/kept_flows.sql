-- Runs that several months speak of, weighed in the period asked about. One that gives something
-- whose split by oxides nobody stated loses what we can't tell.
side as (
    select run_id, kind, product_id, sum($) as kg
      from traceability_filingflow
     where month between %(first)s and %(last)s and run_id <> 0
       and (%(scope)s::bigint[] is null or enterprise_id = any (%(scope)s))
       and known_from <= %(known_at)s and (known_to is null or known_to > %(known_at)s)
     group by 1, 2, 3
),
run as (
    select run_id, coalesce(sum(kg) filter (where kind = 'input'), 0) as fed_kg,
           coalesce(sum(kg) filter (where kind = 'output'), 0) as given_kg,
           case when bool_or(kg is null) filter (where kind = 'output') then 'process_untold'
                else 'process_loss' end as lost_as
      from side group by 1
),
-- Who is sold to inside: whoever files, of the scope. Added up before it is named, row by row.
files as materialized (
    select id from enterprises_enterprise
     where activities <> '{}' and (%(scope)s::bigint[] is null or id = any (%(scope)s))
),
added as (
    select kind, product_id, other_id, country, partner_id in (select id from files) as inside,
           sum(kg) as kg
      from kept group by 1, 2, 3, 4, 5
),
flow as (
    select kind || case when kind not in ('sale', 'purchase') then ''
                        when inside then '_inside' else '_outside' end as kind,
           product_id, other_id, country, kg
      from added
    union all
    select 'made', fed.product_id, given.product_id, '',
           given.kg * fed.kg / nullif(greatest(run.fed_kg, run.given_kg), 0)
      from run
      join side fed on fed.run_id = run.run_id and fed.kind = 'input'
      join side given on given.run_id = run.run_id and given.kind = 'output'
    union all
    select run.lost_as, fed.product_id, 0, '', fed.kg * (run.fed_kg - run.given_kg) / run.fed_kg
      from run join side fed on fed.run_id = run.run_id and fed.kind = 'input'
     where run.fed_kg > run.given_kg
    union all
    select 'process_excess', given.product_id, 0, '',
           given.kg * (run.given_kg - run.fed_kg) / run.given_kg
      from run join side given on given.run_id = run.run_id and given.kind = 'output'
     where run.given_kg > run.fed_kg
)
select kind, product_id, nullif(other_id, 0), country, sum(kg) from flow group by 1, 2, 3, 4
