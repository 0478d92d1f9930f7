"""A notice belongs to a decision, or, as the extract that it carries, to one of its copies."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0009_copy_query_permissions"),
    ]

    operations = [
        migrations.AddField(
            model_name="officialnotice",
            name="copy",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="extract",
                to="allocations.copy",
            ),
        ),
        migrations.AlterField(
            model_name="officialnotice",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="allocations.decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="officialnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("copy", None)),
                fields=("decision",),
                name="official_notice_once",
            ),
        ),
    ]
