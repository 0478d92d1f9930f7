-- The flows of filings %(filings)s, and of all others that the change touches: other versions of
-- their months, other months that speak of their runs, and whoever moved a lot whose product or
-- grade is told otherwise now (`derive_lot`). What these add to the months of the country, and take
-- from them, follows.
create temp table derive_wanted on commit drop as
select g.id
  from traceability_filing f
  join traceability_filing g on g.enterprise_id = f.enterprise_id and g.month = f.month
   and g.status <> 'draft'
 where f.id = any (%(filings)s)
union
select told.filing_id
  from (select distinct case m.kind when 'input' then m.target_id else m.source_id end as run_id
          from traceability_movement m
         where m.filing_id = any (%(filings)s) and m.kind in ('input', 'output')) r
 cross join lateral (select m.filing_id from traceability_movement m where m.target_id = r.run_id
                     union
                     select m.filing_id from traceability_movement m
                      where m.source_id = r.run_id) told
union
select m.filing_id
  from derive_lot d
  join traceability_pool p on p.kind = 'holding' and p.lot_id = d.lot_id
 cross join lateral (select x.filing_id from traceability_movement x where x.target_id = p.id
                     union all
                     select x.filing_id from traceability_movement x where x.source_id = p.id) m;
analyze derive_wanted;

create temp table derive_flow_before on commit drop as
select month, kind, product_id, other_id, country, partner_id, [[$]]
  from traceability_filingflow
 where filing_id in (select id from derive_wanted) and known_to is null and run_id = 0;
delete from traceability_filingtotal where filing_id in (select id from derive_wanted);
delete from traceability_filingflow where filing_id in (select id from derive_wanted);
