"""Findings can be put into a case by hand, and cases opened by hand beside those that runs keep."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("traceability", "0045_walk_both_sides")]
    operations = [
        migrations.RemoveConstraint(model_name="case", name="case_once"),
        migrations.AddField(
            model_name="case",
            name="opened_by_hand",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="opened by hand"
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="placed_by_hand",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="caseentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("assigned", "assigned"),
                    ("question", "question to the enterprise"),
                    ("answer", "answer of the enterprise"),
                    ("note", "note and evidence"),
                    ("merged", "merged"),
                    ("moved", "findings moved"),
                    ("closed", "closed"),
                    ("reopened", "opened again"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("opened_by_hand", False)),
                fields=("year", "enterprise", "topic"),
                name="case_once",
            ),
        ),
    ]
