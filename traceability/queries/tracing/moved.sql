-- What the filings of some months, as known at a moment, say of the enterprises of a scope: kg REO
-- (or of some of its oxides): every movement, and what went into runs and came out, by product.
with moved as materialized (
    select m.id, m.kind, m.source_id, m.target_id, coalesce(l.product_id, 0) as product_id, m.country,
           coalesce(case when m.kind = any (%(creating)s) then m.reo_kg
                         else m.gross_kg * l.reo_percent / 100 end, m.reo_kg, 0)
           * case when %(oxides)s::text[] is null then 1
                  when l.assay <> '' then coalesce((
                       select sum(substring(';' || l.assay from ';' || o || ':([0-9.]+)')::numeric)
                         from unnest(%(oxides)s::text[]) o), 0) / 100
                  when p.default_assay <> '{}' then coalesce((
                       select sum((p.default_assay ->> o)::numeric)
                         from unnest(%(oxides)s::text[]) o), 0) / 100
             end as kg
      from traceability_filing f
      join traceability_movement m on m.filing_id = f.id
      join traceability_lot l on l.id = m.lot_id
      left join traceability_product p on p.id = l.product_id
     where f.month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
       and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
),
fed as (
    select target_id as run, product_id, sum(kg) as kg from moved where kind = 'input' group by 1, 2
),
given as (
    select source_id as run, product_id, sum(kg) as kg from moved where kind = 'output' group by 1, 2
),
-- A run that gives something whose split by oxides nobody stated loses what we can't tell.
run as (
    select run, coalesce(sum(fed_kg), 0) as fed_kg, coalesce(sum(given_kg), 0) as given_kg,
           case when bool_or(untold) then 'process_untold' else 'process_loss' end as lost_as
      from (select run, kg as fed_kg, 0 as given_kg, false as untold from fed
            union all select run, 0, kg, kg is null from given) side
     group by 1
),
-- Trade, by whether the other side lies within the scope.
trade as (
    select m.id, m.kind || case when other.activities <> '{}'
                                     and (%(scope)s::bigint[] is null or other.id = any (%(scope)s))
                                then '_inside' else '_outside' end as kind, m.product_id, m.kg
      from moved m
      join traceability_pool p on p.id = case m.kind when 'sale' then m.target_id
                                                     else m.source_id end
      join enterprises_enterprise other
        on other.id = case m.kind when 'sale' then p.counterparty_id else p.enterprise_id end
     where m.kind in ('sale', 'purchase')
)
