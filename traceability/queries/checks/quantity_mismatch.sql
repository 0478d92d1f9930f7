with apart as (
  select s.*, abs(s.sold_kg - s.bought_kg) as difference_kg,
         -- Who may still have something to record: the buyer what is under way, the seller what
         -- left before it arrived.
         case when s.bought_kg < s.sold_kg then s.buyer_id else s.seller_id end as owing_id,
         case when s.bought_kg < s.sold_kg then s.sold_from
              else s.bought_from - %(unconfirmed_grace_days)s::int end as since,
         case when s.bought_kg < s.sold_kg
              then s.sold_to + %(unconfirmed_grace_days)s::int else s.bought_to end as until
    from shipment s
   where abs(s.sold_kg - s.bought_kg)
         > greatest(greatest(s.sold_kg, s.bought_kg) * %(quantity_tolerance_percent)s / 100,
                    %(quantity_tolerance_kg)s)
     and s.sold_from between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
), within as (
  -- Shipments that are not apart, of some weight, and how far each is on the seller's side.
  select s.*, (s.sold_kg - s.bought_kg) / greatest(s.sold_kg, s.bought_kg) as share
    from shipment s
   where abs(s.sold_kg - s.bought_kg)
         <= greatest(s.sold_kg, s.bought_kg) * %(quantity_tolerance_percent)s / 100
     and greatest(s.sold_kg, s.bought_kg) * %(quantity_tolerance_percent)s / 100
         >= %(quantity_tolerance_kg)s
     and s.sold_from between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
), pair as (
  select seller_id, buyer_id, count(*) as shipments, min(sold_from) as sold_from,
         max(sold_to) as sold_to, min(bought_from) as bought_from, max(bought_to) as bought_to,
         sum(sold_kg) as sold_kg, sum(bought_kg) as bought_kg,
         abs(percentile_cont(0.5) within group (order by share)::numeric) as middle,
         greatest(count(*) filter (where share > 0), count(*) filter (where share < 0)) as one_way,
         (array_agg(sales[1] order by abs(share) desc, lot_id))[1:10] as sales,
         (array_agg(purchases[1] order by abs(share) desc, lot_id))[1:10] as purchases
    from within
   group by 1, 2
), steady as (
  -- Two scales differ by a few tenths of a percent, now this way and now that. Eight shipments and more
  -- that nearly all differ one way, by half of the tolerance in the middle, are no scales.
  select * from pair
   where shipments >= 8 and one_way >= shipments * 0.9
     and middle >= %(quantity_tolerance_percent)s / 200.0
)
-- Findings.
select concat_ws(':', a.seller_id, a.buyer_id, a.lot_id, a.document) as key,
       '' as sort, greatest(a.sold_kg, a.bought_kg) as of_kg,
       a.seller_id as enterprise_id, a.buyer_id as counterparty_id,
       date_trunc('month', a.sold_from)::date as month, '' as category, a.lot_id, '' as run,
       a.filed_document as document, a.difference_kg as amount_kg,
       jsonb_build_object(
         'sold_kg', a.sold_kg::text, 'bought_kg', a.bought_kg::text,
         'difference_kg', a.difference_kg::text,
         'percent', round(a.difference_kg * 100 / greatest(a.sold_kg, a.bought_kg), 2)::text,
         'sold_from', a.sold_from, 'sold_to', a.sold_to,
         'bought_from', a.bought_from, 'bought_to', a.bought_to,
         'records', to_jsonb(a.sales), 'other_records', to_jsonb(a.purchases)) as arithmetic
  from apart a
  join must_file m on m.enterprise_id = a.owing_id
 where not exists (
       select from due d
         left join settled t on t.enterprise_id = a.owing_id and t.month = d.month
        where d.month between greatest(date_trunc('month', a.since)::date, m.first_month) and a.until
          and t.month is null)
union all
select concat_ws(':', p.seller_id, p.buyer_id, 'together'), 'together', null, p.seller_id, p.buyer_id,
       date_trunc('month', p.sold_from)::date, '', null, '', '', abs(p.sold_kg - p.bought_kg),
       jsonb_build_object(
         'shipments', p.shipments, 'sold_kg', p.sold_kg::text, 'bought_kg', p.bought_kg::text,
         'difference_kg', abs(p.sold_kg - p.bought_kg)::text,
         'percent', round(p.middle * 100, 2)::text,
         'sold_from', p.sold_from, 'sold_to', p.sold_to,
         'bought_from', p.bought_from, 'bought_to', p.bought_to,
         'records', to_jsonb(p.sales), 'other_records', to_jsonb(p.purchases))
  from steady p
-- Measures.
select q.*, q.is_apart and q.unjudged is null as beyond
  from (select s.seller_id as enterprise_id, s.buyer_id as counterparty_id, s.lot_id,
               s.filed_document as document, date_trunc('month', s.sold_from)::date as month,
               'difference' as part, abs(s.sold_kg - s.bought_kg) as figure,
               greatest(greatest(s.sold_kg, s.bought_kg) * %(quantity_tolerance_percent)s / 100,
                        %(quantity_tolerance_kg)s) as bound,
               a.seller_id is not null as is_apart,
               case when a.seller_id is null then null
                    when m.enterprise_id is null then 'need_not_file'
                    when exists (
                         select from due d
                           left join settled t on t.enterprise_id = a.owing_id and t.month = d.month
                          where d.month between greatest(date_trunc('month', a.since)::date,
                                                         m.first_month) and a.until
                            and t.month is null) then 'waits' end as unjudged
          from shipment s
          left join apart a using (seller_id, buyer_id, lot_id, document)
          left join must_file m on m.enterprise_id = a.owing_id
         where s.sold_kg is not null and s.bought_kg is not null
           and s.sold_from between %(first_month)s
                               and (%(last_month)s::date + interval '1 month' - interval '1 day')) q
union all
select p.seller_id, p.buyer_id, null, '', date_trunc('month', p.sold_from)::date, 'together',
       p.middle * 100, %(quantity_tolerance_percent)s / 2.0, null,
       case when p.shipments < 8 then 'few_shipments'
            when p.one_way < p.shipments * 0.9 then 'both_ways' end,
       y.seller_id is not null
  from pair p
  left join steady y using (seller_id, buyer_id)
