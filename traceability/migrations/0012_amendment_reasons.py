"""An amendment names the kind of its reason."""

from django.db import migrations, models

KINDS = [
    ("typing", "typing or transfer error"),
    ("left_out", "records left out or found late"),
    ("not_so", "records of what did not happen, or twice"),
    ("measured", "weight or assay measured anew"),
    ("partner", "agreed with the trading partner"),
    ("returned", "returned by an authority"),
    ("other", "another reason"),
]


class Migration(migrations.Migration):
    dependencies = [("traceability", "0011_movements_on_record")]

    operations = [
        migrations.AddField(
            model_name="filing",
            name="reason_kind",
            field=models.CharField(
                blank=True,
                choices=KINDS,
                db_default="",
                default="",
                max_length=8,
                verbose_name="kind of reason",
            ),
        ),
    ]
