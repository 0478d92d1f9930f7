"""A file that replaces a draft says whether accepted purchases stay, and how many did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("traceability", "0049_element_flows_on_record")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="drop_accepted",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="replaces accepted purchases too"
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="kept",
            field=models.IntegerField(db_default=0, default=0, verbose_name="purchases kept"),
        ),
    ]
