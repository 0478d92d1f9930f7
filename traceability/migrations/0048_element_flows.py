"""Flows are kept of single elements too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0047_saved_views"),
    ]

    operations = [
        migrations.AddField(
            model_name="filingflow",
            name="ce_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="dy_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="eu_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="gd_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="la_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="prnd_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="sm_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="tb_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="filingflow",
            name="y_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="ce_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="dy_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="eu_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="gd_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="la_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="prnd_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="sm_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="tb_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
        migrations.AddField(
            model_name="monthflow",
            name="y_kg",
            field=models.DecimalField(decimal_places=12, max_digits=30, null=True),
        ),
    ]
