"""Scenarios: proposals of who receives how much of a ceiling, and what became of them."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models.decisions import Decision
from allocations.models.lines import Category
from enterprises.models import Enterprise
from portal.kernel.fields import KgField


class Scenario(models.Model):
    """A total of a year and category divided by rules, kg REO, as its maker saved it.

    `rules` are the weights and limits; the shares are what came of them and of the figures on
    record when it was saved. Never edited: other rules are another scenario. `left_out`: who could
    receive no share and why, as pairs of enterprise and code.
    """

    year = models.SmallIntegerField(_("year"))
    category = models.CharField(_("category"), max_length=16, choices=Category)
    name = models.CharField(_("name"), max_length=60)
    total_kg = KgField(_("to be divided, kg REO"))
    rules = models.JSONField(encoder=DjangoJSONEncoder)
    left_out = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering = ["-made_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["year", "category", "name"], name="scenario_named_once"
            ),
            models.CheckConstraint(condition=Q(total_kg__gt=0), name="scenario_divides_something"),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.category} {self.name}"

    def get_absolute_url(self) -> str:
        """The scenario's own page."""
        return reverse("allocations:scenario_detail", args=[self.pk])


class ScenarioShare(models.Model):
    """What one enterprise would receive in a scenario, whole kg REO, and what holds it there.

    `target_kg` is what the weights alone gave, `cut_kg` what penalties took, `last_kg` last year's
    cap.
    """

    class Held(models.TextChoices):
        FLOOR = "floor", _("floor")
        CEILING = "ceiling", _("ceiling")
        PENALTY = "penalty", _("penalty")

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="shares")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    kg = KgField(_("kg REO"))
    target_kg = KgField(_("by the weights alone, kg REO"))
    last_kg = KgField(_("last year, kg REO"))
    cut_kg = KgField(_("cut after penalties, kg REO"))
    held = models.CharField(_("held by"), max_length=8, choices=Held, blank=True)

    class Meta:
        ordering = ["-kg", "enterprise"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["scenario", "enterprise"], name="scenario_share_once"),
            models.CheckConstraint(
                condition=Q(kg__gte=0, cut_kg__gte=0), name="scenario_share_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario}: {self.enterprise} {self.kg} kg"


class Promotion(models.Model):
    """A scenario was made the lines of a decision."""

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="promotions")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="promotions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.scenario} → {self.decision}"
