"""What others recorded of their trade with an enterprise is found by kind and day."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("traceability", "0013_shipments")]
    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                fields=["counterparty", "kind", "date"],
                condition=Q(counterparty__isnull=False),
                name="record_counterparty_days",
            ),
        ),
        migrations.RemoveIndex(model_name="record", name="record_counterparty"),
    ]
