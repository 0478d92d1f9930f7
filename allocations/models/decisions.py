"""Decisions: what is decided for a year, and how far it has come."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.permissions import Perm


class Decision(models.Model):
    """A set of ceiling and allocation lines, signed and issued together.

    Lines change while it is a draft or circulated, and never after issue: a correction is another
    decision. `content_digest` is SHA-256 over what the ministries sign. `document_no` is the number
    of the notice, `approval_no` the State Council's. `number` counts the decisions of a year.
    `effective_on`: the first day on which it may be issued; none means as soon as it is ready.
    `issues_at`: when the cooling-off ends that began with the order to issue it.
    """

    class Regime(models.TextChoices):
        DIRECTIVE_PLAN = (
            "directive_plan",
            _("directive production plan (2012 measures)"),
        )
        TOTAL_CONTROL = "total_control", _("total volume control (2025 measures)")

    class Kind(models.TextChoices):
        ANNUAL = "annual", _("annual")
        BATCH = "batch", _("batch")
        ADJUSTMENT = "adjustment", _("adjustment")
        DEDUCTION = "deduction", _("deduction")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        CIRCULATED = "circulated", _("circulated")
        SIGNED = "signed", _("signed")
        ORDERED = "ordered", _("to be issued")
        ISSUED = "issued", _("issued")
        WITHDRAWN = "withdrawn", _("withdrawn")

    year = models.SmallIntegerField(_("year"))
    number = models.SmallIntegerField(_("number in the year"))
    regime = models.CharField(_("regime"), max_length=16, choices=Regime)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    document_no = models.CharField(_("document number"), max_length=120, blank=True)
    approval_no = models.CharField(_("State Council approval number"), max_length=120, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    content_digest = models.CharField(_("digest"), max_length=64, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted at"))
    circulated_at = models.DateTimeField(_("circulated at"), null=True, blank=True)
    effective_on = models.DateField(_("effective on"), null=True, blank=True)
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    ordered_at = models.DateTimeField(_("ordered to be issued at"), null=True, blank=True)
    issues_at = models.DateTimeField(_("to be issued at"), null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)

    class Meta:
        ordering = ["-year", "-number"]
        default_permissions = ()
        permissions = [
            (perm.value.split(".")[1], text)
            for perm, text in (
                (Perm.VIEW_DECISIONS, "See decisions"),
                (Perm.VIEW_CAPS, "See caps"),
                (Perm.VIEW_COPIES, "See copies"),
                (Perm.DRAFT_DECISION, "Draft decisions"),
                (Perm.SIGN_DECISION, "Sign decisions"),
                (Perm.ISSUE_DECISION, "Issue decisions"),
                (Perm.ACKNOWLEDGE_COPY, "Acknowledge copies"),
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="decision_number_once"),
            models.UniqueConstraint(
                fields=["document_no"],
                condition=Q(status__in=["issued", "ordered"]) & ~Q(document_no=""),
                name="decision_document_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="issued")
                | (Q(issued_at__isnull=False, issued_by__isnull=False) & ~Q(content_digest="")),
                name="decision_issued_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status="ordered")
                | (
                    Q(ordered_at__isnull=False, ordered_by__isnull=False, issues_at__isnull=False)
                    & ~Q(content_digest="")
                ),
                name="decision_ordered_complete",
            ),
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(effective_on__year=F("year")),
                name="decision_effective_in_its_year",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    def get_absolute_url(self) -> str:
        """The decision's own page."""
        return reverse("allocations:decision_detail", args=[self.pk])

    @property
    def title(self) -> str:
        """Year and number, as it is called before it has the number of a notice."""
        return str(self)

    @property
    def measures(self) -> Any:
        """The measures that its regime follows, in short."""
        return _MEASURES[self.regime]


_MEASURES = {
    Decision.Regime.DIRECTIVE_PLAN.value: _("2012 measures"),
    Decision.Regime.TOTAL_CONTROL.value: _("2025 measures"),
}
