"""The event of a record is found by the first line that was made of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0039_flows_on_record"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="capturedevent",
            index=models.Index(
                models.F("filing"), models.F("lines__0"), name="captured_event_first_line"
            ),
        ),
    ]
