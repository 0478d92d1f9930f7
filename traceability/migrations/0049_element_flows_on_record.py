"""The flows of the filings on record, weighed anew with the masses of single elements."""

import re

from django.db import migrations

ELEMENTS = {
    "prnd_kg": ("Pr6O11", "Nd2O3"),
    "dy_kg": ("Dy2O3",),
    "tb_kg": ("Tb4O7",),
    "la_kg": ("La2O3",),
    "ce_kg": ("CeO2",),
    "sm_kg": ("Sm2O3",),
    "eu_kg": ("Eu2O3",),
    "gd_kg": ("Gd2O3",),
    "y_kg": ("Y2O3",),
}
# `[[$]]` stands for every mass, `<<$>>` for those of elements alone.
FORWARD = """
delete from traceability_filingflow;
delete from traceability_monthflow;
with wanted as (select id from traceability_filing where status <> 'draft'),
part as materialized (
    select f.id as filing_id, f.enterprise_id, f.month, m.known_from, m.known_to, m.kind, m.country,
           coalesce(l.product_id, 0) as product_id, l.assay,
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
-- What part of the oxides each element has: by the assay, else by the product's usual split.
split as materialized (
    select told.assay, told.product_id, shares.*
      from (select distinct assay, product_id from part) told
      left join traceability_product p on p.id = told.product_id
     cross join lateral (select /*shares*/) shares
),
filed as materialized (
    select part.*, <<part.kg * split.$ as $>>
      from part left join split using (assay, product_id)
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
           [[sum($) as $]], spanning.run_id is not null as spans
      from filed left join spanning using (run_id)
     where run_id is not null
     group by filing_id, enterprise_id, month, known_from, known_to, kind, run_id, product_id,
              spanning.run_id
),
-- Of a run that gives something whose split nobody stated nobody can tell what it loses.
run as materialized (
    select filing_id, enterprise_id, month, known_from, known_to, run_id,
           [[coalesce(sum($) filter (where kind = 'input'), 0) as fed_$]],
           [[coalesce(sum($) filter (where kind = 'output'), 0) as given_$]],
           coalesce(bool_or(dy_kg is null) filter (where kind = 'output'), false) as untold
      from side where not spans group by 1, 2, 3, 4, 5, 6
),
derived as (
    select filing_id, enterprise_id, month, known_from, known_to, kind::text as kind, product_id,
           0 as other_id, country::text as country, partner_id, 0 as run_id,
           [[coalesce(sum($), 0) as $]]
      from filed where run_id is null
     group by 1, 2, 3, 4, 5, 6, 7, 9, 10
    union all
    select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, 0, '', 0,
           run_id, [[$]]
      from side where spans
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'made', fed.product_id,
           given.product_id, '', 0, 0,
           [[coalesce(sum(given.$ * fed.$ / nullif(greatest(r.fed_$, r.given_$), 0)), 0)]]
      from run r
      join side fed on fed.filing_id = r.filing_id and fed.run_id = r.run_id and fed.kind = 'input'
      join side given on given.filing_id = r.filing_id and given.run_id = r.run_id
       and given.kind = 'output'
     group by 1, 2, 3, 4, 5, 7, 8
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'process_loss',
           fed.product_id, 0, '', 0, 0,
           coalesce(sum(fed.kg * greatest(r.fed_kg - r.given_kg, 0) / nullif(r.fed_kg, 0)), 0),
           <<coalesce(sum(fed.$ * greatest(r.fed_$ - r.given_$, 0) / nullif(r.fed_$, 0))
                      filter (where not r.untold), 0)>>
      from run r
      join side fed on fed.filing_id = r.filing_id and fed.run_id = r.run_id and fed.kind = 'input'
     group by 1, 2, 3, 4, 5, 7
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'process_untold',
           fed.product_id, 0, '', 0, 0, 0,
           <<coalesce(sum(fed.$ * greatest(r.fed_$ - r.given_$, 0) / nullif(r.fed_$, 0)), 0)>>
      from run r
      join side fed on fed.filing_id = r.filing_id and fed.run_id = r.run_id and fed.kind = 'input'
     where r.untold
     group by 1, 2, 3, 4, 5, 7
    union all
    select r.filing_id, r.enterprise_id, r.month, r.known_from, r.known_to, 'process_excess',
           given.product_id, 0, '', 0, 0,
           [[coalesce(sum(given.$ * greatest(r.given_$ - r.fed_$, 0) / nullif(r.given_$, 0)), 0)]]
      from run r
      join side given on given.filing_id = r.filing_id and given.run_id = r.run_id
       and given.kind = 'output'
     group by 1, 2, 3, 4, 5, 7
)
insert into traceability_filingflow (filing_id, enterprise_id, month, known_from, known_to, kind,
    product_id, other_id, country, partner_id, run_id, [[$]])
select filing_id, enterprise_id, month, known_from, known_to, kind, product_id, other_id, country,
       partner_id, run_id, [[round($, 12)]]
  from derived where greatest([[abs(round($, 12))]]) <> 0 or run_id <> 0 and dy_kg is null;
insert into traceability_monthflow (month, kind, product_id, other_id, country, partner_id, [[$]])
select month, kind, product_id, other_id, country, partner_id, [[sum($)]]
  from traceability_filingflow where known_to is null and run_id = 0
 group by 1, 2, 3, 4, 5, 6
having greatest([[abs(sum($))]]) <> 0;
analyze traceability_filingflow;
analyze traceability_monthflow;
"""
BACKWARD = """
delete from traceability_filingflow where kg = 0;
delete from traceability_monthflow where kg = 0;
"""


def written_out(sql: str) -> str:
    """The statements with every mass named."""
    shares = []
    for mass, oxides in ELEMENTS.items():
        stated = " + ".join(
            f"coalesce(substring(';' || told.assay from ';{oxide}:([0-9.]+)')::numeric, 0)"
            for oxide in oxides
        )
        usual = " + ".join(f"coalesce((p.default_assay ->> '{one}')::numeric, 0)" for one in oxides)
        shares.append(
            f"case when told.assay <> '' then ({stated}) / 100"
            f" when p.default_assay <> '{{}}' then ({usual}) / 100 end as {mass}"
        )
    sql = sql.replace("/*shares*/", ", ".join(shares))
    for found, names in ((r"\[\[(.*?)\]\]", ("kg", *ELEMENTS)), ("<<(.*?)>>", tuple(ELEMENTS))):
        sql = re.sub(
            found,
            lambda part, names=names: ", ".join(part[1].replace("$", name) for name in names),
            sql,
            flags=re.DOTALL,
        )
    return sql


class Migration(migrations.Migration):
    dependencies = [("traceability", "0048_element_flows")]

    operations = [migrations.RunSQL(written_out(FORWARD), BACKWARD)]
