"""Documents of EPCIS events on their way into drafts, and the events that became records."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0003_register_partner"),
        ("traceability", "0030_trials_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Capture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "capture_id",
                    models.UUIDField(default=uuid.uuid4, unique=True, verbose_name="job"),
                ),
                (
                    "behaviour",
                    models.CharField(
                        choices=[
                            ("rollback", "all or nothing"),
                            ("proceed", "what is right goes in"),
                        ],
                        max_length=8,
                        verbose_name="on errors",
                    ),
                ),
                ("content", models.BinaryField()),
                ("content_digest", models.CharField(max_length=64)),
                ("size", models.IntegerField(verbose_name="bytes")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting"),
                            ("working", "checking"),
                            ("accepted", "in the draft"),
                            ("partly", "partly in the draft"),
                            ("refused", "has errors"),
                        ],
                        default="queued",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("total", models.IntegerField(verbose_name="events")),
                ("captured", models.IntegerField(default=0, verbose_name="captured")),
                ("known", models.IntegerField(default=0, verbose_name="known before")),
                ("errors", models.JSONField(blank=True, default=list)),
                ("error_count", models.IntegerField(default=0, verbose_name="errors")),
                ("deliveries", models.SmallIntegerField(default=0)),
                ("at", models.DateTimeField(verbose_name="sent at")),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
                ),
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
                        related_name="captures",
                        to="enterprises.enterprise",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-id"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="CapturedEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("event_id", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                (
                    "lines",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("changed", models.BooleanField(default=False)),
                (
                    "capture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="traceability.capture",
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
                    "filing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captured_events",
                        to="traceability.filing",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="capture",
            index=models.Index(fields=["enterprise", "-id"], name="capture_of_enterprise"),
        ),
        migrations.AddIndex(
            model_name="capture",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "working"])),
                fields=["state"],
                name="capture_to_do",
            ),
        ),
        migrations.AddConstraint(
            model_name="capturedevent",
            constraint=models.UniqueConstraint(
                fields=("enterprise", "event_id"), name="captured_event_once"
            ),
        ),
    ]
