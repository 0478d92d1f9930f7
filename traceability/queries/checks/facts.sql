-- What several checks share, made once from known_filing and led.

-- Each lot as its earliest known creation tells it.
create temp table lot_def on commit drop as
select distinct on (l.lot_id)
       l.lot_id, l.date as made_on, l.reo_percent, l.product_id, l.assay, p.stage, p.mining_category
  from led l
  join traceability_product p on p.id = l.product_id
 where l.kind in ('extraction', 'output', 'import', 'recycled')
 order by l.lot_id, l.date, l.id;
create unique index on lot_def (lot_id);
analyze lot_def;

-- The first month the platform knows anything of; nothing was due before it.
create temp table platform on commit drop as
select min(month) as first_month from traceability_filing where submitted_at < %(known_before)s;

-- The last day to file each month, by the deadline that held when it came.
create temp table due on commit drop as
select m.month::date, (m.month + interval '1 month')::date
       + (coalesce(%(tried_deadline_day)s::int, t.value::int) - 1) as last_day
  from generate_series(
         least((select first_month from platform), %(first_month)s::date)::timestamp,
         %(horizon)s::date::timestamp, interval '1 month') m(month)
 cross join lateral (
       select value from traceability_tolerance
        where name = 'filing_deadline_day' and valid_from <= (m.month + interval '1 month')::date
        order by valid_from desc limit 1) t;
analyze due;

-- The later last days that were granted by then: for one enterprise and month, the latest.
create temp table extended on commit drop as
select enterprise_id, month, max(last_day) as last_day
  from traceability_deadlineextension
 where at < %(known_before)s
 group by 1, 2;
create unique index on extended (enterprise_id, month);
analyze extended;

-- From which month on each enterprise with an activity must file. The directory says it; where it
-- does not, an enterprise that filed, or that others name in what they filed, must file from the
-- first of those months on (a shipment to it counts unless it arrived later), and one that never
-- did from the platform's first month, or from the month it was designated in.
create temp table must_file on commit drop as
with named as (
  select enterprise_id, month from known_filing
  union all
  select counterparty_id, month from led where kind = 'purchase'
  union all
  select s.counterparty_id, s.month
    from led s
   where s.kind = 'sale' and not exists (
         select from led p
          where p.kind = 'purchase' and p.enterprise_id = s.counterparty_id
            and p.counterparty_id = s.enterprise_id and p.lot_id = s.lot_id
            and p.document = s.document)
), begun as (
  select enterprise_id, min(month) as month from named group by enterprise_id
), designated as (
  select enterprise_id, date_trunc('month', min(valid_from))::date as month
    from enterprises_designation group by enterprise_id
)
select e.id as enterprise_id, o.first_month,
       coalesce(date_trunc('month', e.merged_on)::date, 'infinity'::date) as last_month
  from party
  join enterprises_enterprise e on e.id = party.enterprise_id
 cross join platform p
  left join begun b on b.enterprise_id = e.id
  left join designated d on d.enterprise_id = e.id
 cross join lateral (
       -- Without a platform nothing is due; greatest() alone would pass over that.
       select coalesce(e.files_from, b.month, case when p.first_month is not null
                       then greatest(p.first_month, d.month) end) as first_month) o
 where e.activities <> '{}' and o.first_month is not null;
create unique index on must_file (enterprise_id);
analyze must_file;

-- Months that an enterprise must file and has not, once the deadline is over; and the months that
-- are settled: filed, and over the deadline.
create temp table unfiled on commit drop as
select m.enterprise_id, d.month, greatest(d.last_day, x.last_day) as last_day
  from must_file m
  join due d on d.month between m.first_month and m.last_month and d.last_day < %(as_of)s
  left join extended x on x.enterprise_id = m.enterprise_id and x.month = d.month
  left join known_filing f on f.enterprise_id = m.enterprise_id and f.month = d.month
 where f.id is null and coalesce(x.last_day < %(as_of)s, true);
create unique index on unfiled (enterprise_id, month);
analyze unfiled;
create temp table settled on commit drop as
select f.enterprise_id, f.month
  from known_filing f join due d on d.month = f.month and d.last_day < %(as_of)s;
create unique index on settled (enterprise_id, month);
analyze settled;

-- The caps of the year: what issued decisions add up to. Where an enterprise was given mining
-- undivided by ore, all its mining counts together.
create temp table cap on commit drop as
with line as (
  select l.enterprise_id, l.category, l.kg,
         bool_or(l.category = 'mining') over (partition by l.enterprise_id) as undivided
    from allocations_allocationline l
    join allocations_decision d on d.id = l.decision_id
   where d.year = %(year)s and d.status = 'issued'
)
select enterprise_id,
       case when undivided and category like 'mining_%%' then 'mining' else category end as category,
       sum(kg) as kg
  from line group by 1, 2;
create unique index on cap (enterprise_id, category);
analyze cap;

-- How much of what a run was fed came from ore, over its inputs up to each month it gave compounds
-- in. Inputs whose grade nobody has filed are left out; where none is known, all counts as ore.
create temp table ore_share on commit drop as
with given as (
  select distinct l.enterprise_id, l.run, l.month
    from led l join traceability_product p on p.id = l.product_id
   where l.kind = 'output' and p.stage = 'compound'
), fed as (
  select l.enterprise_id, l.run, l.month, sum(l.gross_kg * d.reo_percent) as mass,
         sum(l.gross_kg * d.reo_percent) filter (where d.stage = 'ore') as ore
    from led l join lot_def d on d.lot_id = l.lot_id
   where l.kind = 'input'
   group by 1, 2, 3
)
select g.enterprise_id, g.run, g.month,
       coalesce(coalesce(sum(f.ore), 0) / nullif(sum(f.mass), 0), 1) as share
  from given g
  left join fed f on f.enterprise_id = g.enterprise_id and f.run = g.run and f.month <= g.month
 group by 1, 2, 3;
analyze ore_share;

-- The year's counted production, record by record, in kg REO; rounded only when it is summed.
create temp table produced on commit drop as
with made as (
  select l.enterprise_id, 'mining' as activity, p.mining_category as category, l.month, l.date,
         l.id, l.lot_id, '' as run,
         l.gross_kg * l.reo_percent / 100 as reo_kg
    from led l join traceability_product p on p.id = l.product_id
   where l.kind = 'extraction' and p.mining_category <> ''
     and l.month between %(first_month)s and %(last_month)s
  union all
  select l.enterprise_id, 'separation', 'separation', l.month, l.date, l.id, l.lot_id, l.run,
         l.gross_kg * l.reo_percent / 100 * s.share
    from led l
    join traceability_product p on p.id = l.product_id
    join ore_share s on s.enterprise_id = l.enterprise_id and s.run = l.run and s.month = l.month
   where l.kind = 'output' and p.stage = 'compound'
     and l.month between %(first_month)s and %(last_month)s
)
select m.*, coalesce(c.category, m.category) as cap_category
  from made m
  left join cap c on c.enterprise_id = m.enterprise_id and c.category = 'mining'
                 and m.activity = 'mining'
 where m.reo_kg > 0;
analyze produced;

-- The same by month, to the gram, and what is used up to each month's end.
create temp table production on commit drop as
with monthly as (
  select enterprise_id, cap_category as category, month, round(sum(reo_kg), 3) as kg
    from produced group by 1, 2, 3
)
select m.*, c.kg as cap_kg,
       sum(m.kg) over (partition by m.enterprise_id, m.category order by m.month) as used_kg
  from monthly m
  left join cap c using (enterprise_id, category);
analyze production;

-- The shipments between enterprises that file: what the seller and what the buyer recorded of one
-- lot under one document. Neither a buyer nor a seller outside the platform records anything.
create temp table shipment on commit drop as
select case l.kind when 'sale' then l.enterprise_id else l.counterparty_id end as seller_id,
       case l.kind when 'sale' then l.counterparty_id else l.enterprise_id end as buyer_id,
       l.lot_id, l.document, min(btrim(l.filed_document)) as filed_document,
       sum(l.gross_kg) filter (where l.kind = 'sale') as sold_kg,
       sum(l.gross_kg) filter (where l.kind = 'purchase') as bought_kg,
       min(l.date) filter (where l.kind = 'sale') as sold_from,
       max(l.date) filter (where l.kind = 'sale') as sold_to,
       min(l.date) filter (where l.kind = 'purchase') as bought_from,
       max(l.date) filter (where l.kind = 'purchase') as bought_to,
       (array_agg(l.id order by l.id) filter (where l.kind = 'sale'))[1:20] as sales,
       (array_agg(l.id order by l.id) filter (where l.kind = 'purchase'))[1:20] as purchases
  from led l
  join enterprises_enterprise o on o.id = l.counterparty_id and o.activities <> '{}'
 where l.kind in ('sale', 'purchase')
 group by 1, 2, 3, 4;

-- A document number that one side mistyped parts a shipment in two. Where all that is left over of
-- a lot between two enterprises agrees in sum, or one left-over sale and one left-over purchase are
-- each other's nearest and agree, they are one shipment and nothing is to be said.
create temp table left_over on commit drop as
select * from shipment where sold_kg is null or bought_kg is null;
analyze left_over;
create temp table paired on commit drop as
with summed as (
  select seller_id, buyer_id, lot_id
    from left_over
   group by 1, 2, 3
  having abs(sum(sold_kg) - sum(bought_kg))
         <= greatest(sum(sold_kg) * %(quantity_tolerance_percent)s / 100, %(quantity_tolerance_kg)s)
     and min(bought_from) between min(sold_from) and min(sold_from) + %(unconfirmed_grace_days)s::int
), near as (
  select s.seller_id, s.buyer_id, s.lot_id, s.document as sale_document,
         p.document as purchase_document,
         row_number() over (partition by s.seller_id, s.buyer_id, s.lot_id, s.document
                                order by abs(s.sold_kg - p.bought_kg), p.document) as of_sale,
         row_number() over (partition by s.seller_id, s.buyer_id, s.lot_id, p.document
                                order by abs(s.sold_kg - p.bought_kg), s.document) as of_purchase
    from left_over s
    join left_over p using (seller_id, buyer_id, lot_id)
   where s.bought_kg is null and p.sold_kg is null
     and abs(s.sold_kg - p.bought_kg)
         <= greatest(s.sold_kg * %(quantity_tolerance_percent)s / 100, %(quantity_tolerance_kg)s)
     and p.bought_from between s.sold_from and s.sold_to + %(unconfirmed_grace_days)s::int
)
select seller_id, buyer_id, lot_id, document from left_over join summed using (seller_id, buyer_id, lot_id)
union
select seller_id, buyer_id, lot_id, unnest(array[sale_document, purchase_document])
  from near where of_sale = 1 and of_purchase = 1;
analyze paired;
delete from shipment s
 using paired p
 where s.seller_id = p.seller_id and s.buyer_id = p.buyer_id and s.lot_id = p.lot_id
   and s.document = p.document and (s.sold_kg is null or s.bought_kg is null);
analyze shipment;
