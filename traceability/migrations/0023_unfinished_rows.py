"""Rows of a draft that are not records yet."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0022_upload_content_as_it_is"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="UnfinishedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line", models.IntegerField(verbose_name="line")),
                ("cells", models.JSONField(default=dict)),
                ("faults", models.JSONField(default=list)),
                ("at", models.DateTimeField(verbose_name="written at")),
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
                        related_name="unfinished_rows",
                        to="traceability.filing",
                    ),
                ),
            ],
            options={
                "ordering": ["filing", "line"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("filing", "line"), name="unfinished_row_once")
                ],
            },
        ),
    ]
