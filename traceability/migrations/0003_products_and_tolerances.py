"""The code list of products, and the tolerances that hold from the start."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import migrations

PRODUCTS = Path(__file__).parent.parent / "fixtures" / "products.csv"
FROM_THE_START = date(2000, 1, 1)
TOLERANCES = {
    "filing_deadline_day": "10",
    "unconfirmed_grace_days": "30",
    "quantity_tolerance_percent": "1",
    "quantity_tolerance_kg": "1",
    "oversold_tolerance_percent": "1",
    "oversold_tolerance_kg": "1",
    "cap_nearly_used_percent": "90",
    "over_cap_tolerance_kg": "1",
}


def load(apps, schema_editor):
    """Write both tables."""
    product = apps.get_model("traceability", "Product")
    with PRODUCTS.open(encoding="utf-8", newline="") as lines:
        product.objects.bulk_create(
            product(
                code=row["code"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                stage=row["stage"],
                mining_category=row["mining_category"],
                default_assay=dict(
                    part.split(":") for part in row["default_assay"].split(";") if part
                ),
                position=position,
            )
            for position, row in enumerate(csv.DictReader(lines), start=1)
        )
    tolerance = apps.get_model("traceability", "Tolerance")
    tolerance.objects.bulk_create(
        tolerance(name=name, value=Decimal(value), valid_from=FROM_THE_START)
        for name, value in TOLERANCES.items()
    )


def unload(apps, schema_editor):
    """Empty both tables."""
    apps.get_model("traceability", "Tolerance").objects.all().delete()
    apps.get_model("traceability", "Product").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("traceability", "0002_sealed_filings")]
    operations = [migrations.RunPython(load, unload)]
