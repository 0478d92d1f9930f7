with monthly as (
  select enterprise_id, lot_id, month,
         coalesce(sum(gross_kg) filter (where kind in ('extraction', 'output', 'import', 'recycled', 'purchase')), 0) as in_kg,
         coalesce(sum(gross_kg) filter (where kind in ('sale', 'export', 'input', 'loss')), 0) as out_kg
    from led group by 1, 2, 3
), running as (
  -- What came and what left up to each month's end.
  select enterprise_id, lot_id, month,
         sum(in_kg) over so_far as in_kg, sum(out_kg) over so_far as out_kg
    from monthly
  window so_far as (partition by enterprise_id, lot_id order by month)
), short as (
  select r.*, r.out_kg - r.in_kg as excess_kg
    from running r
   where r.out_kg - r.in_kg
         > greatest(r.in_kg * %(oversold_tolerance_percent)s / 100, %(oversold_tolerance_kg)s)
), own_lot as (
  -- A month that was not filed may hold the creation of an enterprise's own lot; missing_filing
  -- says that already.
  select distinct s.enterprise_id, s.lot_id
    from short s
    join traceability_lot l on l.id = s.lot_id and l.maker_id = s.enterprise_id
    left join lot_def d on d.lot_id = s.lot_id
    join unfiled u on u.enterprise_id = s.enterprise_id and u.month <= s.month
   where d.lot_id is null
), under_way as (
  -- Or the arrival of what others sold to it, as far as they say so.
  select s.enterprise_id, s.lot_id, s.month, sum(v.gross_kg) as kg
    from short s
    join led v on v.kind = 'sale' and v.counterparty_id = s.enterprise_id and v.lot_id = s.lot_id
    left join led p on p.kind = 'purchase' and p.enterprise_id = s.enterprise_id
                   and p.counterparty_id = v.enterprise_id and p.lot_id = v.lot_id
                   and p.document = v.document
   where p.id is null and exists (
         select from unfiled u
          where u.enterprise_id = s.enterprise_id and u.month <= s.month
            and u.month between date_trunc('month', v.date)
                            and v.date + %(unconfirmed_grace_days)s::int)
   group by 1, 2, 3
), unexplained as (
  select s.*
    from short s
    left join own_lot o on o.enterprise_id = s.enterprise_id and o.lot_id = s.lot_id
    left join under_way w on w.enterprise_id = s.enterprise_id and w.lot_id = s.lot_id
                         and w.month = s.month
   where o.lot_id is null
     and s.excess_kg - coalesce(w.kg, 0)
         > greatest(s.in_kg * %(oversold_tolerance_percent)s / 100, %(oversold_tolerance_kg)s)
), worst as (
  -- One finding for a lot in an enterprise: since when, and how much at the worst.
  select distinct on (enterprise_id, lot_id) *,
         min(month) over (partition by enterprise_id, lot_id) as since
    from unexplained
   order by enterprise_id, lot_id, excess_kg desc, month
), told as (
  -- The moves of each of these lots in its enterprise, what they add up to, and whom to ask.
  select w.enterprise_id, w.lot_id, w.since, w.month, w.in_kg, w.out_kg, w.excess_kg,
         count(distinct m.counterparty_id) filter (where m.kind = 'purchase') as sellers,
         min(m.counterparty_id) filter (where m.kind = 'purchase') as seller_id,
         (array_agg(m.id order by m.date, m.id))[1:40] as ids,
         jsonb_strip_nulls(jsonb_build_object(
           'extraction', sum(m.gross_kg) filter (where m.kind = 'extraction' and m.month <= w.month)::text,
           'output', sum(m.gross_kg) filter (where m.kind = 'output' and m.month <= w.month)::text,
           'import', sum(m.gross_kg) filter (where m.kind = 'import' and m.month <= w.month)::text,
           'recycled', sum(m.gross_kg) filter (where m.kind = 'recycled' and m.month <= w.month)::text,
           'purchase', sum(m.gross_kg) filter (where m.kind = 'purchase' and m.month <= w.month)::text,
           'input', sum(m.gross_kg) filter (where m.kind = 'input' and m.month <= w.month)::text,
           'sale', sum(m.gross_kg) filter (where m.kind = 'sale' and m.month <= w.month)::text,
           'export', sum(m.gross_kg) filter (where m.kind = 'export' and m.month <= w.month)::text,
           'loss', sum(m.gross_kg) filter (where m.kind = 'loss' and m.month <= w.month)::text)) as by_kind
    from worst w
    join led m on m.enterprise_id = w.enterprise_id and m.lot_id = w.lot_id
   group by 1, 2, 3, 4, 5, 6, 7
)
-- Findings.
select concat_ws(':', t.enterprise_id, t.lot_id) as key,
       '' as sort, t.in_kg as of_kg,
       t.enterprise_id,
       -- Whom to ask: the only seller, else the maker of a lot that is not the enterprise's own.
       case when t.sellers = 1 then t.seller_id
            when l.maker_id <> t.enterprise_id then l.maker_id end as counterparty_id,
       t.since as month, '' as category, t.lot_id, '' as run, '' as document,
       t.excess_kg as amount_kg,
       jsonb_build_object(
         'in_kg', t.in_kg::text, 'out_kg', t.out_kg::text, 'excess_kg', t.excess_kg::text,
         'month', t.month, 'by_kind', t.by_kind, 'records', to_jsonb(t.ids)) as arithmetic
  from told t
  join traceability_lot l on l.id = t.lot_id
 where t.since between %(first_month)s and %(last_month)s
-- Measures.
select distinct on (r.enterprise_id, r.lot_id)
       r.enterprise_id, coalesce(x.since, r.month) as month, r.lot_id, 'excess' as part,
       r.out_kg - r.in_kg - coalesce(w.kg, 0) as figure,
       greatest(r.in_kg * %(oversold_tolerance_percent)s / 100, %(oversold_tolerance_kg)s) as bound,
       case when o.lot_id is not null then 'month_missing'
            when x.since not between %(first_month)s and %(last_month)s then 'other_year' end as unjudged,
       coalesce(x.since between %(first_month)s and %(last_month)s, false) as beyond
  from running r
  left join worst x using (enterprise_id, lot_id)
  left join own_lot o using (enterprise_id, lot_id)
  left join under_way w on w.enterprise_id = r.enterprise_id and w.lot_id = r.lot_id
                       and w.month = r.month
 order by r.enterprise_id, r.lot_id, (r.month = x.month) desc nulls last,
          r.out_kg - r.in_kg - coalesce(w.kg, 0) desc, r.month
