"""What is known of enterprises that a cap may go to: eligibility, capacity, scores."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.models.lines import Category
from enterprises.models import Enterprise
from portal.kernel.fields import KgField


class Eligibility(models.Model):
    """What was found of one enterprise under one criterion of the yearly notices, with evidence.

    Never edited: the latest row of an enterprise and criterion counts until `valid_until`.
    """

    class Criterion(models.TextChoices):
        LICENCES = "licences", _("mining and safety production licences held")
        PROCESSES = "processes", _("no banned process")
        SCALE = "scale", _("separation capacity of at least 2,000 t REO a year")
        POLLUTANTS = "pollutants", _("GB 26451-2011, radiation rules and discharge permit kept")
        TAILINGS = "tailings", _("tailings-dam rules kept")
        RUNNING = "running", _("not stopped for long")

    class Verdict(models.TextChoices):
        MET = "met", _("met")
        NOT_MET = "not_met", _("not met")
        NOT_APPLICABLE = "not_applicable", _("does not apply")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="eligibility")
    criterion = models.CharField(_("criterion"), max_length=12, choices=Criterion)
    verdict = models.CharField(_("finding"), max_length=16, choices=Verdict)
    evidence = models.CharField(_("evidence"), max_length=500)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    attachment_name = models.CharField(_("attachment"), max_length=200, blank=True)
    attachment = models.BinaryField(null=True, blank=True)
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField(_("assessed at"))

    class Meta:
        ordering = ["enterprise", "criterion", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["enterprise", "criterion", "-id"], name="eligibility_latest")
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="eligibility_with_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.criterion} {self.verdict}"


class Assessment(models.Model):
    """Capacity of an enterprise in a category, kg REO a year, and scores of 0 to 100.

    From `from_year` on, until a later row; never edited. Basis: 2025 measures, article 6 (capacity,
    technology, environment and safety).
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="assessments")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    from_year = models.SmallIntegerField(_("from the year"))
    capacity_kg = KgField(_("capacity, kg REO a year"))
    technology = models.DecimalField(
        _("technology"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    environment = models.DecimalField(
        _("environment"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    safety = models.DecimalField(_("safety"), max_digits=5, decimal_places=2, null=True, blank=True)
    document = models.CharField(_("document"), max_length=200)
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField(_("assessed at"))

    class Meta:
        ordering = ["enterprise", "category", "-from_year", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["enterprise", "category", "-from_year", "-id"], name="assessment_latest"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity_kg__gte=0), name="assessment_capacity_not_negative"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{score: None}) | Q(**{f"{score}__gte": 0, f"{score}__lte": 100}),
                    name=f"assessment_{score}_of_hundred",
                )
                for score in ("technology", "environment", "safety")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.category} {self.from_year}: {self.capacity_kg} kg"
