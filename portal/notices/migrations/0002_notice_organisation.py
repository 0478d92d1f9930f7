"""A notice names the organisation that its reader was of when they were told."""

import django.db.models.deletion
from django.db import migrations, models

# Those on record by now were told to people of the organisation that they are of.
FILL = """
update notices_notice n set organisation_id = u.organisation_id
  from accounts_user u where u.id = n.user_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_keep_calendar"),
        ("notices", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="notice",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="notice",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
    ]
