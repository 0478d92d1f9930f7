"""What officials and an enterprise say of a filing, and deadlines that were extended."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.kernel.fields import MonthField
from traceability.models.filings import Filing


class FilingRemark(models.Model):
    """One thing that was said of a submitted version; remarks are only added.

    A returned version stays in force until the enterprise amends it, by `due_on`.
    """

    class Kind(models.TextChoices):
        RETURNED = "returned", _("returned to be amended")
        QUESTION = "question", _("question")
        ANSWER = "answer", _("answer")

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="remarks")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    text = models.CharField(_("text"), max_length=2000)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["filing", "at", "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="returned") | Q(due_on__isnull=False),
                name="filing_remark_returned_by_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.filing} {self.kind}"

    def get_absolute_url(self) -> str:
        """Where it stands."""
        return f"{reverse('traceability:filing_detail', args=[self.filing_id])}#remarks"


class DeadlineExtension(models.Model):
    """A later last day to file one month, for one enterprise, with its reason; only added.

    The latest day that was granted counts.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="extensions")
    month = MonthField(_("month"))
    last_day = models.DateField(_("last day to file"))
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("granted at"))

    class Meta:
        ordering = ["-month", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "month", "last_day"], name="deadline_extension_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.month}: {self.last_day}"
