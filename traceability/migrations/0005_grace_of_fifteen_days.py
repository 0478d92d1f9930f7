"""Goods in China travel for days, not weeks: fifteen days of grace instead of thirty.

A month-long grace would leave every shipment unjudged until the deadline of the month after next.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

NAME = "unconfirmed_grace_days"
VALID_FROM = date(2025, 1, 1)


def load(apps, schema_editor):
    """A new row; the one before stays for the time before."""
    apps.get_model("traceability", "Tolerance").objects.create(
        name=NAME,
        value=Decimal(15),
        valid_from=VALID_FROM,
        note="road and rail within China, unloading and weighing included",
    )


def unload(apps, schema_editor):
    """Take the row out."""
    apps.get_model("traceability", "Tolerance").objects.filter(
        name=NAME, valid_from=VALID_FROM
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("traceability", "0004_record_counterparty_index")]
    operations = [migrations.RunPython(load, unload)]
