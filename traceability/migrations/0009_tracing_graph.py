import django.db.models.deletion
from django.db import migrations, models

import portal.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0008_replay"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pool",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("holding", "holding"),
                            ("run", "process run"),
                            ("shipment", "shipment"),
                        ],
                        max_length=8,
                    ),
                ),
                ("run", models.CharField(blank=True, default="", max_length=60)),
                (
                    "counterparty",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enterprises.enterprise",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enterprises.enterprise",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pools",
                        to="traceability.lot",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("extraction", "extraction"),
                            ("input", "input"),
                            ("output", "output"),
                            ("sale", "sale"),
                            ("purchase", "purchase"),
                            ("import", "import"),
                            ("export", "export"),
                            ("recycled", "recycled"),
                            ("loss", "loss"),
                            ("stock", "stock count"),
                        ],
                        max_length=10,
                    ),
                ),
                ("country", models.CharField(blank=True, default="", max_length=2)),
                (
                    "gross_kg",
                    portal.kernel.fields.KgField(
                        decimal_places=3, max_digits=18, verbose_name="gross kg"
                    ),
                ),
                (
                    "reo_kg",
                    portal.kernel.fields.KgField(
                        decimal_places=3, max_digits=18, null=True, verbose_name="kg REO"
                    ),
                ),
                ("known_from", models.DateTimeField()),
                ("known_to", models.DateTimeField(null=True)),
                (
                    "filing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="traceability.filing",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="traceability.lot",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="traceability.pool",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="traceability.pool",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="pool",
            index=models.Index(
                condition=models.Q(("kind", "holding")),
                fields=["enterprise", "-lot"],
                name="pool_holdings_of_enterprise",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "holding")),
                fields=("lot", "enterprise"),
                name="pool_holding_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "run")),
                fields=("enterprise", "run"),
                name="pool_run_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pool",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "shipment")),
                fields=("lot", "enterprise", "counterparty"),
                name="pool_shipment_once",
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["source"], name="movement_source"),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["target"], name="movement_target"),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(fields=["filing"], name="movement_filing"),
        ),
    ]
