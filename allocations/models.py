"""Decisions with their lines, sign-offs, and the copies that go out."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.permissions import Perm
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


class Decision(models.Model):
    """A set of ceiling and allocation lines, signed and issued together.

    Lines change while it is a draft or circulated, and never after issue: a correction is another
    decision. `content_digest` is SHA-256 over what the ministries sign. `document_no` is the number
    of the notice, `approval_no` the State Council's. `number` counts the decisions of a year.
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
                condition=Q(status="issued") & ~Q(document_no=""),
                name="decision_document_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="issued")
                | (Q(issued_at__isnull=False, issued_by__isnull=False) & ~Q(content_digest="")),
                name="decision_issued_complete",
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


class CeilingLine(models.Model):
    """What a decision adds to (or, negative, takes from) a national ceiling, in kg REO."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="ceiling_lines")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    kg = KgField(_("kg REO"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["category"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["decision", "category"], name="ceiling_line_once")
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.category} {self.kg} kg"


class AllocationLine(models.Model):
    """What a decision adds to (or, negative, takes from) an enterprise's cap, in kg REO."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="allocation_lines")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="allocation_lines")
    category = models.CharField(_("category"), max_length=16, choices=Category)
    kg = KgField(_("kg REO"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)

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


class SignOff(models.Model):
    """One ministry's verdict on the content with this digest; void once the content changes.

    `transcribed`: the ministry signed on paper before the portal, and the operator put it on record
    with the number of the notice; `user` is then the operator's.
    """

    class Verdict(models.TextChoices):
        AGREED = "agreed", _("agreed")
        REFUSED = "refused", _("refused")

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="sign_offs")
    ministry = models.CharField(_("ministry"), max_length=4, choices=Organisation.Ministry)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    digest = models.CharField(_("digest"), max_length=64)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    transcribed = models.BooleanField(_("signed on paper"), default=False)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "ministry", "digest"],
                name="sign_off_once_for_content",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ministry} {self.verdict} {self.decision}"


class Copy(models.Model):
    """What one authority receives of an issued decision: the lines of its territory.

    `content` is the snapshot, `digest` SHA-256 over it; the database lets nothing of a copy change
    but the acknowledgement, and that once.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="copies")
    recipient = models.ForeignKey(Organisation, models.PROTECT, related_name="copies")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="passed_down"
    )
    content = models.JSONField(encoder=DjangoJSONEncoder)
    digest = models.CharField(_("digest"), max_length=64)
    sent_at = models.DateTimeField(_("sent at"))
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )

    class Meta:
        ordering = ["-sent_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "recipient"], name="copy_once_for_recipient"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="copy_acknowledged_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} → {self.recipient}"

    def get_absolute_url(self) -> str:
        """The copy's own page."""
        return reverse("allocations:copy_detail", args=[self.pk])
