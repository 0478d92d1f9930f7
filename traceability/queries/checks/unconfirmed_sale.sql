-- Findings.
select concat_ws(':', s.seller_id, s.buyer_id, s.lot_id, s.document) as key, '' as sort, null::numeric as of_kg,
       s.seller_id as enterprise_id, s.buyer_id as counterparty_id,
       date_trunc('month', s.sold_from)::date as month, '' as category, s.lot_id, '' as run,
       s.filed_document as document, s.sold_kg as amount_kg,
       jsonb_build_object(
         'sold_kg', s.sold_kg::text, 'sold_from', s.sold_from, 'sold_to', s.sold_to,
         'by', s.sold_to + %(unconfirmed_grace_days)s::int,
         'records', to_jsonb(s.sales)) as arithmetic
  from shipment s
  join must_file m on m.enterprise_id = s.buyer_id
 where s.bought_kg is null
   and s.sold_from between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
   -- Every month the goods may have arrived in is filed by the buyer, and over.
   and s.sold_to + %(unconfirmed_grace_days)s::int >= m.first_month
   and not exists (
       select from due d
         left join settled t on t.enterprise_id = s.buyer_id and t.month = d.month
        where d.month between greatest(date_trunc('month', s.sold_from)::date, m.first_month)
                          and s.sold_to + %(unconfirmed_grace_days)s::int
          and t.month is null)
-- Measures.
select q.*, q.bought_kg is null and q.unjudged is null as beyond
  from (select s.seller_id as enterprise_id, s.buyer_id as counterparty_id, s.lot_id,
               s.filed_document as document, date_trunc('month', s.sold_from)::date as month,
               'unconfirmed' as part, s.bought_kg,
               case when s.bought_kg is null then s.sold_kg else 0 end as figure, 0 as bound,
               case when s.bought_kg is not null then null
                    when m.enterprise_id is null
                         or s.sold_to + %(unconfirmed_grace_days)s::int < m.first_month
                    then 'need_not_file'
                    when exists (
                         select from due d
                           left join settled t on t.enterprise_id = s.buyer_id and t.month = d.month
                          where d.month between greatest(date_trunc('month', s.sold_from)::date,
                                                         m.first_month)
                                            and s.sold_to + %(unconfirmed_grace_days)s::int
                            and t.month is null) then 'waits' end as unjudged
          from shipment s
          left join must_file m on m.enterprise_id = s.buyer_id
         where s.sold_kg is not null
           and s.sold_from between %(first_month)s
                               and (%(last_month)s::date + interval '1 month' - interval '1 day')) q
