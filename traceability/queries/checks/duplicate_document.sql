with used as (
  -- Each use of a document number: what one enterprise did under it, with whom, and when. Of both
  -- ends of a shipment the seller's record counts.
  select l.enterprise_id, l.document, min(btrim(l.filed_document)) as filed_document, l.kind,
         l.counterparty_id, l.country, min(l.date) as first_on, max(l.date) as last_on,
         sum(l.gross_kg) as kg, count(distinct l.lot_id) as lots, min(l.month) as month,
         (array_agg(l.lot_id order by l.date desc, l.id desc))[1] as lot_id,
         (array_agg(l.id order by l.id))[1:20] as ids
    from led l
   where l.kind in ('sale', 'export', 'import', 'recycled')
     and (%(enterprise)s::bigint is null or l.enterprise_id = %(enterprise)s)
     and l.document ~ '[0-9A-Z].*[0-9]'
     and l.month <= %(last_month)s
   group by 1, 2, 4, 5, 6
), reused as (
  -- One invoice has one buyer, one declaration one country; neither lasts for months.
  select enterprise_id, document, min(filed_document) as filed_document,
         count(distinct kind) as kinds, count(distinct counterparty_id) as partners,
         count(distinct country) filter (where country <> '') as countries,
         min(first_on) as first_on, max(last_on) as last_on, sum(kg) as kg,
         (array_agg(counterparty_id order by first_on desc, counterparty_id)
            filter (where counterparty_id is not null))[1] as counterparty_id,
         (array_agg(lot_id order by first_on desc, lot_id desc))[1] as lot_id,
         (array_agg(kg order by first_on desc, lot_id desc))[1] as later_kg,
         max(month) as month,
         array_agg(kind order by first_on) as kinds_used, array_agg(ids[1] order by first_on) as ids
    from used
   group by 1, 2
  having count(distinct kind) > 1 or count(distinct counterparty_id) > 1
      or count(distinct country) filter (where country <> '') > 1
      or max(last_on) - min(first_on) > %(document_span_days)s
)
-- Findings.
select concat_ws(':', r.enterprise_id, r.document) as key,
       case when r.partners > 1 or r.kinds > 1 or r.countries > 1
            then 'high' else 'medium' end as severity,
       r.enterprise_id, r.counterparty_id, r.month, '' as category, r.lot_id, '' as run,
       r.filed_document as document, r.later_kg as amount_kg,
       jsonb_build_object(
         'partners', r.partners, 'kinds', to_jsonb(r.kinds_used), 'countries', r.countries,
         'first_on', r.first_on, 'last_on', r.last_on, 'kg', r.kg::text,
         'records', to_jsonb(r.ids[1:20])) as arithmetic
  from reused r
 where r.month between %(first_month)s and %(last_month)s
-- Measures.
, use as (
  select enterprise_id, min(filed_document) as document, max(month) as month,
         greatest(count(distinct kind), count(distinct counterparty_id),
                  count(distinct country) filter (where country <> '')) as uses,
         max(last_on) - min(first_on) as days
    from used group by enterprise_id, used.document
)
select u.enterprise_id, u.month, u.document, x.part, x.figure, x.bound, null as unjudged,
       x.figure > x.bound as beyond
  from use u
 cross join lateral (values ('uses', u.uses, 1), ('span', u.days::bigint, %(document_span_days)s))
       x(part, figure, bound)
 where u.month between %(first_month)s and %(last_month)s
