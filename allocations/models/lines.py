"""The lines of decisions, and what ministries say of them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.models.decisions import Decision
from enterprises.models import Enterprise
from portal.accounts.models import Organisation
from portal.kernel.fields import KgField


class Category(models.TextChoices):
    """What a ceiling or cap is for.

    `mining` is history only: notices before 2014, and some batches, gave mining undivided.
    """

    MINING_ROCK = "mining_rock", _("mining, rock type (light)")
    MINING_IONIC = "mining_ionic", _("mining, ionic type (medium and heavy)")
    SEPARATION = "separation", _("smelting and separation")
    MINING = "mining", _("mining, undivided")

    @property
    def short_label(self) -> Any:
        """The label without what explains it, for heads of columns and charts."""
        shorter = {"mining_rock": _("mining, rock type"), "mining_ionic": _("mining, ionic type")}
        return shorter.get(self.value, self.label)


class CeilingLine(models.Model):
    """What a decision adds to (or, negative, takes from) a national ceiling, in kg REO.

    `changed_by` and `changed_at` tell whoever wrote it last while it could still be written.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="ceiling_lines")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    kg = KgField(_("kg REO"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)

    class Meta:
        ordering = ["category"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["decision", "category"], name="ceiling_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.category} {self.kg} kg"


class AllocationLine(models.Model):
    """What a decision adds to (or, negative, takes from) an enterprise's cap, in kg REO.

    `changed_by` and `changed_at` tell whoever wrote it last while it could still be written.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="allocation_lines")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="allocation_lines")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    kg = KgField(_("kg REO"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    changed_at = models.DateTimeField(_("changed at"), null=True, blank=True)

    class Meta:
        ordering = ["enterprise", "category"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "enterprise", "category"],
                name="allocation_line_once",
            )
        ]
        indexes = [models.Index(fields=["enterprise", "category"], name="allocation_of_enterprise")]

    def __str__(self) -> str:
        return f"{self.decision} {self.enterprise} {self.category} {self.kg} kg"


class LineComment(models.Model):
    """What a ministry says of one line of a decision, or answers to such a comment.

    It speaks of `enterprise` and `category`; without an enterprise of the ceiling, without either
    of the decision as a whole. `digest` is the content it was said of.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="line_comments")
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.CharField(_("category"), max_length=16, choices=Category, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answers"
    )
    ministry = models.CharField(_("ministry"), max_length=4, choices=Organisation.Ministry)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    digest = models.CharField(_("digest"), max_length=64)
    text = models.CharField(_("comment"), max_length=1000)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["decision", "enterprise", "category"], name="line_comment_of_line")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="line_comment_settled_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ministry}: {self.text[:60]}"
