-- The sales from some groups, or enterprises outside any, to others; none named: all but those
-- that are left out.
with picked as (
    select m.id as movement_id, coalesce(m.gross_kg * l.reo_percent / 100, m.reo_kg, 0) as kg
      from traceability_filing f
      join traceability_movement m on m.filing_id = f.id and m.kind = 'sale'
      join traceability_lot l on l.id = m.lot_id
      join traceability_pool p on p.id = m.target_id
      join enterprises_enterprise seller on seller.id = f.enterprise_id
      join enterprises_enterprise buyer on buyer.id = p.counterparty_id
     where f.month between %(first)s and %(last)s
       and (%(scope)s::bigint[] is null or f.enterprise_id = any (%(scope)s))
       and m.known_from <= %(known_at)s and (m.known_to is null or m.known_to > %(known_at)s)
       and (%(seller)s::bigint is null or case when %(alone)s then seller.id
            else coalesce(seller.parent_id, seller.id) end = %(seller)s)
       and (%(buyer)s::bigint is null or coalesce(buyer.parent_id, buyer.id) = %(buyer)s)
       and case when %(alone)s then seller.id else coalesce(seller.parent_id, seller.id) end
           <> all (%(not_sellers)s::bigint[])
       and coalesce(buyer.parent_id, buyer.id) <> all (%(not_buyers)s::bigint[])
)
