"""A run keeps what it judged by and what it looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0033_captured_event_by_id"),
    ]

    operations = [
        migrations.AddField(
            model_name="reconciliation",
            name="record",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
