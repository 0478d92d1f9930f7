"""How tolerances come to be changed, and what other values would find."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models import Category
from enterprises.models import Enterprise
from portal.kernel.fields import KgField, MonthField
from traceability.models.findings import Finding, Reconciliation, Tolerance
from traceability.models.lots import Lot


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


class Trial(models.Model):
    """The checks run over past months with other values, putting no finding on record.

    What they find with `values` is held against what they find with the values in force, both over
    the ledger as known at the end of `as_of`. `record` tells what ran and on what; once it is
    finished nothing of it changes.
    """

    proposal = models.ForeignKey(
        ToleranceProposal, models.PROTECT, null=True, blank=True, related_name="trials"
    )
    values = models.JSONField(_("values"))
    first_month = MonthField(_("from month"))
    last_month = MonthField(_("to month"))
    as_of = models.DateField(_("as of"))
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=Reconciliation.State,
        default=Reconciliation.State.QUEUED,
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    done = models.SmallIntegerField(_("checks done"), default=0)
    total = models.SmallIntegerField(_("checks in all"), default=0)
    deliveries = models.SmallIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    record = models.JSONField(default=dict, blank=True)
    failure = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.first_month} – {self.last_month}, {self.as_of}"

    def get_absolute_url(self) -> str:
        """Where its progress and its outcome are shown."""
        return reverse("traceability:trial_detail", args=[self.pk])


class TrialFinding(models.Model):
    """What a trial found, or no longer found: a finding that is on nobody's record.

    `amount_before_kg` is what it amounts to with the values in force. `finding` is the one on
    record of that year, code and key, when the trial ran.
    """

    class Change(models.TextChoices):
        NEW = "new", _("found newly")
        CLEARED = "cleared", _("no longer found")
        KEPT = "kept", _("stays")

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="findings")
    change = models.CharField(_("change"), max_length=7, choices=Change)
    year = models.SmallIntegerField(_("year"))
    code = models.CharField(_("code"), max_length=30)
    key = models.CharField(max_length=200)
    severity = models.CharField(_("severity"), max_length=6, choices=Finding.Severity)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+")
    counterparty = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="+"
    )
    month = MonthField(_("month"), null=True, blank=True)
    category = models.CharField(_("category"), max_length=16, choices=Category, blank=True)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="+")
    run = models.CharField(_("process run"), max_length=60, blank=True)
    document = models.CharField(_("document"), max_length=60, blank=True)
    amount_kg = KgField(_("kg"), null=True, blank=True)
    amount_before_kg = KgField(_("kg before"), null=True, blank=True)
    arithmetic = models.JSONField(default=dict)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["trial", "year", "code", "key"], name="tried_once"),
        ]

    def __str__(self) -> str:
        return f"{self.change}: {self.code} {self.key}"
