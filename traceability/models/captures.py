"""Documents of EPCIS events on their way into drafts, and the events that became records."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from traceability.models.filings import Filing


class Capture(models.Model):
    """One document of events that a system sent, and what became of it.

    The row is the job: whoever finds it `queued` (or `working` under a worker that died) takes it.
    `behaviour`: all or nothing, or what is right. `errors` lists what was wrong: {"place",
    "pointer", "code", "value", "event_id"}, said in the reader's language when shown. `captured`
    counts the events that went into drafts, `known` those that were there before. The document
    itself is kept as it came.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        WORKING = "working", _("checking")
        ACCEPTED = "accepted", _("in the draft")
        PARTLY = "partly", _("partly in the draft")
        REFUSED = "refused", _("has errors")

    class Behaviour(models.TextChoices):
        ROLLBACK = "rollback", _("all or nothing")
        PROCEED = "proceed", _("what is right goes in")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="captures")
    capture_id = models.UUIDField(_("job"), default=uuid.uuid4, unique=True)
    behaviour = models.CharField(_("on errors"), max_length=8, choices=Behaviour)
    content = models.BinaryField()
    content_digest = models.CharField(max_length=64)
    size = models.IntegerField(_("bytes"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    total = models.IntegerField(_("events"))
    captured = models.IntegerField(_("captured"), default=0)
    known = models.IntegerField(_("known before"), default=0)
    errors = models.JSONField(default=list, blank=True)
    error_count = models.IntegerField(_("errors"), default=0)
    deliveries = models.SmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("sent at"))
    taken_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="capture_of_enterprise"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["queued", "working"]),
                name="capture_to_do",
            ),
        ]

    def __str__(self) -> str:
        return str(self.capture_id)

    def get_absolute_url(self) -> str:
        """Where its errors are shown."""
        return reverse("traceability:capture_detail", args=[self.capture_id])

    @property
    def running(self) -> bool:
        """Whether it still waits or is worked on."""
        return self.state in (self.State.QUEUED, self.State.WORKING)

    @property
    def success(self) -> bool:
        """Whether no error was met so far."""
        return self.running or self.state == self.State.ACCEPTED


class CapturedEvent(models.Model):
    """An event that an enterprise's system sent, so that it is not taken twice.

    `lines`: the records of `filing` that were made of it and still stand; `changed`: some of these
    do no longer say what the event said. `digest` is SHA-256 over what it said.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    event_id = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="events")
    filing = models.ForeignKey(Filing, models.PROTECT, related_name="captured_events")
    lines = ArrayField(models.IntegerField(), default=list)
    changed = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["event_id", "enterprise"], name="captured_event_once")
        ]
        # The event of a record, by the first line that was made of it.
        indexes = [models.Index("filing", "lines__0", name="captured_event_first_line")]

    def __str__(self) -> str:
        return self.event_id
