-- What each of some enterprises traded in some days, gross kg, by partner, way and lot: what it
-- filed itself beside what the partner filed of the same lot, whatever the document numbers, so that
-- a mistyped one parts nothing. The days on either side let both ends of a shipment be met.
with own as (
  select f.enterprise_id, case r.kind when 'sale' then 'to' else 'from' end as way,
         r.counterparty_id as partner_id, r.lot_id, r.date, r.gross_kg as own_kg,
         null::numeric as other_kg
    from traceability_filing f
    join traceability_record r on r.filing_id = f.id and r.kind in ('sale', 'purchase')
   where (%(enterprises)s::bigint[] is null or f.enterprise_id = any (%(enterprises)s))
     and f.status = 'submitted' and r.counterparty_id is not null
     and f.month between %(read_since)s and %(read_until)s
), other as (
  select r.counterparty_id, case r.kind when 'purchase' then 'to' else 'from' end,
         f.enterprise_id, r.lot_id, r.date, null::numeric, r.gross_kg
    from traceability_record r
    join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
   where r.kind in ('sale', 'purchase') and r.counterparty_id is not null
     and (%(enterprises)s::bigint[] is null or r.counterparty_id = any (%(enterprises)s))
     and r.date between %(read_since)s and %(read_until)s
), traded as (
  select enterprise_id, way, partner_id, lot_id, sum(own_kg) as own_kg, sum(other_kg) as other_kg,
         max(date) as last_on
    from (table own union all table other) line
   group by 1, 2, 3, 4
  having bool_or(date between %(since)s and %(until)s)
), answered as (
  select distinct on (seller_id, buyer_id, lot_id, document) seller_id, buyer_id, lot_id, verdict
    from traceability_shipmentanswer
   order by seller_id, buyer_id, lot_id, document, id desc
), disputed as (
  select distinct seller_id, buyer_id, lot_id from answered
   where verdict in ('part_refused', 'never_came')
), judged as (
  select t.enterprise_id, t.way, t.partner_id, greatest(t.own_kg, t.other_kg) as kg,
         least(t.own_kg, t.other_kg) as both_kg,
         case when p.activities = '{}' then 'outside'
              when abs(t.own_kg - t.other_kg)
                   <= greatest(greatest(t.own_kg, t.other_kg) * %(percent)s / 100, %(kg)s)
                   then 'agreed'
              when d.lot_id is not null then 'disputed'
              when t.own_kg is not null and t.other_kg is not null then 'different'
              when t.last_on > %(under_way_since)s then 'under_way'
              when t.own_kg is null then 'only_partner'
              -- The partner has filed no month that could hold it yet.
              when not exists (select from traceability_filing f
                                where f.enterprise_id = t.partner_id and f.status = 'submitted'
                                  and f.month >= date_trunc('month', t.last_on)) then 'silent'
              else 'only_own' end as state
    from traded t
    join enterprises_enterprise p on p.id = t.partner_id
    left join disputed d on d.lot_id = t.lot_id
         and d.seller_id = case t.way when 'to' then t.enterprise_id else t.partner_id end
         and d.buyer_id = case t.way when 'to' then t.partner_id else t.enterprise_id end
)
