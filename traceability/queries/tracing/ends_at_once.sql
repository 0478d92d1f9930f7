-- What is left in many pools, and what left the graph from them, drawn together by what is told of
-- it: `told` says whether steps lead on from a pool, `place` which step left the graph. `lot` goes
-- before: the stage of each lot.
left_in as (
    select * from unnest(%(pools)s::bigint[], %(lots_left)s::bigint[], %(masses)s::float8[],
                         %(left_as)s::text[], %(told)s::boolean[], %(countries)s::text[],
                         %(places)s::bigint[])
               k (pool_id, lot_id, kg, left_as, told, country, place)
)
select k.left_as, k.told, k.country, p.kind, p.enterprise_id, p.counterparty_id,
       p.kind = 'shipment' and (seller.activities = '{}' or buyer.activities = '{}') as outside,
       %(seen)s::bigint[] is null
       or (p.enterprise_id = any (%(seen)s)
           and (p.counterparty_id is null or p.counterparty_id = any (%(seen)s))) as open_to_reader,
       coalesce(lot.stage, ''), sum(k.kg), array_agg(k.pool_id), array_agg(k.place)
  from left_in k
  join traceability_pool p on p.id = k.pool_id
  join enterprises_enterprise seller on seller.id = p.enterprise_id
  left join enterprises_enterprise buyer on buyer.id = p.counterparty_id
  left join lot on lot.id = coalesce(nullif(k.lot_id, 0), p.lot_id)
 group by 1, 2, 3, 4, 5, 6, 7, 8, 9
