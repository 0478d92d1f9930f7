"""A file replaces a draft or adds to it, whole or in part, and can be stopped."""

from django.db import migrations, models

MODES = [
    ("replace", "the file is the whole month and replaces the draft"),
    ("add", "the file adds to the draft, or changes and cancels lines of it"),
]
STATES = [
    ("queued", "waiting"),
    ("working", "checking"),
    ("accepted", "in the draft"),
    ("partly", "partly in the draft"),
    ("refused", "has errors"),
    ("stopped", "stopped"),
    ("failed", "could not be read"),
]


class Migration(migrations.Migration):
    dependencies = [("traceability", "0023_unfinished_rows")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="mode",
            field=models.CharField(
                choices=MODES,
                db_default="replace",
                default="replace",
                max_length=7,
                verbose_name="mode",
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="keep_right",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="keep what is right"
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="stop_asked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="upload",
            name="state",
            field=models.CharField(
                choices=STATES, default="queued", max_length=8, verbose_name="state"
            ),
        ),
    ]
