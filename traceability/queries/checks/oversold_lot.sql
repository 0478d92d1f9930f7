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
), moves as (
  select w.enterprise_id, w.lot_id, w.month as worst_month, l.id, l.kind, l.date, l.month,
         l.gross_kg, l.counterparty_id,
         row_number() over (partition by w.enterprise_id, w.lot_id order by l.date, l.id) as place
    from worst w
    join led l on l.enterprise_id = w.enterprise_id and l.lot_id = w.lot_id
), by_kind as (
  select enterprise_id, lot_id, jsonb_object_agg(kind, kg::text) as by_kind
    from (select enterprise_id, lot_id, kind, sum(gross_kg) as kg
            from moves where month <= worst_month group by 1, 2, 3) k
   group by 1, 2
), told as (
  select enterprise_id, lot_id,
         count(distinct counterparty_id) filter (where kind = 'purchase') as sellers,
         min(counterparty_id) filter (where kind = 'purchase') as seller_id,
         jsonb_agg(id order by place) filter (where place <= 40) as ids
    from moves group by 1, 2
)
select concat_ws(':', w.enterprise_id, w.lot_id) as key,
       case when w.excess_kg > w.in_kg * 0.05 then 'high' else 'medium' end as severity,
       w.enterprise_id,
       -- Whom to ask: the only seller, else the maker of a lot that is not the enterprise's own.
       case when t.sellers = 1 then t.seller_id
            when l.maker_id <> w.enterprise_id then l.maker_id end as counterparty_id,
       w.since as month, '' as category, w.lot_id, '' as run, '' as document,
       w.excess_kg as amount_kg,
       jsonb_build_object(
         'in_kg', w.in_kg::text, 'out_kg', w.out_kg::text, 'excess_kg', w.excess_kg::text,
         'month', w.month, 'by_kind', k.by_kind, 'records', t.ids) as arithmetic
  from worst w
  join traceability_lot l on l.id = w.lot_id
  join by_kind k on k.enterprise_id = w.enterprise_id and k.lot_id = w.lot_id
  join told t on t.enterprise_id = w.enterprise_id and t.lot_id = w.lot_id
 where w.since between %(first_month)s and %(last_month)s
