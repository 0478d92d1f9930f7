"""More tolerances have names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0016_lot_number_begins"),
    ]

    operations = [
        migrations.AlterField(
            model_name="tolerance",
            name="name",
            field=models.CharField(
                choices=[
                    ("filing_deadline_day", "day of the month by which to file"),
                    (
                        "unconfirmed_grace_days",
                        "days a shipment may take before it must be confirmed",
                    ),
                    (
                        "quantity_tolerance_percent",
                        "difference between seller and buyer that is normal, percent",
                    ),
                    (
                        "quantity_tolerance_kg",
                        "difference between seller and buyer that is normal, kg",
                    ),
                    (
                        "oversold_tolerance_percent",
                        "excess of a lot over what was held that is normal, percent",
                    ),
                    (
                        "oversold_tolerance_kg",
                        "excess of a lot over what was held that is normal, kg",
                    ),
                    (
                        "cap_nearly_used_percent",
                        "share of a cap from which it is nearly used, percent",
                    ),
                    ("over_cap_tolerance_kg", "excess over a cap left alone, kg"),
                    ("yield_tolerance_percent", "recovery beyond the feed left alone, percent"),
                    ("yield_tolerance_kg", "output beyond the feed left alone, kg REO"),
                    (
                        "yield_least_fed_kg",
                        "feed below which a run's recovery is not compared, kg REO",
                    ),
                    (
                        "yield_drop_percent",
                        "fall below an enterprise's own recovery that is normal, percent",
                    ),
                    ("yield_sigmas", "fall below it in multiples of the noise that is normal"),
                    (
                        "yield_norm_separation_percent",
                        "usual least recovery of smelting and separation, percent",
                    ),
                    (
                        "yield_norm_metal_percent",
                        "usual least recovery from oxide to metal, percent",
                    ),
                    (
                        "yield_norm_magnet_percent",
                        "usual least recovery from metal to magnet, percent",
                    ),
                    (
                        "element_tolerance_percent",
                        "difference of an assay that is normal, percent of the value",
                    ),
                    ("element_tolerance_kg", "excess of an element left alone, kg"),
                    (
                        "element_range_percent",
                        "how far an ore may lie beyond the published splits, percent of the value",
                    ),
                    (
                        "element_jump_percent",
                        "more of an element than in other runs that is normal, percent",
                    ),
                    (
                        "stock_tolerance_percent",
                        "difference of a count from the books that is normal, percent of what came",
                    ),
                    (
                        "stock_tolerance_kg",
                        "difference of a count from the books that is normal, kg",
                    ),
                    ("document_span_days", "days that deliveries under one document may lie apart"),
                    (
                        "undocumented_least_kg",
                        "recycled or imported outside one's activities left alone, kg REO",
                    ),
                    ("jump_factor", "times the usual from which a month stands out"),
                    (
                        "repeated_percent",
                        "share of masses that come again in other months, percent",
                    ),
                    ("round_percent", "share of round masses that stands out, percent"),
                    (
                        "even_recovery_percent",
                        "spread of recoveries below which they look computed, percent",
                    ),
                ],
                max_length=40,
                verbose_name="name",
            ),
        ),
    ]
