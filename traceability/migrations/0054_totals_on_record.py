"""What the filings on record say in all."""

from django.db import migrations

FORWARD = """
insert into traceability_filingtotal (filing_id, extraction_kg, input_kg, output_kg, sale_kg,
    purchase_kg, import_kg, export_kg, recycled_kg, loss_kg)
select filing_id,
       coalesce(sum(kg) filter (where kind = 'extraction'), 0),
       coalesce(sum(kg) filter (where kind in ('input', 'made', 'process_loss')), 0),
       coalesce(sum(kg) filter (where kind in ('output', 'made', 'process_excess')), 0),
       coalesce(sum(kg) filter (where kind = 'sale'), 0),
       coalesce(sum(kg) filter (where kind = 'purchase'), 0),
       coalesce(sum(kg) filter (where kind = 'import'), 0),
       coalesce(sum(kg) filter (where kind = 'export'), 0),
       coalesce(sum(kg) filter (where kind = 'recycled'), 0),
       coalesce(sum(kg) filter (where kind = 'loss'), 0)
  from traceability_filingflow
 group by 1
"""
BACKWARD = "delete from traceability_filingtotal"


class Migration(migrations.Migration):
    dependencies = [("traceability", "0053_filing_totals")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
