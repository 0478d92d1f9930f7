"""Sent files are kept as they are, not packed: they are read piece by piece."""

from django.db import migrations

_STORE = "alter table traceability_upload alter column content set storage {}"


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0042_draws_stand"),
    ]

    operations = [
        migrations.RunSQL(_STORE.format("external"), _STORE.format("extended")),
    ]
