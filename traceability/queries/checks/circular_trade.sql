with recursive sold as (
  -- Each enterprise's first sale of a lot, by its own record or, where it hid it, by the buyer's.
  select l.lot_id, x.seller_id as enterprise_id, min(l.date) as sold_on
    from led l
   cross join lateral (
         select case l.kind when 'sale' then l.enterprise_id else l.counterparty_id end as seller_id) x
   where l.kind in ('sale', 'purchase')
     and (%(enterprise)s::bigint is null or x.seller_id = %(enterprise)s)
   group by 1, 2
), candidate as (
  -- Lots of which something came to their seller after that.
  select s.lot_id, s.enterprise_id, s.sold_on
    from sold s
   where exists (
         select from led l
          where l.lot_id = s.lot_id and l.date >= s.sold_on
            and ((l.kind = 'purchase' and l.enterprise_id = s.enterprise_id)
              or (l.kind = 'sale' and l.counterparty_id = s.enterprise_id)))
), shipped as (
  -- Who sold those lots to whom, as the whole country filed it.
  select r.lot_id, r.kind, r.date, r.gross_kg, r.document, r.id,
         case r.kind when 'sale' then f.enterprise_id else r.counterparty_id end as seller_id,
         case r.kind when 'sale' then r.counterparty_id else f.enterprise_id end as buyer_id
    from (select distinct lot_id from candidate) c
    join traceability_record r on r.lot_id = c.lot_id and r.kind in ('sale', 'purchase')
    join traceability_filing f on f.id = r.filing_id
   where f.submitted_at < %(known_before)s and f.month <= %(horizon)s
     and not exists (
         select from traceability_filing later
          where later.enterprise_id = f.enterprise_id and later.month = f.month
            and later.version > f.version and later.submitted_at < %(known_before)s)
), edge as (
  select lot_id, seller_id, buyer_id, min(date) as first_on, max(date) as last_on,
         coalesce(sum(gross_kg) filter (where kind = 'sale'), sum(gross_kg)) as kg,
         min(document) as document, (array_agg(id order by id))[1:4] as ids
    from shipped group by 1, 2, 3
), walk as (
  -- From each seller along what each buyer sold on, not before it may have had it.
  select e.lot_id, e.seller_id as enterprise_id, e.buyer_id as at_id, e.first_on, e.last_on,
         array[e.seller_id, e.buyer_id] as path, e.kg, e.document, e.ids, e.seller_id as from_id
    from edge e
  union all
  select w.lot_id, w.enterprise_id, e.buyer_id, e.first_on, e.last_on,
         w.path || e.buyer_id, least(w.kg, e.kg), e.document, w.ids || e.ids, e.seller_id
    from walk w
    join edge e on e.lot_id = w.lot_id and e.seller_id = w.at_id and e.last_on >= w.first_on
   where w.at_id <> w.enterprise_id and cardinality(w.path) <= 10
     and (e.buyer_id = w.enterprise_id or not e.buyer_id = any(w.path))
), closed as (
  -- The shortest way round from each member.
  select distinct on (w.lot_id, w.enterprise_id) w.*
    from walk w
   where w.at_id = w.enterprise_id
   order by w.lot_id, w.enterprise_id, cardinality(w.path), w.last_on, w.path
), begun as (
  -- Of the members to which it came back it is told of the one whose goods came from outside the
  -- circle last: with them it began. A maker has its lot from the start.
  select c.*, (select m.enterprise_id
                 from closed m
                 left join edge e on e.lot_id = c.lot_id and e.buyer_id = m.enterprise_id
                                 and not e.seller_id = any(c.path)
                 left join traceability_lot t on t.id = c.lot_id and t.maker_id = m.enterprise_id
                where m.lot_id = c.lot_id and m.enterprise_id = any(c.path)
                group by m.enterprise_id
                order by bool_or(e.first_on <= c.last_on or t.id is not null) desc nulls last,
                         max(e.first_on) filter (where e.first_on <= c.last_on) desc nulls last,
                         m.enterprise_id limit 1) as first_id
    from closed c
    -- The others' are told of themselves.
   where %(enterprise)s::bigint is null or c.enterprise_id = %(enterprise)s
), renaming as (
  -- Runs that give what they were fed: one product, hardly a loss, other lot numbers. Only a run over
  -- the whole country knows those of others.
  select p.enterprise_id, p.run,
         array_agg(distinct p.lot_id) filter (where p.kind = 'output') as new_lot_ids,
         array_agg(distinct p.lot_id) filter (where p.kind = 'input') as old_lot_ids,
         (array_agg(p.id order by p.id))[1:6] as ids
    from run_part p
    join run_balance b using (enterprise_id, run)
   where %(enterprise)s::bigint is null and b.known
     and b.out_kg between b.in_kg * 0.95 and b.in_kg * 1.005
   group by 1, 2
  having count(distinct p.product_id) = 1 and count(distinct p.kind) = 2
), renamed as (
  select n.enterprise_id, new.lot_id, old.lot_id as old_lot_id, n.ids
    from renaming n, unnest(n.new_lot_ids) new(lot_id), unnest(n.old_lot_ids) old(lot_id)
), descent as (
  -- Renamed again, it is still the same goods.
  select lot_id, old_lot_id, array[enterprise_id] as at, ids from renamed
  union all
  select d.lot_id, r.old_lot_id, d.at || r.enterprise_id, (d.ids || r.ids)[1:12]
    from descent d
    join renamed r on r.lot_id = d.old_lot_id
   where cardinality(d.at) < 5 and r.old_lot_id <> d.lot_id
), returned as (
  -- Who had sold the old lot, and then bought the new one.
  select distinct on (back.enterprise_id, n.lot_id)
         back.enterprise_id, n.lot_id, back.counterparty_id as from_id,
         back.date as back_on, back.gross_kg as kg, back.document,
         (select count(distinct e) from unnest(n.at) e) as through,
         array[away.id, back.id] || n.ids as ids
    from descent n
    join led away on away.lot_id = n.old_lot_id and away.kind = 'sale'
                 and away.enterprise_id <> all(n.at)
    join led back on back.lot_id = n.lot_id and back.kind = 'purchase'
                 and back.enterprise_id = away.enterprise_id and back.date >= away.date
   order by back.enterprise_id, n.lot_id, back.date, cardinality(n.at), back.id, away.id
)
-- Findings.
select concat_ws(':', c.enterprise_id, c.lot_id) as key, '' as sort, null::numeric as of_kg,
       c.enterprise_id, c.from_id as counterparty_id,
       date_trunc('month', c.last_on)::date as month, '' as category, c.lot_id, '' as run,
       c.document, c.kg as amount_kg,
       jsonb_build_object(
         'through', cardinality(c.path) - 2, 'path', to_jsonb(c.path), 'back_on', c.last_on,
         'kg', c.kg::text, 'records', to_jsonb(c.ids[1:20])) as arithmetic
  from begun c
 where c.first_id = c.enterprise_id
   and c.last_on between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
union all
select 'country:' || concat_ws(':', r.enterprise_id, r.lot_id), '', null, r.enterprise_id, r.from_id,
       date_trunc('month', r.back_on)::date, '', r.lot_id, '', r.document, r.kg,
       jsonb_build_object(
         'through', r.through, 'renamed', true, 'back_on', r.back_on, 'kg', r.kg::text,
         'records', to_jsonb(r.ids[1:20]))
  from returned r
 where r.back_on between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
-- Measures.
, returning_lot as (
  select c.*, c.first_id = c.enterprise_id as told_here,
         c.last_on between %(first_month)s
                       and (%(last_month)s::date + interval '1 month' - interval '1 day') as this_year
    from begun c
)
select s.enterprise_id, c.from_id as counterparty_id, date_trunc('month', c.last_on)::date as month,
       s.lot_id, 'came_back' as part, coalesce(c.kg, 0) as figure, 0 as bound,
       case when not c.told_here then 'told_of_another' when not c.this_year then 'other_year'
            end as unjudged,
       coalesce(c.told_here and c.this_year, false) as beyond
  from sold s
  left join returning_lot c using (enterprise_id, lot_id)
union all
select r.enterprise_id, r.from_id, date_trunc('month', r.back_on)::date, r.lot_id, 'renamed', r.kg, 0,
       null, true
  from returned r
 where r.back_on between %(first_month)s and (%(last_month)s::date + interval '1 month' - interval '1 day')
