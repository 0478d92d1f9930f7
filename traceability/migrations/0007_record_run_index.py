"""What a filing says of a run is found without reading the filing."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("traceability", "0006_filing_ready_at")]
    operations = [
        migrations.AddIndex(
            model_name="record",
            index=models.Index(fields=["filing", "run"], condition=~Q(run=""), name="record_run"),
        )
    ]
