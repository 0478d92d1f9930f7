-- The movements of filings %(filings)s, drawn together by what they lead from and to; the pools that
-- they speak of first; and until when what they replace was known.
create temp table derive_movement on commit drop as
select f.id as filing_id, f.enterprise_id, f.submitted_at, r.kind, r.lot_id, r.country,
       case when r.kind in ('input', 'output') then r.run else '' end as run,
       case when r.kind = 'purchase' then r.counterparty_id
            when r.kind = 'sale' then f.enterprise_id end as seller_id,
       case when r.kind = 'purchase' then f.enterprise_id
            when r.kind = 'sale' then r.counterparty_id end as buyer_id,
       sum(r.gross_kg) as gross_kg,
       case when bool_and(r.reo_kg is not null) then sum(r.reo_kg) end as reo_kg
  from traceability_filing f
  join traceability_record r on r.filing_id = f.id
 where f.id = any (%(filings)s) and r.kind <> 'stock'
 group by f.id, f.enterprise_id, f.submitted_at, r.kind, r.lot_id, r.country, 7, 8, 9;
analyze derive_movement;

insert into traceability_pool (kind, enterprise_id, lot_id, run)
select distinct 'holding', m.enterprise_id, m.lot_id, ''
  from derive_movement m
 where not exists (select from traceability_pool p
                    where p.kind = 'holding' and p.lot_id = m.lot_id
                      and p.enterprise_id = m.enterprise_id);
insert into traceability_pool (kind, enterprise_id, run)
select distinct 'run', m.enterprise_id, m.run
  from derive_movement m
 where m.kind in ('input', 'output')
   and not exists (select from traceability_pool p
                    where p.kind = 'run' and p.enterprise_id = m.enterprise_id and p.run = m.run);
insert into traceability_pool (kind, enterprise_id, lot_id, counterparty_id, run)
select distinct 'shipment', m.seller_id, m.lot_id, m.buyer_id, ''
  from derive_movement m
 where m.seller_id is not null
   and not exists (select from traceability_pool p
                    where p.kind = 'shipment' and p.lot_id = m.lot_id
                      and p.enterprise_id = m.seller_id and p.counterparty_id = m.buyer_id);

-- A holding stands on one side of every movement; on the other a run, a shipment, or the world.
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    reo_kg, known_from)
select m.filing_id, m.kind, m.lot_id,
       case when m.kind = any (%(incoming)s) then coalesce(run.id, shipment.id) else holding.id end,
       case when m.kind = any (%(incoming)s) then holding.id else coalesce(run.id, shipment.id) end,
       m.country, m.gross_kg, m.reo_kg, m.submitted_at
  from derive_movement m
  join traceability_pool holding on holding.kind = 'holding' and holding.lot_id = m.lot_id
   and holding.enterprise_id = m.enterprise_id
  left join traceability_pool run on m.kind in ('input', 'output') and run.kind = 'run'
   and run.enterprise_id = m.enterprise_id and run.run = m.run
  left join traceability_pool shipment on shipment.kind = 'shipment' and shipment.lot_id = m.lot_id
   and shipment.enterprise_id = m.seller_id and shipment.counterparty_id = m.buyer_id;

update traceability_movement m
   set known_to = version.replaced_at
  from (select f.id, lead(f.submitted_at) over (partition by f.enterprise_id, f.month
                                                    order by f.version) as replaced_at
          from traceability_filing f
         where f.status <> 'draft'
           and (f.enterprise_id, f.month) in (select g.enterprise_id, g.month
                                                from traceability_filing g
                                               where g.id = any (%(filings)s))) version
 where version.replaced_at is not null and m.filing_id = version.id and m.known_to is null;
drop table derive_movement;
