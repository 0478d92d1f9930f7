"""What officials and enterprises say of a filing, and deadlines that were extended."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kernel.fields


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0024_upload_modes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DeadlineExtension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", portal.kernel.fields.MonthField(verbose_name="month")),
                ("last_day", models.DateField(verbose_name="last day to file")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="granted at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "enterprise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="extensions",
                        to="enterprises.enterprise",
                    ),
                ),
            ],
            options={
                "ordering": ["-month", "-id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enterprise", "month", "last_day"), name="deadline_extension_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FilingRemark",
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
                            ("returned", "returned to be amended"),
                            ("question", "question"),
                            ("answer", "answer"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(max_length=2000, verbose_name="text")),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due on")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "filing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remarks",
                        to="traceability.filing",
                    ),
                ),
            ],
            options={
                "ordering": ["filing", "at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "returned"), _negated=True),
                            ("due_on__isnull", False),
                            _connector="OR",
                        ),
                        name="filing_remark_returned_by_a_day",
                    )
                ],
            },
        ),
    ]
