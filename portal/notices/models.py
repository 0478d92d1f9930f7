"""Notices to people, and how they want to have them."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.notices.kinds import KINDS, say


class Notice(models.Model):
    """One person is told of one thing; the words come of `kind` and `facts` when it is read.

    Written in the transaction of the deed it tells of. `organisation` was theirs when they were
    told: who has gone to another reads it no longer. `subject` is what the kind's page is about.
    With a `once`, no second notice of that kind bears it for the same person. `mail_at` is when it
    is to go out by e-mail, none where the person reads it in the portal only; `mailed_at` when it
    did. `mail_tries` counts the times that the mail server did not take it.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=24)
    subject = models.CharField(max_length=40)
    facts = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    once = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "-at", "-id"], name="notice_of_person"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(
                fields=["mail_at"],
                condition=Q(mail_at__isnull=False, mailed_at=None, read_at=None),
                name="notice_to_be_mailed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "once"], condition=~Q(once=""), name="notice_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    def get_absolute_url(self) -> str:
        """The page of what it is about; a fact `query` names the part of it."""
        return reverse(KINDS[self.kind].page, args=[self.subject]) + self.facts.get("query", "")

    @property
    def name(self) -> Any:
        """What its kind is called."""
        return KINDS[self.kind].name

    @property
    def text(self) -> str:
        """What it says, in the reader's language."""
        return say(self.kind, self.facts)


class Preference(models.Model):
    """How one person wants to have notices of one kind; without a row, as the kind has it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=24)
    channel = models.CharField(_("how"), max_length=8)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="preference_once"),
            models.CheckConstraint(
                condition=Q(channel__in=["mail", "portal", "off"]), name="preference_channel_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.kind} {self.channel}"
