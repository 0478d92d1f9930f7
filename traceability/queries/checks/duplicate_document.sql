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
), alone as materialized (
  -- Documents that stand behind one weighed mass alone, where another stands behind the same. Only those
  -- few are compared with one another.
  select *
    from (select u.*, u.ids[1] as id,
                 count(*) over (partition by u.enterprise_id, u.lot_id, u.kind, u.counterparty_id,
                                             u.country, u.kg) as alike
            from used u
           where u.lots = 1 and cardinality(u.ids) = 1
             and length(rtrim(trunc(u.kg * 1000)::text, '0')) >= 5) each_document
   where alike > 1
), twin as (
  -- One mass of a lot to the last digit, for one partner, under two numbers that differ in one place:
  -- the paper of a shipment used again with a digit changed.
  select a.enterprise_id, a.document, a.filed_document as first_document, b.filed_document,
         b.counterparty_id, b.kind, a.first_on, b.first_on as last_on, b.kg, b.lot_id, b.month,
         array[a.id, b.id] as ids
    from alone a
    join alone b on b.enterprise_id = a.enterprise_id and b.lot_id = a.lot_id and b.kind = a.kind
                and b.kg = a.kg and b.counterparty_id is not distinct from a.counterparty_id
                and b.country = a.country and length(b.document) = length(a.document)
                and (b.first_on, b.id) > (a.first_on, a.id)
   where (select count(*) from generate_series(1, length(a.document)) i
           where substr(a.document, i, 1) <> substr(b.document, i, 1)) = 1
     -- The next number of a series is no changed digit, and a lot may go in two equal parts.
     and not (left(a.document, -1) = left(b.document, -1)
              and abs(ascii(right(a.document, 1)) - ascii(right(b.document, 1))) = 1)
     and not exists (select from led l
                      where l.lot_id = a.lot_id and l.enterprise_id = a.enterprise_id
                        and l.kind in ('extraction', 'output', 'import', 'recycled', 'purchase')
                      group by l.lot_id
                     having sum(l.gross_kg) between a.kg * 1.98 and a.kg * 2.02)
), declared as (
  -- A declaration to customs has one declarant in the whole country, and a number of the customs' own.
  -- Only a run over the whole country knows them all.
  select distinct on (b.document) b.document, b.filed_document, b.enterprise_id,
         a.enterprise_id as counterparty_id, b.month, b.lot_id, b.kg, a.first_on, b.last_on,
         array[a.kind, b.kind] as kinds, a.ids[1:10] || b.ids[1:10] as ids
    from used a
    join used b on b.document = a.document and b.enterprise_id <> a.enterprise_id
               and (b.first_on, b.enterprise_id) > (a.first_on, a.enterprise_id)
   where %(enterprise)s::bigint is null and length(a.document) >= 10
     and a.kind in ('import', 'export') and b.kind in ('import', 'export')
   order by b.document, b.first_on desc, b.enterprise_id, a.first_on, a.enterprise_id
)
-- Findings.
select concat_ws(':', r.enterprise_id, r.document) as key,
       case when r.partners > 1 or r.kinds > 1 or r.countries > 1
            then 'uses' else 'span' end as sort, null::numeric as of_kg,
       r.enterprise_id, r.counterparty_id, r.month, '' as category, r.lot_id, '' as run,
       r.filed_document as document, r.later_kg as amount_kg,
       jsonb_build_object(
         'partners', r.partners, 'kinds', to_jsonb(r.kinds_used), 'countries', r.countries,
         'first_on', r.first_on, 'last_on', r.last_on, 'kg', r.kg::text,
         'records', to_jsonb(r.ids[1:20])) as arithmetic
  from reused r
 where r.month between %(first_month)s and %(last_month)s
union all
select concat_ws(':', t.enterprise_id, t.document, upper(t.filed_document)), 'twins', null,
       t.enterprise_id, t.counterparty_id, t.month, '', t.lot_id, '', t.filed_document, t.kg,
       jsonb_build_object(
         'twin_of', t.first_document, 'kinds', jsonb_build_array(t.kind), 'partners', 1,
         'countries', 0, 'first_on', t.first_on, 'last_on', t.last_on, 'kg', t.kg::text,
         'records', to_jsonb(t.ids))
  from twin t
 where t.month between %(first_month)s and %(last_month)s
union all
select concat_ws(':', 'country', d.enterprise_id, d.document), 'declarants', null, d.enterprise_id,
       d.counterparty_id, d.month, '', d.lot_id, '', d.filed_document, d.kg,
       jsonb_build_object(
         'declarants', 2, 'kinds', to_jsonb(d.kinds), 'partners', 0, 'countries', 0,
         'first_on', d.first_on, 'last_on', d.last_on, 'kg', d.kg::text,
         'records', to_jsonb(d.ids))
  from declared d
 where d.month between %(first_month)s and %(last_month)s
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
union all
select t.enterprise_id, t.month, t.filed_document, 'twins', 1, 0, null, true
  from twin t
 where t.month between %(first_month)s and %(last_month)s
union all
select d.enterprise_id, d.month, d.filed_document, 'declarants', 2, 1, null, true
  from declared d
 where d.month between %(first_month)s and %(last_month)s
