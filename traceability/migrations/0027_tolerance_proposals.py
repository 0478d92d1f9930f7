"""Tolerances are changed by proposal and approval; who may see and keep them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("traceability", "0026_remarks_stand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="filing",
            options={
                "default_permissions": (),
                "ordering": ["-month", "-version"],
                "permissions": [
                    ("view_filings", "See filings"),
                    ("prepare_filing", "Prepare filings"),
                    ("submit_filing", "Attest and submit filings"),
                    ("view_reconciliations", "See reconciliations"),
                    ("reconcile", "Run reconciliations"),
                    ("view_findings", "See findings"),
                    ("work_findings", "Work findings"),
                    ("answer_findings", "Answer what is asked of findings"),
                    ("view_tolerances", "See tolerances and what they let pass"),
                    ("keep_tolerances", "Propose and approve tolerances"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ToleranceProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
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
                            (
                                "yield_tolerance_percent",
                                "recovery beyond the feed left alone, percent",
                            ),
                            ("yield_tolerance_kg", "output beyond the feed left alone, kg REO"),
                            (
                                "yield_least_fed_kg",
                                "feed below which a run's recovery is not compared, kg REO",
                            ),
                            (
                                "yield_drop_percent",
                                "fall below an enterprise's own recovery that is normal, percent",
                            ),
                            (
                                "yield_sigmas",
                                "fall below it in multiples of the noise that is normal",
                            ),
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
                                "how far an ore may lie beyond the published splits,"
                                " percent of the value",
                            ),
                            (
                                "element_jump_percent",
                                "more of an element than in other runs that is normal, percent",
                            ),
                            (
                                "stock_tolerance_percent",
                                "difference of a count from the books that is normal,"
                                " percent of what came",
                            ),
                            (
                                "stock_tolerance_kg",
                                "difference of a count from the books that is normal, kg",
                            ),
                            (
                                "document_span_days",
                                "days that deliveries under one document may lie apart",
                            ),
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
                        verbose_name="tolerance",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(decimal_places=4, max_digits=14, verbose_name="value"),
                ),
                ("valid_from", models.DateField(verbose_name="valid from")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "to be decided"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("withdrawn", "taken back"),
                        ],
                        default="waiting",
                        max_length=9,
                        verbose_name="status",
                    ),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="reason of the decision"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tolerance",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="traceability.tolerance",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "waiting")),
                        fields=("name",),
                        name="proposal_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "withdrawn"),
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="proposal_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "approved"), ("tolerance__isnull", False)),
                            models.Q(
                                models.Q(("status", "approved"), _negated=True), ("tolerance", None)
                            ),
                            _connector="OR",
                        ),
                        name="proposal_approved_has_its_row",
                    ),
                ],
            },
        ),
    ]
