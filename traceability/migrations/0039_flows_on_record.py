"""The flows of the filings that were submitted before they were kept."""

from django.db import migrations

FORWARD = """
with wanted as (select id from traceability_filing where status <> 'draft'),
filed as materialized (
    select f.id as filing_id, f.enterprise_id, f.month, m.known_from, m.known_to, m.kind, m.country,
           coalesce(l.product_id, 0) as product_id,
           case m.kind when 'input' then m.target_id when 'output' then m.source_id end as run_id,
           coalesce(case m.kind when 'sale' then p.counterparty_id
                                when 'purchase' then p.enterprise_id end, 0) as partner_id,
           coalesce(case when m.kind in ('extraction', 'import', 'recycled', 'output') then m.reo_kg
                         else m.gross_kg * l.reo_percent / 100 end, m.reo_kg, 0) as kg
      from wanted w
      join traceability_filing f on f.id = w.id
      join traceability_movement m on m.filing_id = f.id
      join traceability_lot l on l.id = m.lot_id
      left join traceability_pool p on p.id = case m.kind when 'sale' then m.target_id
                                                          when 'purchase' then m.source_id end
),
spanning as materialized (
    select r.run_id
      from (select distinct run_id from filed where run_id is not null) r
     cross join lateral (select m.filing_id from traceability_movement m
                          where m.target_id = r.run_id
                         union
                         select m.filing_id from traceability_movement m
                          where m.source_id = r.run_id) told
      join traceability_filing f on f.id = told.filing_id
     group by 1
    having min(f.month) <> max(f.month)
),
side as materialized (
    select filing_id, enterprise_id, month, known_from, known_to, kind, run_id, product_id,
           sum(kg) as kg, spanning.run_id is not null as spans
      from filed left join spanning using (run_id)
     where run_id is not null
     group by filing_id, enterprise_id, month, known_from, known_to, kind, run_id, product_id,
              spanning.run_id
),
run as materialized (
    select filing_id, enterprise_id, month, known_from, known_to, run_id,
           coalesce(sum(kg) filter (where kind = 'input'), 0) as fed_kg,
           coalesce(sum(kg) filter (where kind = 'output'), 0) as given_kg
      from side where not spans group by 1, 2, 3, 4, 5, 6
),
derived as (
    select filing_id, enterprise_id, month, known_from, known_to, kind::text as kind, product_id,
           0 as other_id, country::text as country, partner_id, 0 as run_id, sum(kg) as kg
      from filed where run_id is null
     group by 1, 2, 3, 4, 5, 6, 7, 9, 10
    union all
    select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, 0, '', 0,
           run_id, kg
      from side where spans
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'made', fed.product_id,
           given.product_id, '', 0, 0,
           sum(given.kg * fed.kg / nullif(greatest(r.fed_kg, r.given_kg), 0))
      from run r
      join side fed on fed.filing_id = r.filing_id and fed.run_id = r.run_id and fed.kind = 'input'
      join side given on given.filing_id = r.filing_id and given.run_id = r.run_id
       and given.kind = 'output'
     group by 1, 2, 3, 4, 5, 7, 8
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'process_loss',
           fed.product_id, 0, '', 0, 0, sum(fed.kg * (r.fed_kg - r.given_kg) / r.fed_kg)
      from run r
      join side fed on fed.filing_id = r.filing_id and fed.run_id = r.run_id and fed.kind = 'input'
     where r.fed_kg > r.given_kg
     group by 1, 2, 3, 4, 5, 7
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'process_excess',
           given.product_id, 0, '', 0, 0, sum(given.kg * (r.given_kg - r.fed_kg) / r.given_kg)
      from run r
      join side given on given.filing_id = r.filing_id and given.run_id = r.run_id
       and given.kind = 'output'
     where r.given_kg > r.fed_kg
     group by 1, 2, 3, 4, 5, 7
)
insert into traceability_filingflow (filing_id, enterprise_id, month, known_from, known_to, kind,
    product_id, other_id, country, partner_id, run_id, kg)
select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, other_id, country,
       partner_id, run_id, round(kg, 12)
  from derived where round(kg, 12) <> 0;
insert into traceability_monthflow (month, kind, product_id, other_id, country, partner_id, kg)
select month, kind, product_id, other_id, country, partner_id, sum(kg)
  from traceability_filingflow where known_to is null and run_id = 0
 group by 1, 2, 3, 4, 5, 6
having sum(kg) <> 0;
analyze traceability_filingflow;
analyze traceability_monthflow;
"""
BACKWARD = "delete from traceability_filingflow; delete from traceability_monthflow"


class Migration(migrations.Migration):
    dependencies = [("traceability", "0038_kept_flows")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
