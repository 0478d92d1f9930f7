"""What others recorded of their trade with an enterprise is found without reading the year."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("traceability", "0003_products_and_tolerances")]
    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(
                fields=["counterparty"],
                condition=Q(counterparty__isnull=False),
                name="record_counterparty",
            ),
        )
    ]
