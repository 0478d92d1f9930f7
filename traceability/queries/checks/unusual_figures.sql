with mass as (
  -- What the enterprise itself made, and how many digits say something in each mass.
  select l.enterprise_id, l.kind, l.product_id, p.stage, l.month, l.gross_kg, l.id, l.lot_id,
         length(rtrim(trunc(l.gross_kg * 1000)::text, '0')) as digits
    from led l
    join traceability_product p on p.id = l.product_id
   where l.kind in ('extraction', 'output', 'import', 'recycled')
     and l.month between %(first_month)s and %(last_month)s
     and (%(enterprise)s::bigint is null or l.enterprise_id = %(enterprise)s)
), made as (
  select enterprise_id, kind, count(*) as records from mass group by 1, 2
), repeated as (
  -- Weighed masses of five digits and more do not come again in other months by chance.
  select m.enterprise_id, m.kind, a.records as of_records,
         count(*) filter (where v.months > 1) as records,
         -- The first month in which one came again.
         min(m.month) filter (where v.months > 1 and m.month > v.first_month) as month,
         max(m.month) filter (where v.months > 1) as to_month,
         (array_agg(m.id order by m.gross_kg, m.month) filter (where v.months > 1))[1:20] as ids
    from mass m
    join (select enterprise_id, kind, product_id, gross_kg, count(distinct month) as months,
                 min(month) as first_month
            from mass where digits >= 5 group by 1, 2, 3, 4) v
         using (enterprise_id, kind, product_id, gross_kg)
    join made a using (enterprise_id, kind)
   where m.digits >= 5
   group by 1, 2, 3
  having count(*) filter (where v.months > 1) >= 4
     and count(*) filter (where v.months > 1) >= a.records * %(repeated_percent)s / 100.0
), in_month as (
  select enterprise_id, kind, product_id, gross_kg, month, count(*) as records, min(id) as id
    from mass where digits >= 4 group by 1, 2, 3, 4, 5
), copied as (
  -- A month that is another one, lot for lot: four and more masses of four digits, four fifths of it.
  select distinct on (b.enterprise_id, b.kind) b.enterprise_id, b.kind, c.records as of_records,
         sum(b.records) as records, b.month, a.month as copy_of,
         (array_agg(b.id order by b.gross_kg, b.id))[1:20] as ids
    from in_month b
    join (select enterprise_id, kind, month, count(*) as records from mass group by 1, 2, 3) c
         on c.enterprise_id = b.enterprise_id and c.kind = b.kind and c.month = b.month
    join in_month a on a.enterprise_id = b.enterprise_id and a.kind = b.kind and a.month < b.month
                   and a.product_id = b.product_id and a.gross_kg = b.gross_kg
   where not exists (select from repeated r
                      where r.enterprise_id = b.enterprise_id and r.kind = b.kind)
   group by b.enterprise_id, b.kind, b.month, a.month, c.records
  having sum(b.records) >= 4 and sum(b.records) >= c.records * 0.8
   order by b.enterprise_id, b.kind, b.month
), monthly as (
  select enterprise_id, kind, product_id, month, sum(gross_kg) as kg, count(*) as records,
         (array_agg(id order by gross_kg desc, id))[1:20] as ids
    from mass where kind in ('extraction', 'output') and stage in ('ore', 'compound')
   group by 1, 2, 3, 4
), constant as (
  -- Month after month the same total, to a tenth of a percent.
  select m.enterprise_id, m.kind, count(*) as records, min(m.month) as month, max(m.month) as to_month,
         min(m.kg) as kg, array_agg(m.ids[1] order by m.month) as ids, m.product_id,
         sum(m.kg) as total_kg
    from monthly m
    join (select enterprise_id, kind, product_id,
                 percentile_cont(0.5) within group (order by kg)::numeric as kg, count(*) as months
            from monthly group by 1, 2, 3) u using (enterprise_id, kind, product_id)
   where abs(m.kg - u.kg) <= u.kg * 0.001
   group by m.enterprise_id, m.kind, m.product_id, u.months
  having count(*) >= 4 and count(*) >= u.months * 0.5
), roundness as (
  -- Masses of two digits and zeros (of ore, three from ten tonnes on), against what others who do the same
  -- write down. Only a run over the whole country knows them.
  select m.enterprise_id, m.kind, m.stage, p.code as product, count(*) as records,
         count(*) filter (where digits <= case when kind = 'extraction' and gross_kg >= 10000
                                               then 3 else 2 end) as round_records,
         -- Bags of 25 and 50 kg seldom come to whole hundreds, those of half a tonne always: who invents
         -- round masses writes other hundreds, and of ore, which no one bags, any.
         count(*) filter (where gross_kg >= 1000) as of_weight,
         count(*) filter (where gross_kg >= 1000 and gross_kg %% 25 = 0 and gross_kg %% 100 <> 0)
           as in_bags,
         count(*) filter (where gross_kg >= 1000 and gross_kg %% 500 <> 0) as unbagged,
         min(month) as month, max(month) as to_month,
         (array_agg(m.id order by digits, m.id))[1:20] as ids
    from mass m
    join traceability_product p on p.id = m.product_id
   where %(enterprise)s::bigint is null and gross_kg >= 100
   -- All products of a stage together, and each alone.
   group by grouping sets ((m.enterprise_id, m.kind, m.stage), (m.enterprise_id, m.kind, m.stage, p.code))
  having count(*) >= 6
), too_round as (
  select distinct on (r.enterprise_id, r.kind, r.stage) r.*
    from roundness r
   where r.round_records >= r.records * %(round_percent)s / 100.0
     and not (r.in_bags >= 4 and r.in_bags >= r.of_weight * 0.2)
     and (r.kind = 'extraction' or r.of_weight = 0 or r.unbagged >= r.of_weight * 0.2)
     and (select percentile_cont(0.5) within group (order by o.round_records::float8 / o.records)
            from roundness o where o.kind = r.kind and o.stage = r.stage and o.product is null
             and o.enterprise_id <> r.enterprise_id) <= 0.2
   order by r.enterprise_id, r.kind, r.stage, r.product nulls first
), last_digit as (
  -- The last digit that an enterprise's scales show falls on each of ten alike; who invents figures
  -- has favourites. What is packed in round masses shows noughts and fives and is left alone.
  select d.enterprise_id, d.kind, sum(d.records) as records, min(d.month) as month,
         max(d.to_month) as to_month, (array_agg(d.digit order by d.records desc))[1:3] as favourites,
         (sum(d.records::numeric * d.records) * 10 / sum(d.records) - sum(d.records)) as chi_square
    from (select m.enterprise_id, m.kind, (m.grams / s.step) %% 10 as digit, count(*) as records,
                 min(m.month) as month, max(m.month) as to_month
            from (select *, trunc(gross_kg * 1000)::bigint as grams from mass where digits >= 3) m
            join (select enterprise_id, kind,
                         case when bool_and(gross_kg * 1000 %% 1000 = 0) then 1000
                              when bool_and(gross_kg * 1000 %% 100 = 0) then 100
                              when bool_and(gross_kg * 1000 %% 10 = 0) then 10 else 1 end as step
                    from mass where digits >= 3 group by 1, 2) s using (enterprise_id, kind)
           group by 1, 2, 3) d
   group by 1, 2
  having sum(d.records) >= 50
     -- Far more than chance, and most of the figures.
     and sum(d.records::numeric * d.records) * 10 / sum(d.records) - sum(d.records)
         > greatest(45, sum(d.records))
     and coalesce(sum(d.records) filter (where d.digit in (0, 5)), 0) < sum(d.records) * 0.35
), produced_in as (
  select enterprise_id, category, month, kg, ln(kg) as size
    from production where kg > 0
     and (%(enterprise)s::bigint is null or enterprise_id = %(enterprise)s)
), usual_size as (
  select enterprise_id, category, count(*) as months,
         percentile_cont(0.5) within group (order by size)::numeric as middle
    from produced_in group by 1, 2
), spread_of as (
  select u.enterprise_id, u.category, u.months, u.middle, 1.4826 * case
           -- A mine rests in winter or the rains: how it varies above its middle tells what is much.
           when u.category <> 'separation'
           then least(percentile_cont(0.5) within group (order by abs(p.size - u.middle)),
                      percentile_cont(0.5) within group (order by p.size - u.middle)
                        filter (where p.size >= u.middle))
           else percentile_cont(0.5) within group (order by abs(p.size - u.middle))
         end::numeric as noise
    from usual_size u join produced_in p using (enterprise_id, category)
   group by 1, 2, 3, 4
), month_limit as (
  -- From where on a month is far beyond the others: half of the factor times the middle one, and
  -- beyond the spread, the more so the fewer months tell it, or (a mine) alone above all its others.
  select p.*, s.months, exp(s.middle) as usual_kg,
         greatest(exp(s.middle) * %(jump_factor)s / 2.0,
                  least(exp(s.middle + 4 * sqrt(11.0 / greatest(s.months - 1, 1)) * s.noise),
                        case when p.category <> 'separation' then p.next_kg * 1.5 end)) as limit_kg
    from (select *, lead(kg) over (partition by enterprise_id, category order by size desc) as next_kg
            from produced_in) p
    join spread_of s using (enterprise_id, category)
), jump as (
  select enterprise_id, category, month, kg, usual_kg, months,
         row_number() over (partition by enterprise_id, category order by size desc) as place
    from month_limit
   where months >= 6 and kg > limit_kg
), amount as (
  -- What mines dig and recyclers take in, by month.
  select enterprise_id, category, month, kg from produced_in where category <> 'separation'
  union all
  select enterprise_id, 'recycled', month, sum(gross_kg * reo_percent / 100)
    from led
   where kind = 'recycled' and month between %(first_month)s and %(last_month)s
     and (%(enterprise)s::bigint is null or enterprise_id = %(enterprise)s)
   group by 1, 3
), stretch as (
  -- Months on end in which it is more than in any other.
  select a.enterprise_id, a.category, a.month, b.month as to_month, count(*) as months,
         count(*) filter (where p.month between a.month and b.month) as high_months,
         count(*) filter (where p.month < a.month) as months_before,
         count(*) filter (where p.month > b.month) as months_after,
         percentile_cont(0.5) within group (order by p.kg)
           filter (where p.month between a.month and b.month)::numeric as kg,
         percentile_cont(0.5) within group (order by p.kg)
           filter (where p.month not between a.month and b.month)::numeric as usual_kg,
         min(p.kg) filter (where p.month between a.month and b.month) as least_kg,
         max(p.kg) filter (where p.month not between a.month and b.month) as most_kg
    from amount a
    join amount b on b.enterprise_id = a.enterprise_id and b.category = a.category
     and b.month > a.month
    join amount p on p.enterprise_id = a.enterprise_id and p.category = a.category
   where a.kg > 0 and b.kg > 0 and p.kg > 0
   group by a.enterprise_id, a.category, a.month, b.month
), stretched as (
  select s.*, row_number() over (partition by s.enterprise_id, s.category
                                 order by s.least_kg / nullif(s.most_kg, 0) desc) as place
    from stretch s
   where (s.category <> 'recycled' and s.high_months <= 5
          and s.months - s.high_months >= greatest(5, s.high_months)
          -- Two good months may follow on each other by chance, and five be a season; three or four hardly.
          and case when s.high_months in (2, 5)
                   then s.least_kg > s.most_kg * 1.3
                        and s.kg > s.usual_kg * (1 + %(jump_factor)s / 6.0)
                   else s.least_kg > s.most_kg * 1.15
                        and s.kg > s.usual_kg * (1 + %(jump_factor)s / 7.0) end)
      -- Scrap that comes in manifold for months on end and no longer after, or from some month on: a
      -- recycler that begins takes in more each month.
      or (s.category = 'recycled' and s.high_months >= 3
          and s.months - s.high_months >= case when s.least_kg > s.most_kg * %(jump_factor)s
                                               then 2 else 3 end
          and case when least(s.months_before, s.months_after) >= 2
                   then s.least_kg > s.most_kg * 1.2 and s.kg > s.usual_kg * %(jump_factor)s / 2.0
                   else s.least_kg > s.most_kg * 2.5 and s.kg > s.usual_kg * %(jump_factor)s end)
), even as (
  -- Recoveries that hardly differ are computed, not weighed.
  select r.enterprise_id, r.fed_with, r.given_stage, count(*) as runs, avg(r.share) as share,
         min(r.last_month) as month, max(r.last_month) as to_month,
         (array_agg(r.ids[1] order by r.last_date, r.run))[1:20] as ids
    from recovery r
   where r.in_kg >= 100
   group by 1, 2, 3
  having count(*) >= 8 and stddev_samp(r.share) < %(even_recovery_percent)s / 100.0
), above as (
  -- A run that recovers far more than the enterprise's others was fed with more than was filed.
  select r.enterprise_id, r.run, r.last_month as month, r.in_kg, r.out_kg, r.share, v.level, v.runs,
         r.lot_id, r.ids
    from recovery r
    join recovery_level v using (enterprise_id, fed_with, given_stage)
   where v.runs >= 8
     and r.share > v.level + greatest(v.level * %(yield_drop_percent)s / 100.0, v.noise * %(yield_sigmas)s)
     and r.out_kg <= r.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s
), silent as (
  -- Partners tell of shipments with an enterprise that itself files hardly any.
  select x.enterprise_id, min(x.month) as month, max(x.month) as to_month,
         count(*) filter (where not x.own) as shipments, count(*) as of_shipments,
         sum(x.kg) filter (where not x.own) as kg, count(distinct x.partner_id) as partners,
         (array_agg(x.record_id order by x.month, x.record_id) filter (where not x.own))[1:20] as ids
    from (select seller_id as enterprise_id, buyer_id as partner_id, sold_kg is not null as own,
                 coalesce(bought_kg, sold_kg) as kg, coalesce(purchases[1], sales[1]) as record_id,
                 date_trunc('month', coalesce(sold_from, bought_from))::date as month
            from shipment
          union all
          select buyer_id, seller_id, bought_kg is not null, coalesce(sold_kg, bought_kg),
                 coalesce(sales[1], purchases[1]), date_trunc('month', coalesce(bought_from, sold_from))::date
            from shipment) x
    join settled t on t.enterprise_id = x.enterprise_id and t.month = x.month
   where x.month between %(first_month)s and %(last_month)s
     and (%(enterprise)s::bigint is null or x.enterprise_id = %(enterprise)s)
   group by 1
  having count(*) filter (where not x.own) >= 5
     and count(*) filter (where not x.own) >= count(*) * 0.8
), uncreated as (
  -- Others move lots that are said to be its own, and none of its filings makes them. Only a run over
  -- the whole country sees them all.
  select t.maker_id as enterprise_id, min(l.month) as month, max(l.month) as to_month,
         count(distinct l.lot_id) as lots, count(distinct l.enterprise_id) as holders,
         sum(l.gross_kg) filter (where l.kind in ('input', 'sale', 'export', 'loss')) as kg,
         (array_agg(l.id order by l.gross_kg desc, l.id))[1:20] as ids
    from led l
    join traceability_lot t on t.id = l.lot_id and t.maker_id <> l.enterprise_id
    join must_file m on m.enterprise_id = t.maker_id and m.first_month <= l.month
    left join lot_def d on d.lot_id = l.lot_id
   where %(enterprise)s::bigint is null and d.lot_id is null
     and l.month between %(first_month)s and %(last_month)s
     and not exists (select from unfiled u
                      where u.enterprise_id = t.maker_id and u.month <= l.month)
     -- What a holder says to have bought of it is unmatched_purchase's.
     and not exists (select from led p
                      where p.lot_id = l.lot_id and p.kind = 'purchase'
                        and p.counterparty_id = t.maker_id)
   group by 1
  having count(distinct l.lot_id) >= 3 and count(distinct l.enterprise_id) >= 2
), sign as (
  select 'repeated' as why, enterprise_id, kind as what, month, to_month, null::bigint as lot_id,
         '' as run, null::numeric as kg, ids,
         jsonb_build_object('records_repeated', records, 'of_records', of_records, 'kind', kind) as figures
    from repeated
  union all
  select 'copied', enterprise_id, kind, month, month, null, '', null, ids,
         jsonb_build_object('records_repeated', records, 'of_records', of_records, 'kind', kind,
                            'copy_of', copy_of)
    from copied
  union all
  select 'constant', c.enterprise_id, concat(c.kind, ':', p.code), c.month, c.to_month, null, '', null, c.ids,
         jsonb_build_object('months_alike', c.records, 'monthly_kg', c.kg::text, 'kind', c.kind,
                            'product', p.code)
    from constant c join traceability_product p on p.id = c.product_id
  union all
  select 'round', enterprise_id, concat(kind, ':', stage), month, to_month, null, '', null, ids,
         jsonb_build_object('round_records', round_records, 'of_records', records, 'kind', kind)
    from too_round
  union all
  select 'digits', enterprise_id, kind, month, to_month, null, '', null,
         (select (array_agg(m.id order by m.id))[1:20] from mass m
           where m.enterprise_id = d.enterprise_id and m.kind = d.kind),
         jsonb_build_object('of_records', records, 'kind', kind, 'chi_square', round(chi_square, 1)::text,
                            'favourites', array_to_string(favourites, ', '))
    from last_digit d
  union all
  select 'jump', j.enterprise_id, concat(j.category, ':', j.month), j.month, j.month, null, '', j.kg,
         coalesce((select (array_agg(p.id order by p.reo_kg desc))[1:20] from produced p
                    where p.enterprise_id = j.enterprise_id and p.cap_category = j.category
                      and p.month = j.month), '{}'),
         jsonb_build_object('kg', j.kg::text, 'usual_kg', round(j.usual_kg, 3)::text,
                            'times', round(j.kg / j.usual_kg, 1)::text, 'months', j.months)
    from jump j where j.place = 1
  union all
  select 'level', h.enterprise_id, h.category, h.month, h.to_month, null, '',
         h.high_months * (h.kg - h.usual_kg),
         case when h.category = 'recycled' then
           (select (array_agg(m.id order by m.gross_kg desc, m.id))[1:20] from mass m
             where m.enterprise_id = h.enterprise_id and m.kind = 'recycled'
               and m.month between h.month and h.to_month)
         else
           (select (array_agg(p.id order by p.reo_kg desc, p.id))[1:20] from produced p
             where p.enterprise_id = h.enterprise_id and p.cap_category = h.category
               and p.month between h.month and h.to_month) end,
         jsonb_build_object('kg', round(h.kg, 3)::text, 'usual_kg', round(h.usual_kg, 3)::text,
                            'times', round(h.kg / h.usual_kg, 1)::text, 'months', h.high_months,
                            'category', h.category,
                            'of_months', h.months)
    from stretched h
   where h.place = 1
     and not exists (select from jump j
                      where j.enterprise_id = h.enterprise_id and j.category = h.category
                        and j.place = 1 and j.month between h.month and h.to_month)
  union all
  select 'even', enterprise_id, concat(fed_with, ':', given_stage), month, to_month, null, '', null, ids,
         jsonb_build_object('runs', runs, 'share', round(share * 100, 3)::text)
    from even
  union all
  select 'above', enterprise_id, run, month, month, lot_id, run, out_kg - in_kg * level, ids,
         jsonb_build_object('in_kg', round(in_kg, 3)::text, 'out_kg', round(out_kg, 3)::text,
                            'share', round(share * 100, 2)::text, 'level', round(level * 100, 2)::text,
                            'runs', runs)
    from above
  union all
  select 'silent', enterprise_id, '', month, to_month, null, '', null, ids,
         jsonb_build_object('shipments', shipments, 'of_shipments', of_shipments,
                            'partners', partners, 'kg', kg::text)
    from silent
  union all
  select 'uncreated', enterprise_id, '', month, to_month, null, '', null, ids,
         jsonb_build_object('lots', lots, 'holders', holders, 'kg', kg::text)
    from uncreated
)
-- Findings.
select case when s.why in ('round', 'uncreated') then 'country:' else '' end
         || concat_ws(':', s.enterprise_id, s.why, nullif(s.what, '')) as key,
       s.why as sort, null::numeric as of_kg,
       s.enterprise_id, null::bigint as counterparty_id, s.month, '' as category, s.lot_id, s.run,
       '' as document, s.kg as amount_kg,
       s.figures || jsonb_build_object('why', s.why, 'to_month', s.to_month,
                                       'records', to_jsonb(s.ids)) as arithmetic
  from sign s
-- Measures.
select r.enterprise_id, s.month, '' as run, 'repeated' as part,
       s.records * 100.0 / r.records as figure, %(repeated_percent)s as bound,
       case when s.records is null then 'few_repeated' end as unjudged, s.records is not null as beyond
  from made r
  left join repeated s using (enterprise_id, kind)
union all
select p.enterprise_id, p.month, '', 'jump', p.kg, p.limit_kg,
       case when p.months < 6 then 'few_months' when j.place > 1 then 'said_already' end,
       coalesce(j.place = 1, false)
  from month_limit p
  left join jump j using (enterprise_id, category, month)
union all
select r.enterprise_id, e.month, '', 'even', stddev_samp(r.share) * 100, %(even_recovery_percent)s,
       case when count(*) < 8 then 'few_runs' end, e.enterprise_id is not null
  from recovery r
  left join even e using (enterprise_id, fed_with, given_stage)
 where r.in_kg >= 100
 group by r.enterprise_id, r.fed_with, r.given_stage, e.enterprise_id, e.month
union all
select r.enterprise_id, r.last_month, r.run, 'above', r.share * 100,
       (v.level + greatest(v.level * %(yield_drop_percent)s / 100.0, v.noise * %(yield_sigmas)s)) * 100,
       case when v.runs < 8 then 'few_runs'
            when r.out_kg > r.in_kg * (1 + %(yield_tolerance_percent)s / 100.0) + %(yield_tolerance_kg)s
            then 'said_already' end,
       a.run is not null
  from recovery r
  join recovery_level v using (enterprise_id, fed_with, given_stage)
  left join above a using (enterprise_id, run)
union all
select s.enterprise_id, s.month, s.run, s.why, 1, 0, null, true
  from sign s
 where s.why not in ('repeated', 'jump', 'even', 'above')
