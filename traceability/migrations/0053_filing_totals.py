"""What filings say in all; and flows found by month and by who sells to whom."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0052_walk_weighs_behind"),
    ]

    operations = [
        migrations.CreateModel(
            name="FilingTotal",
            fields=[
                (
                    "filing",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="traceability.filing",
                    ),
                ),
                ("extraction_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("input_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("output_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("sale_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("purchase_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("import_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("export_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("recycled_kg", models.DecimalField(decimal_places=12, max_digits=30)),
                ("loss_kg", models.DecimalField(decimal_places=12, max_digits=30)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="filingflow",
            index=models.Index(fields=["month", "known_from"], name="filing_flow_of_month"),
        ),
        migrations.AddIndex(
            model_name="filingflow",
            index=models.Index(
                condition=models.Q(("kind", "sale")),
                fields=["month", "enterprise", "partner_id"],
                include=("known_from", "known_to", "kg"),
                name="filing_flow_of_sales",
            ),
        ),
    ]
