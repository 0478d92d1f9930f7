"""The file of an upload is stored without being compressed: a workbook is, and it costs seconds."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("traceability", "0021_movement_covering_indexes")]
    operations = [
        migrations.RunSQL(
            "alter table traceability_upload alter column content set storage external",
            "alter table traceability_upload alter column content set storage extended",
        )
    ]
