"""The movements of the filings that were submitted before there was a graph of them."""

from django.db import migrations

FORWARD = """
create temp table told on commit drop as
select f.id as filing_id, f.enterprise_id, r.kind, r.lot_id, r.country,
       f.submitted_at as known_from, f.known_to,
       case when r.kind in ('input', 'output') then r.run else '' end as run,
       case when r.kind = 'purchase' then r.counterparty_id
            when r.kind = 'sale' then f.enterprise_id end as seller_id,
       case when r.kind = 'purchase' then f.enterprise_id
            when r.kind = 'sale' then r.counterparty_id end as buyer_id,
       sum(r.gross_kg) as gross_kg,
       case when bool_and(r.reo_kg is not null) then sum(r.reo_kg) end as reo_kg
  from (select id, enterprise_id, submitted_at,
               lead(submitted_at) over (partition by enterprise_id, month order by version)
                   as known_to
          from traceability_filing where status <> 'draft') f
  join traceability_record r on r.filing_id = f.id
 where r.kind <> 'stock'
 group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10;
insert into traceability_pool (kind, enterprise_id, lot_id, run)
select distinct 'holding', enterprise_id, lot_id, '' from told;
insert into traceability_pool (kind, enterprise_id, run)
select distinct 'run', enterprise_id, run from told where kind in ('input', 'output');
insert into traceability_pool (kind, enterprise_id, lot_id, counterparty_id, run)
select distinct 'shipment', seller_id, lot_id, buyer_id, '' from told where seller_id is not null;
analyze traceability_pool;
insert into traceability_movement (filing_id, kind, lot_id, source_id, target_id, country, gross_kg,
    reo_kg, known_from, known_to)
select t.filing_id, t.kind, t.lot_id,
       case when t.kind in ('input', 'sale', 'export', 'loss') then h.id
            else coalesce(r.id, s.id) end,
       case when t.kind in ('input', 'sale', 'export', 'loss') then coalesce(r.id, s.id)
            else h.id end,
       t.country, t.gross_kg, t.reo_kg, t.known_from, t.known_to
  from told t
  join traceability_pool h on h.kind = 'holding' and h.lot_id = t.lot_id
   and h.enterprise_id = t.enterprise_id
  left join traceability_pool r on t.kind in ('input', 'output') and r.kind = 'run'
   and r.enterprise_id = t.enterprise_id and r.run = t.run
  left join traceability_pool s on s.kind = 'shipment' and s.lot_id = t.lot_id
   and s.enterprise_id = t.seller_id and s.counterparty_id = t.buyer_id;
drop table told;
analyze traceability_movement;
"""
BACKWARD = "delete from traceability_movement; delete from traceability_pool"


class Migration(migrations.Migration):
    dependencies = [("traceability", "0010_trace_walk")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
