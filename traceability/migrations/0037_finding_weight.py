"""What a finding weighs orders those of one severity."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0036_record_behind"),
    ]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="weight",
            field=models.SmallIntegerField(default=0, verbose_name="weight"),
        ),
    ]
