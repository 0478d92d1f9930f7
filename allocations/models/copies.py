"""Copies of issued decisions, and what becomes of them at their recipients."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models.decisions import Decision
from allocations.permissions import Perm
from portal.accounts.models import Organisation


class Copy(models.Model):
    """What an authority or an enterprise receives of an issued decision.

    An authority's holds the lines of its territory, an enterprise's its own; `parent` is the copy
    that it was passed down from, `sent_by` who passed it down. Acknowledgement is due on `due_on`.

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
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    due_on = models.DateField(_("to be acknowledged by"), null=True, blank=True)
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


class Opening(models.Model):
    """The first time that a person of the recipient opened a copy."""

    copy = models.ForeignKey(Copy, models.PROTECT, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["copy", "user"], name="opening_once_for_person")
        ]

    def __str__(self) -> str:
        return f"{self.user} opened {self.copy}"


class Outdating(models.Model):
    """A later decision's copy says something else of a line that an earlier copy holds."""

    earlier = models.ForeignKey(Copy, models.PROTECT, related_name="outdated_by")
    later = models.ForeignKey(Copy, models.PROTECT, related_name="outdates")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["earlier", "later"], name="outdating_once"),
        ]

    def __str__(self) -> str:
        return f"{self.later} outdates {self.earlier}"


class Reminder(models.Model):
    """A recipient was reminded on this day to acknowledge its copy; at most once a day."""

    copy = models.ForeignKey(Copy, models.PROTECT, related_name="reminders")
    on = models.DateField(_("on"))

    class Meta:
        ordering = ["on", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["copy", "on"], name="reminder_once_a_day")]

    def __str__(self) -> str:
        return f"{self.copy} {self.on}"


class CopyQuery(models.Model):
    """What a recipient asks the ministry about its copy, and the answer; no number changes."""

    copy = models.ForeignKey(Copy, models.PROTECT, related_name="queries")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    text = models.CharField(_("query"), max_length=1000)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=1000, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        default_permissions = ()
        permissions = [
            (Perm.ASK_ABOUT_COPY.split(".")[1], "Ask the ministry about a copy"),
            (Perm.ANSWER_QUERY.split(".")[1], "Answer queries about copies"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="copy_query_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.copy}: {self.text[:60]}"

    def get_absolute_url(self) -> str:
        """Where it stands on the page of its copy."""
        return f"{self.copy.get_absolute_url()}#query-{self.pk}"
