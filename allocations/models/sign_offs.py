"""Verdicts of the ministries, and stops."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from allocations.models.decisions import Decision
from portal.accounts.models import Organisation


class SignOff(models.Model):
    """One ministry's verdict on the content with this digest; void once the content changes.

    `transcribed`: the ministry signed on paper before the portal, and the operator put it on record
    with the number of the notice; `user` is then the operator's. `after_stops` counts how often the
    issue of the decision had been stopped: a ministry that stops it takes back its sign-off.
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
    after_stops = models.PositiveSmallIntegerField(default=0)
    transcribed = models.BooleanField(_("signed on paper"), default=False)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "ministry", "digest", "after_stops"],
                name="sign_off_once_for_content",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ministry} {self.verdict} {self.decision}"


class Stop(models.Model):
    """A ministry's signatory stopped the issue of a decision during its cooling-off, with a reason.

    Its sign-off on this content no longer counts: it signs again, or the content changes.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="stops")
    ministry = models.CharField(_("ministry"), max_length=4, choices=Organisation.Ministry)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    digest = models.CharField(_("digest"), max_length=64)
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        ordering = ["at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="stop_with_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.ministry} stopped {self.decision}"
