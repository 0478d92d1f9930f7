"""How tolerances come to be changed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from traceability.models.findings import Tolerance


class ToleranceProposal(models.Model):
    """A value that one person proposes for a tolerance from a day on, and another decides on.

    Approved, it has made the row `tolerance`, which holds from its first day. What was decided is
    never changed.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("to be decided")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("taken back")

    name = models.CharField(_("tolerance"), max_length=40, choices=Tolerance.Name)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    valid_from = models.DateField(_("valid from"))
    reason = models.CharField(_("reason"), max_length=500)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(_("proposed at"))
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision = models.CharField(_("reason of the decision"), max_length=500, blank=True)
    tolerance = models.OneToOneField(
        Tolerance, models.PROTECT, null=True, blank=True, related_name="proposal"
    )

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=Q(status="waiting"), name="proposal_one_waits"
            ),
            models.CheckConstraint(
                condition=Q(status="withdrawn")
                | Q(decided_by=None)
                | ~Q(decided_by=F("proposed_by")),
                name="proposal_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="approved", tolerance__isnull=False)
                | (~Q(status="approved") & Q(tolerance=None)),
                name="proposal_approved_has_its_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value} ({self.valid_from})"

    def get_absolute_url(self) -> str:
        """Where it is read and decided."""
        return reverse("traceability:proposal_detail", args=[self.pk])
