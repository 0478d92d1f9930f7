"""Files on their way into a draft."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.kernel.fields import MonthField
from traceability.models.filings import Filing


class Upload(models.Model):
    """One file that somebody sent for a month, and how far checking it has come.

    The row is the job: whoever finds it `queued` (or `working` under a worker that died) takes
    it. `mode`: whether its rows take the place of the draft's records or change them line by
    line; `keep_right`: rows without faults go in, and only the others come back. What replaces a
    draft leaves `kept` purchases of accepted shipments in it, unless `drop_accepted`. `errors`
    lists every fault found: {"line", "cell", "column", "code", "value", ...}, said in the reader's
    language when shown. The file itself is kept as it came.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        WORKING = "working", _("checking")
        ACCEPTED = "accepted", _("in the draft")
        PARTLY = "partly", _("partly in the draft")
        REFUSED = "refused", _("has errors")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("could not be read")

    class Mode(models.TextChoices):
        REPLACE = "replace", _("the file is the whole month and replaces the draft")
        ADD = "add", _("the file adds to the draft, or changes and cancels lines of it")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="uploads")
    month = MonthField(_("month"))
    filing = models.ForeignKey(
        Filing, models.SET_NULL, null=True, blank=True, related_name="uploads"
    )
    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    content_digest = models.CharField(max_length=64)
    size = models.IntegerField(_("bytes"))
    mode = models.CharField(
        _("mode"), max_length=7, choices=Mode, default=Mode.REPLACE, db_default=Mode.REPLACE
    )
    keep_right = models.BooleanField(_("keep what is right"), default=False, db_default=False)
    drop_accepted = models.BooleanField(
        _("replaces accepted purchases too"), default=False, db_default=False
    )
    kept = models.IntegerField(_("purchases kept"), default=0, db_default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    done = models.IntegerField(_("rows done"), default=0)
    total = models.IntegerField(_("rows in all"), default=0)
    errors = models.JSONField(default=list, blank=True)
    error_count = models.IntegerField(_("errors"), default=0)
    deliveries = models.SmallIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("sent at"))
    stop_asked_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["enterprise", "month", "-id"], name="upload_of_month"),
            models.Index(
                fields=["state"],
                condition=models.Q(state__in=["queued", "working"]),
                name="upload_to_do",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} {self.month}"

    def get_absolute_url(self) -> str:
        """Where its progress and its errors are shown."""
        return reverse("traceability:upload_detail", args=[self.pk])
