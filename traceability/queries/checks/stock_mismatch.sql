with moved as (
  select l.enterprise_id, l.lot_id, l.month,
         sum(case when l.kind in ('extraction', 'output', 'import', 'recycled', 'purchase')
                  then l.gross_kg else 0 end) as in_kg,
         sum(case when l.kind in ('sale', 'export', 'input', 'loss')
                  then l.gross_kg else 0 end) as out_kg
    from led l
    join (select distinct enterprise_id, lot_id from counted) c using (enterprise_id, lot_id)
   group by 1, 2, 3
), book as (
  -- What should be there at the end of each month that was counted.
  select * from (
    select coalesce(m.enterprise_id, c.enterprise_id) as enterprise_id,
           coalesce(m.lot_id, c.lot_id) as lot_id, coalesce(m.month, c.month) as month,
           c.counted_kg, c.record_id, coalesce(sum(m.in_kg) over so_far, 0) as in_kg,
           coalesce(sum(m.in_kg - m.out_kg) over so_far, 0) as book_kg
      from moved m
      full join counted c using (enterprise_id, lot_id, month)
    window so_far as (partition by coalesce(m.enterprise_id, c.enterprise_id),
                                   coalesce(m.lot_id, c.lot_id)
                          order by coalesce(m.month, c.month))) all_months
   where counted_kg is not null
), since_last as (
  -- What changed against the books from one count to the next, and what was there or moved between.
  select b.*, counted_kg - book_kg as difference_kg,
         counted_kg - book_kg - coalesce(lag(counted_kg - book_kg) over of_lot, 0) as change_kg,
         coalesce(lag(counted_kg) over of_lot, 0)
           + in_kg - coalesce(lag(in_kg) over of_lot, 0)
           + in_kg - book_kg - coalesce(lag(in_kg - book_kg) over of_lot, 0) as passed_kg
    from book b
  window of_lot as (partition by enterprise_id, lot_id order by month)
), bounded as (
  select *, greatest(in_kg * %(stock_tolerance_percent)s / 100.0, %(stock_tolerance_kg)s) as tolerance_kg,
         -- Two counts err twice.
         2 * greatest(passed_kg * %(stock_tolerance_percent)s / 100.0, %(stock_tolerance_kg)s)
           as change_tolerance_kg,
         -- What left beyond what came is said of the lot already.
         book_kg <= -greatest(in_kg * %(oversold_tolerance_percent)s / 100.0, %(oversold_tolerance_kg)s)
           as oversold,
         exists (select from unfiled u
                  where u.enterprise_id = s.enterprise_id and u.month <= s.month) as in_the_dark
    from since_last s
), apart as (
  -- Beyond the books since the lot came; or, of one that has mostly left, since the last count.
  select *, abs(difference_kg) > tolerance_kg as by_books,
         case when abs(difference_kg) > tolerance_kg then difference_kg else change_kg end as apart_kg
    from bounded
   where (abs(difference_kg) > tolerance_kg or abs(change_kg) > change_tolerance_kg)
     and not oversold and not in_the_dark
), worst as (
  select distinct on (enterprise_id, lot_id) *,
         min(month) over (partition by enterprise_id, lot_id, by_books) as since,
         count(*) over (partition by enterprise_id, lot_id, by_books) as counts
    from apart
   order by enterprise_id, lot_id, by_books desc, abs(apart_kg) desc, month
), shown as (
  select w.enterprise_id, w.lot_id, to_jsonb((array_agg(l.id order by l.id))[1:20]) as ids
    from worst w
    join led l on l.enterprise_id = w.enterprise_id and l.lot_id = w.lot_id and l.month <= w.month
   group by 1, 2
), last_count as (
  -- The last count of each lot of some weight that is not apart, and its share of all that came.
  select distinct on (enterprise_id, lot_id) *, difference_kg / in_kg as share
    from bounded
   where in_kg > 0 and in_kg * %(stock_tolerance_percent)s / 100.0 >= %(stock_tolerance_kg)s
     and book_kg > in_kg * 0.05 and abs(difference_kg) <= tolerance_kg and not in_the_dark
   order by enterprise_id, lot_id, month desc
), yard as (
  select enterprise_id, count(*) as lots, min(month) as month, max(month) as to_month,
         sum(counted_kg) as counted_kg, sum(book_kg) as book_kg,
         abs(percentile_cont(0.5) within group (order by share)::numeric) as middle,
         greatest(count(*) filter (where share > 0), count(*) filter (where share < 0)) as one_way,
         (array_agg(record_id order by abs(share) desc, lot_id))[1:20] as ids
    from last_count
   group by 1
), drift as (
  -- Scales err now this way and now that. Eight lots and more that nearly all differ one way, by two
  -- thirds of the tolerance in the middle, are no scales.
  select * from yard
   where lots >= 8 and one_way >= lots * 0.9
     and middle >= %(stock_tolerance_percent)s / 100.0 * 2 / 3
)
-- Findings.
select concat_ws(':', w.enterprise_id, w.lot_id) as key,
       '' as sort, greatest(w.in_kg, w.counted_kg) as of_kg,
       w.enterprise_id, case when t.maker_id <> w.enterprise_id then t.maker_id end as counterparty_id,
       w.since as month, '' as category, w.lot_id, '' as run, '' as document,
       abs(w.apart_kg) as amount_kg,
       jsonb_build_object(
         'why', case when w.by_books then 'books' else 'since_last' end,
         'counted_kg', w.counted_kg::text, 'book_kg', (w.counted_kg - w.apart_kg)::text,
         'in_kg', w.in_kg::text, 'difference_kg', w.apart_kg::text, 'month', w.month,
         'counts', w.counts,
         'records', jsonb_build_array(w.record_id) || coalesce(r.ids, '[]')) as arithmetic
  from worst w
  join traceability_lot t on t.id = w.lot_id
  left join shown r on r.enterprise_id = w.enterprise_id and r.lot_id = w.lot_id
union all
select concat_ws(':', d.enterprise_id, 'together'), 'together', null, d.enterprise_id, null, d.month, '', null,
       '', '', abs(d.counted_kg - d.book_kg),
       jsonb_build_object(
         'lots', d.lots, 'to_month', d.to_month, 'counted_kg', d.counted_kg::text,
         'book_kg', d.book_kg::text, 'in_kg', d.book_kg::text,
         'difference_kg', (d.counted_kg - d.book_kg)::text,
         'percent', round(d.middle * 100, 2)::text, 'records', to_jsonb(d.ids))
  from drift d
-- Measures.
, books as (
  select distinct on (b.enterprise_id, b.lot_id) b.*, w.since, coalesce(w.by_books, false) as beyond
    from bounded b
    left join worst w on w.enterprise_id = b.enterprise_id and w.lot_id = b.lot_id and w.by_books
   order by b.enterprise_id, b.lot_id, (b.month = w.month) desc nulls last,
            abs(b.difference_kg) - b.tolerance_kg desc, b.month
), changes as (
  select distinct on (b.enterprise_id, b.lot_id) b.*, w.since, w.lot_id is not null as beyond,
         k.beyond as said_already
    from bounded b
    join books k using (enterprise_id, lot_id)
    left join worst w on w.enterprise_id = b.enterprise_id and w.lot_id = b.lot_id and not w.by_books
   order by b.enterprise_id, b.lot_id, (b.month = w.month) desc nulls last,
            abs(b.change_kg) - b.change_tolerance_kg desc, b.month
)
select y.enterprise_id, y.month, null::bigint as lot_id, 'together' as part, y.middle * 100 as figure,
       %(stock_tolerance_percent)s * 2 / 3 as bound,
       case when y.lots < 8 then 'few_counts'
            when y.one_way < y.lots * 0.9 then 'both_ways' end as unjudged,
       d.enterprise_id is not null as beyond
  from yard y
  left join drift d using (enterprise_id)
union all
select enterprise_id, coalesce(since, month), lot_id, 'difference', abs(difference_kg), tolerance_kg,
       case when beyond then null when oversold then 'said_already'
            when in_the_dark then 'month_missing' end, beyond
  from books
union all
select enterprise_id, coalesce(since, month), lot_id, 'since_last', abs(change_kg),
       change_tolerance_kg,
       case when beyond then null when oversold or said_already then 'said_already'
            when in_the_dark then 'month_missing' end, beyond
  from changes
