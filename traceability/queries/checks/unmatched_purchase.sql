-- Findings.
select concat_ws(':', s.seller_id, s.buyer_id, s.lot_id, s.document) as key, '' as sort, null::numeric as of_kg,
       s.buyer_id as enterprise_id, s.seller_id as counterparty_id,
       date_trunc('month', s.bought_from)::date as month, '' as category, s.lot_id, '' as run,
       s.filed_document as document, s.bought_kg as amount_kg,
       jsonb_build_object(
         'bought_kg', s.bought_kg::text, 'bought_from', s.bought_from, 'bought_to', s.bought_to,
         'since', w.since, 'records', to_jsonb(s.purchases)) as arithmetic
  from shipment s
  join must_file m on m.enterprise_id = s.seller_id
  left join lot_def d on d.lot_id = s.lot_id
 -- The goods left when transport takes longest, but not before the lot was made.
 cross join lateral (
       select least(greatest(s.bought_from - %(unconfirmed_grace_days)s::int, d.made_on),
                    s.bought_from) as since) w
 where s.sold_kg is null
   and s.bought_from between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
   -- Every month they may have left in is filed by the seller, and over.
   and w.since >= m.first_month
   and not exists (
       select from due x
         left join settled t on t.enterprise_id = s.seller_id and t.month = x.month
        where x.month between date_trunc('month', w.since)::date and s.bought_to
          and t.month is null)
-- Measures.
select q.*, q.sold_kg is null and q.unjudged is null as beyond
  from (select s.buyer_id as enterprise_id, s.seller_id as counterparty_id, s.lot_id,
               s.filed_document as document, date_trunc('month', s.bought_from)::date as month,
               'unmatched' as part, s.sold_kg,
               case when s.sold_kg is null then s.bought_kg else 0 end as figure, 0 as bound,
               case when s.sold_kg is not null then null
                    when m.enterprise_id is null or w.since < m.first_month then 'need_not_file'
                    when exists (
                         select from due x
                           left join settled t on t.enterprise_id = s.seller_id and t.month = x.month
                          where x.month between date_trunc('month', w.since)::date and s.bought_to
                            and t.month is null) then 'waits' end as unjudged
          from shipment s
          left join must_file m on m.enterprise_id = s.seller_id
          left join lot_def d on d.lot_id = s.lot_id
         cross join lateral (
               select least(greatest(s.bought_from - %(unconfirmed_grace_days)s::int, d.made_on),
                            s.bought_from) as since) w
         where s.bought_kg is not null
           and s.bought_from between %(first_month)s
                                 and (%(last_month)s::date + interval '1 month' - interval '1 day')) q
