"""When the filer handed a draft over for attestation."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("traceability", "0005_grace_of_fifteen_days")]
    operations = [
        migrations.AddField(
            model_name="filing",
            name="ready_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="handed over at"),
        ),
    ]
