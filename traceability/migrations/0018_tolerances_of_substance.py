"""Tolerances of the checks of runs, elements, stock, documents and figures.

Recoveries are those of the trade, not verified: officials change them by rows of a later day.
"""

from datetime import date
from decimal import Decimal

from django.db import migrations

FROM_THE_START = date(2000, 1, 1)
TOLERANCES = {
    "yield_tolerance_percent": "0.5",
    "yield_tolerance_kg": "0.5",
    "yield_least_fed_kg": "20",
    "yield_drop_percent": "3",
    "yield_sigmas": "5",
    "yield_norm_separation_percent": "90",
    "yield_norm_metal_percent": "95",
    "yield_norm_magnet_percent": "70",
    "element_tolerance_percent": "5",
    "element_tolerance_kg": "0.5",
    "element_range_percent": "20",
    "element_jump_percent": "40",
    "stock_tolerance_percent": "0.75",
    "stock_tolerance_kg": "1",
    "document_span_days": "45",
    "undocumented_least_kg": "100",
    "jump_factor": "5",
    "repeated_percent": "30",
    "round_percent": "80",
    "even_recovery_percent": "0.03",
}


def load(apps, schema_editor):
    """Write the rows."""
    tolerance = apps.get_model("traceability", "Tolerance")
    tolerance.objects.bulk_create(
        tolerance(name=name, value=Decimal(value), valid_from=FROM_THE_START)
        for name, value in TOLERANCES.items()
    )


def unload(apps, schema_editor):
    """Take the rows out."""
    apps.get_model("traceability", "Tolerance").objects.filter(name__in=TOLERANCES).delete()


class Migration(migrations.Migration):
    dependencies = [("traceability", "0017_tolerance_names")]
    operations = [migrations.RunPython(load, unload)]
