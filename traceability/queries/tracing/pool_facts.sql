-- The pools of a trace, and whether those whom they lead from or to record nothing themselves.
select p.id, p.kind, p.enterprise_id, p.lot_id, p.counterparty_id, p.run,
       p.kind = 'shipment' and (seller.activities = '{}' or buyer.activities = '{}') as outside,
       %(seen)s::bigint[] is null
       or (p.enterprise_id = any (%(seen)s)
           and (p.counterparty_id is null or p.counterparty_id = any (%(seen)s))) as open_to_reader
  from traceability_pool p
  join enterprises_enterprise seller on seller.id = p.enterprise_id
  left join enterprises_enterprise buyer on buyer.id = p.counterparty_id
 where p.id = any (%(pools)s)
