-- Shipments as they stand: what sellers and buyers filed of one lot under one document, put beside
-- what the buyers answered. The places in braces say whose; the pairing is that of checks/facts.sql.
-- Whole sets are grouped and sorted, not joined with each other: the planner can't know their sizes.
with said as (
  select kind, seller_id, buyer_id, lot_id, upper(btrim(document)) as document,
         btrim(document) as filed_document, date, gross_kg, in_force, standing,
         null::bigint as answer_id
    from ({lines}) line
  union all
  select 'answer', a.seller_id, a.buyer_id, a.lot_id, a.document, null, null, null, false, false, a.id
    from traceability_shipmentanswer a
   where {answers}
),
-- in_force: filed; standing: filed, or in a draft that will take the place of what is filed.
filed as (
  select seller_id, buyer_id, lot_id, document, min(filed_document) as filed_document,
         sum(gross_kg) filter (where kind = 'sale') as sold_kg,
         min(date) filter (where kind = 'sale') as sold_from,
         max(date) filter (where kind = 'sale') as sold_to,
         sum(gross_kg) filter (where kind = 'purchase' and in_force) as bought_kg,
         min(date) filter (where kind = 'purchase' and in_force) as bought_from,
         max(date) filter (where kind = 'purchase' and in_force) as bought_to,
         sum(gross_kg) filter (where kind = 'purchase' and standing) as recorded_kg,
         max(answer_id) as answer_id
    from said
   group by 1, 2, 3, 4
),
-- A document number that one side mistyped parts a shipment in two: what is left over of a lot.
left_over as (
  select f.*, sum(sold_kg) over of_lot as left_sold_kg, sum(bought_kg) over of_lot as left_bought_kg,
         min(sold_from) over of_lot as left_sold_from, min(bought_from) over of_lot as left_bought_from,
         max(bought_to) over of_lot as left_bought_to, count(sold_kg) over of_lot as left_sales
    from filed f
  window of_lot as (partition by seller_id, buyer_id, lot_id, (sold_kg is null) <> (bought_kg is null))
),
-- All that is left over of a lot agrees in sum ...
summed as materialized (
  select l.*, (sold_kg is null) <> (bought_kg is null)
              and left_sold_kg is not null and left_bought_kg is not null as both_left,
         (sold_kg is null) <> (bought_kg is null)
         and abs(left_sold_kg - left_bought_kg)
             <= greatest(left_sold_kg * %(quantity_tolerance_percent)s / 100,
                         %(quantity_tolerance_kg)s)
         and left_bought_from between left_sold_from
                                  and left_sold_from + %(unconfirmed_grace_days)s::int as agrees
    from left_over l
),
-- ... or one sale and one purchase of it are each other's nearest and agree.
apart as materialized (
  select * from summed where both_left and agrees is not true
),
near as materialized (
  select * from (
    select s.seller_id, s.buyer_id, s.lot_id, s.document as sale_document,
           p.document as purchase_document, p.bought_kg, p.bought_from, p.bought_to,
           row_number() over (partition by s.seller_id, s.buyer_id, s.lot_id, s.document
                                  order by abs(s.sold_kg - p.bought_kg), p.document) as of_sale,
           row_number() over (partition by s.seller_id, s.buyer_id, s.lot_id, p.document
                                  order by abs(s.sold_kg - p.bought_kg), s.document) as of_purchase
      from apart s
      join apart p using (seller_id, buyer_id, lot_id)
     where s.bought_kg is null and p.sold_kg is null
       and abs(s.sold_kg - p.bought_kg)
           <= greatest(s.sold_kg * %(quantity_tolerance_percent)s / 100, %(quantity_tolerance_kg)s)
       and p.bought_from between s.sold_from and s.sold_to + %(unconfirmed_grace_days)s::int) n
   where of_sale = 1 and of_purchase = 1
),
whole as (
  select f.seller_id, f.buyer_id, f.lot_id, f.document, f.filed_document,
         f.sold_kg, f.sold_from, f.sold_to, f.recorded_kg, f.answer_id,
         -- What stands in the place of one mistyped purchase, or of several of a lot.
         coalesce(f.bought_kg, n.bought_kg,
                  case when f.agrees and f.left_sales = 1 then f.left_bought_kg end) as bought_kg,
         coalesce(f.bought_from, n.bought_from,
                  case when f.agrees then f.left_bought_from end) as bought_from,
         coalesce(f.bought_to, n.bought_to,
                  case when f.agrees then f.left_bought_to end) as bought_to,
         coalesce(f.agrees, false) or n.sale_document is not null
         or m.purchase_document is not null as paired
    from summed f
    left join near n on n.seller_id = f.seller_id and n.buyer_id = f.buyer_id
                    and n.lot_id = f.lot_id and n.sale_document = f.document
    left join near m on m.seller_id = f.seller_id and m.buyer_id = f.buyer_id
                    and m.lot_id = f.lot_id and m.purchase_document = f.document
),
seen as (
  select w.seller_id, w.buyer_id, w.lot_id, w.document,
         coalesce(w.filed_document, w.document) as filed_document, w.sold_kg,
         coalesce(w.sold_from, a.sold_on, w.bought_from) as sold_from,
         coalesce(w.sold_to, a.sold_on, w.bought_from) as sold_to,
         w.bought_kg, w.bought_from, w.bought_to, w.recorded_kg, w.paired,
         nullif(a.verdict, 'withdrawn') as verdict, a.received_kg,
         a.sold_kg as answered_kg, a.at as answered_at, ruled.ruling,
         buyer.activities <> '{{}}' as buyer_files, seller.activities <> '{{}}' as seller_files,
         -- How far the two may be apart, from what was filed and from what was answered.
         greatest(greatest(w.sold_kg, w.bought_kg) * %(quantity_tolerance_percent)s / 100,
                  %(quantity_tolerance_kg)s) as normal_kg,
         greatest(greatest(w.sold_kg, a.received_kg) * %(quantity_tolerance_percent)s / 100,
                  %(quantity_tolerance_kg)s) as answer_normal_kg
    from whole w
    join enterprises_enterprise buyer on buyer.id = w.buyer_id
    join enterprises_enterprise seller on seller.id = w.seller_id
    left join traceability_shipmentanswer a on a.id = w.answer_id
    left join traceability_shipmentremark ruled on ruled.answer_id = a.id and ruled.ruling <> ''
),
judged as (
select s.*,
       case
       when s.sold_kg is null then
            case when s.paired or not s.seller_files then null
                 when s.verdict is null and ({was_sold}) is null then 'unsold'
                 when s.recorded_kg > 0 then 'withdrawn' else 'retracted' end
       when not s.buyer_files then 'outside'
       when s.paired or abs(s.sold_kg - s.bought_kg) <= s.normal_kg then 'confirmed'
       when s.verdict = 'accepted' then
            case when s.answered_kg <> s.sold_kg
                  and abs(s.sold_kg - s.received_kg) > s.answer_normal_kg then 'changed'
                 when coalesce(s.bought_kg, 0) >= s.received_kg then 'different'
                 -- Said, but neither filed nor drafted: the draft was thrown away.
                 when %(own)s and coalesce(s.recorded_kg, 0) < s.received_kg then 'waiting'
                 else 'accepted' end
       when s.verdict is not null then
            case when abs(s.sold_kg - s.received_kg) <= s.answer_normal_kg then 'accepted'
                 when s.answered_kg <> s.sold_kg then 'changed'
                 else coalesce(s.ruling, 'disputed') end
       when coalesce(s.recorded_kg, 0) > coalesce(s.bought_kg, 0) then 'accepted'
       when s.bought_kg is null then 'waiting'
       when abs(({was_sold}) - s.bought_kg) <= s.normal_kg then 'changed'
       else 'different' end as state
  from seen s
)
select concat_ws('-', seller_id, buyer_id, lot_id, rtrim(translate(
           encode(convert_to(document, 'UTF8'), 'base64'), E'+/\n', '-_'), '=')) as key,
       seller_id, buyer_id, lot_id, document, filed_document, sold_kg, sold_from, sold_to,
       bought_kg, bought_from, bought_to, recorded_kg, verdict, received_kg, answered_kg,
       answered_at, ruling, state
  from judged
 where state is not null and sold_to >= %(since)s and sold_from <= %(until)s
   and {only}
   -- Who is named as a seller is not told of it.
   and (state <> 'unsold' or %(own)s)
   -- What was sold outside of the days asked for is sold all the same.
   and (sold_kg is not null or not exists (
        select from traceability_record r
          join traceability_filing f on f.id = r.filing_id and f.status = 'submitted'
         where r.lot_id = judged.lot_id and r.kind = 'sale'
           and r.counterparty_id = judged.buyer_id and f.enterprise_id = judged.seller_id
           and upper(btrim(r.document)) = judged.document))
