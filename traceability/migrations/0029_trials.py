"""Values are tried over past months before they take effect."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0028_proposals_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("values", models.JSONField(verbose_name="values")),
                ("first_month", portal.kernel.fields.MonthField(verbose_name="from month")),
                ("last_month", portal.kernel.fields.MonthField(verbose_name="to month")),
                ("as_of", models.DateField(verbose_name="as of")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("running", "running"),
                            ("finished", "finished"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "started_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="started at"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
                ),
                ("done", models.SmallIntegerField(default=0, verbose_name="checks done")),
                ("total", models.SmallIntegerField(default=0, verbose_name="checks in all")),
                ("deliveries", models.SmallIntegerField(default=0)),
                ("counts", models.JSONField(blank=True, default=dict)),
                ("record", models.JSONField(blank=True, default=dict)),
                ("failure", models.CharField(blank=True, max_length=500)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="trials",
                        to="traceability.toleranceproposal",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="TrialFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("new", "found newly"),
                            ("cleared", "no longer found"),
                            ("kept", "stays"),
                        ],
                        max_length=7,
                        verbose_name="change",
                    ),
                ),
                ("year", models.SmallIntegerField(verbose_name="year")),
                ("code", models.CharField(max_length=30, verbose_name="code")),
                ("key", models.CharField(max_length=200)),
                (
                    "severity",
                    models.CharField(
                        choices=[("high", "high"), ("medium", "medium"), ("low", "low")],
                        max_length=6,
                        verbose_name="severity",
                    ),
                ),
                (
                    "month",
                    portal.kernel.fields.MonthField(blank=True, null=True, verbose_name="month"),
                ),
                (
                    "category",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("mining_rock", "mining, rock type (light)"),
                            ("mining_ionic", "mining, ionic type (medium and heavy)"),
                            ("separation", "smelting and separation"),
                            ("mining", "mining, undivided"),
                        ],
                        max_length=16,
                        verbose_name="category",
                    ),
                ),
                ("run", models.CharField(blank=True, max_length=60, verbose_name="process run")),
                ("document", models.CharField(blank=True, max_length=60, verbose_name="document")),
                (
                    "amount_kg",
                    portal.kernel.fields.KgField(
                        blank=True, decimal_places=3, max_digits=18, null=True, verbose_name="kg"
                    ),
                ),
                (
                    "amount_before_kg",
                    portal.kernel.fields.KgField(
                        blank=True,
                        decimal_places=3,
                        max_digits=18,
                        null=True,
                        verbose_name="kg before",
                    ),
                ),
                ("arithmetic", models.JSONField(default=dict)),
                (
                    "counterparty",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enterprises.enterprise",
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="enterprises.enterprise",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="traceability.finding",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="traceability.lot",
                    ),
                ),
                (
                    "trial",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="traceability.trial",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("trial", "year", "code", "key"), name="tried_once"
                    )
                ],
            },
        ),
    ]
