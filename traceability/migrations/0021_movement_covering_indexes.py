from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0020_cases_stay_on_record"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="movement",
            name="movement_source",
        ),
        migrations.RemoveIndex(
            model_name="movement",
            name="movement_target",
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                fields=["source"],
                include=(
                    "target",
                    "lot",
                    "kind",
                    "country",
                    "gross_kg",
                    "reo_kg",
                    "known_from",
                    "known_to",
                ),
                name="movement_from_pool",
            ),
        ),
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                fields=["target"],
                include=(
                    "source",
                    "lot",
                    "kind",
                    "country",
                    "gross_kg",
                    "reo_kg",
                    "known_from",
                    "known_to",
                ),
                name="movement_to_pool",
            ),
        ),
    ]
