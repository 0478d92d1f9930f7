"""Cases: findings of one cause, and what officials and the enterprise say of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from traceability.permissions import Perm
from traceability.rules.cases import ENDED


class Case(models.Model):
    """The findings of a year that come of one cause at one enterprise, worked as one.

    A finding joins the case of its enterprise and topic, or of whoever caused it, by the rules of
    `rules/cases.py`; an official may merge one case into another, or move findings out into a case
    opened by hand, which later runs add nothing to. `status` is where the work is;
    a closed case is opened again when a finding of it comes or comes back.
    """

    class Topic(models.TextChoices):
        CAPS = "caps", _("caps and designation")
        FILING = "filing", _("filing")
        BALANCE = "balance", _("balance of mass")
        SHIPMENTS = "shipments", _("shipments and documents")
        ORIGIN = "origin", _("origin")
        FIGURES = "figures", _("figures")

    class Status(models.TextChoices):
        OPEN = "open", _("to be worked")
        ASSIGNED = "assigned", _("being worked")
        ASKED = "asked", _("enterprise asked")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        MERGED = "merged", _("merged into another")

    class Outcome(models.TextChoices):
        EXPLAINED = "explained", _("explained")
        CORRECTED = "corrected", _("corrected by amendment")
        REFERRED = "referred", _("referred for penalty")
        MISTAKEN = "mistaken", _("mistaken finding")

    year = models.SmallIntegerField(_("year"))
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="cases")
    topic = models.CharField(_("topic"), max_length=10, choices=Topic)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    opened_at = models.DateTimeField(_("opened at"))
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    answer_due_on = models.DateField(_("answer due on"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    outcome_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, related_name="merged", null=True, blank=True
    )

    opened_by_hand = models.BooleanField(_("opened by hand"), default=False, db_default=False)

    class Meta:
        ordering = ["-opened_at", "-id"]
        default_permissions = ()
        permissions = [(Perm.VIEW_DOSSIERS.split(".")[1], "See dossiers of enterprises")]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "enterprise", "topic"],
                condition=Q(opened_by_hand=False),
                name="case_once",
            ),
            models.CheckConstraint(
                condition=~Q(status="closed")
                | (~Q(outcome="") & ~Q(outcome_reason="") & Q(closed_at__isnull=False)),
                name="case_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into=None)),
                name="case_merged_into_another",
            ),
        ]
        indexes = [models.Index(fields=["status", "enterprise"], name="case_to_work")]

    def __str__(self) -> str:
        return f"{self.year} {self.enterprise} {self.topic}"

    def get_absolute_url(self) -> str:
        """The case's own page."""
        return reverse("traceability:case_detail", args=[self.pk])

    @property
    def is_worked(self) -> bool:
        """Whether anything can still be done in it."""
        return self.status not in ENDED


class CaseEntry(models.Model):
    """One thing that was said or done in a case; entries are only added.

    `by` is empty for what the portal itself did. The enterprise reads questions, its own answers
    and how the case was closed, and nothing else of it. `attachment_digest` is SHA-256.
    """

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("assigned")
        QUESTION = "question", _("question to the enterprise")
        ANSWER = "answer", _("answer of the enterprise")
        NOTE = "note", _("note and evidence")
        MERGED = "merged", _("merged")
        MOVED = "moved", _("findings moved")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("opened again")

    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    at = models.DateTimeField(_("at"))
    text = models.CharField(_("text"), max_length=4000, blank=True)
    due_on = models.DateField(_("answer due on"), null=True, blank=True)
    attachment_name = models.CharField(_("attachment"), max_length=200, blank=True)
    attachment = models.BinaryField(null=True, blank=True)
    attachment_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
