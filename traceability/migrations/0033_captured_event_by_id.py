"""Captured events are found by their ids, whoever sent them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0032_dossier_permission"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="capturedevent",
            name="captured_event_once",
        ),
        migrations.AddConstraint(
            model_name="capturedevent",
            constraint=models.UniqueConstraint(
                fields=("event_id", "enterprise"), name="captured_event_once"
            ),
        ),
    ]
