"""Reconciliations, the tolerances they judge by, and the findings they put on record."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models import Category
from enterprises.models import Enterprise
from portal.kernel.fields import KgField, MonthField
from traceability.models.cases import Case
from traceability.models.lots import Lot
from traceability.rules.checks import CHECK_OF


class Tolerance(models.Model):
    """A deadline, tolerance or grace period from a day on; the latest row before a day counts.

    Never edited: a change is a new row with its own first day.
    """

    class Name(models.TextChoices):
        FILING_DEADLINE_DAY = (
            "filing_deadline_day",
            _("day of the month by which to file"),
        )
        UNCONFIRMED_GRACE_DAYS = (
            "unconfirmed_grace_days",
            _("days a shipment may take before it must be confirmed"),
        )
        QUANTITY_TOLERANCE_PERCENT = (
            "quantity_tolerance_percent",
            _("difference between seller and buyer that is normal, percent"),
        )
        QUANTITY_TOLERANCE_KG = (
            "quantity_tolerance_kg",
            _("difference between seller and buyer that is normal, kg"),
        )
        OVERSOLD_TOLERANCE_PERCENT = (
            "oversold_tolerance_percent",
            _("excess of a lot over what was held that is normal, percent"),
        )
        OVERSOLD_TOLERANCE_KG = (
            "oversold_tolerance_kg",
            _("excess of a lot over what was held that is normal, kg"),
        )
        CAP_NEARLY_USED_PERCENT = (
            "cap_nearly_used_percent",
            _("share of a cap from which it is nearly used, percent"),
        )
        OVER_CAP_TOLERANCE_KG = (
            "over_cap_tolerance_kg",
            _("excess over a cap left alone, kg"),
        )
        YIELD_TOLERANCE_PERCENT = (
            "yield_tolerance_percent",
            _("recovery beyond the feed left alone, percent"),
        )
        YIELD_TOLERANCE_KG = (
            "yield_tolerance_kg",
            _("output beyond the feed left alone, kg REO"),
        )
        YIELD_LEAST_FED_KG = (
            "yield_least_fed_kg",
            _("feed below which a run's recovery is not compared, kg REO"),
        )
        YIELD_DROP_PERCENT = (
            "yield_drop_percent",
            _("fall below an enterprise's own recovery that is normal, percent"),
        )
        YIELD_SIGMAS = (
            "yield_sigmas",
            _("fall below it in multiples of the noise that is normal"),
        )
        YIELD_NORM_SEPARATION_PERCENT = (
            "yield_norm_separation_percent",
            _("usual least recovery of smelting and separation, percent"),
        )
        YIELD_NORM_METAL_PERCENT = (
            "yield_norm_metal_percent",
            _("usual least recovery from oxide to metal, percent"),
        )
        YIELD_NORM_MAGNET_PERCENT = (
            "yield_norm_magnet_percent",
            _("usual least recovery from metal to magnet, percent"),
        )
        ELEMENT_TOLERANCE_PERCENT = (
            "element_tolerance_percent",
            _("difference of an assay that is normal, percent of the value"),
        )
        ELEMENT_TOLERANCE_KG = (
            "element_tolerance_kg",
            _("excess of an element left alone, kg"),
        )
        ELEMENT_RANGE_PERCENT = (
            "element_range_percent",
            _("how far an ore may lie beyond the published splits, percent of the value"),
        )
        ELEMENT_JUMP_PERCENT = (
            "element_jump_percent",
            _("more of an element than in other runs that is normal, percent"),
        )
        STOCK_TOLERANCE_PERCENT = (
            "stock_tolerance_percent",
            _("difference of a count from the books that is normal, percent of what came"),
        )
        STOCK_TOLERANCE_KG = (
            "stock_tolerance_kg",
            _("difference of a count from the books that is normal, kg"),
        )
        DOCUMENT_SPAN_DAYS = (
            "document_span_days",
            _("days that deliveries under one document may lie apart"),
        )
        UNDOCUMENTED_LEAST_KG = (
            "undocumented_least_kg",
            _("recycled or imported outside one's activities left alone, kg REO"),
        )
        JUMP_FACTOR = (
            "jump_factor",
            _("times the usual from which a month stands out"),
        )
        REPEATED_PERCENT = (
            "repeated_percent",
            _("share of masses that come again in other months, percent"),
        )
        ROUND_PERCENT = (
            "round_percent",
            _("share of round masses that stands out, percent"),
        )
        EVEN_RECOVERY_PERCENT = (
            "even_recovery_percent",
            _("spread of recoveries below which they look computed, percent"),
        )

    name = models.CharField(_("name"), max_length=40, choices=Name)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    valid_from = models.DateField(_("valid from"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["name", "-valid_from"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["name", "valid_from"], name="tolerance_once_a_day"),
            models.CheckConstraint(condition=Q(value__gte=0), name="tolerance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.name} = {self.value} ({self.valid_from})"


class Reconciliation(models.Model):
    """One run of the checks over a year as known at the end of a day; the latest one counts.

    `enterprise`: only what concerns this one was checked; empty: the whole country. `run_key` keeps
    two beats from running the same period twice. `counts`: findings by code, and what changed.
    `record`: the tolerances and rule versions that judged, and how far the ledger and the audit
    trail had come. Once it is over, the database lets nothing of it change.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        FINISHED = "finished", _("finished")
        FAILED = "failed", _("failed")

    year = models.SmallIntegerField(_("year"))
    as_of = models.DateField(_("as of"))
    enterprise = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reconciliations",
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    run_key = models.CharField(max_length=80, unique=True, null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
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
        return f"{self.year} {self.as_of}"

    def get_absolute_url(self) -> str:
        """Where its progress and its outcome are shown."""
        return reverse("traceability:reconciliation_detail", args=[self.pk])


class Finding(models.Model):
    """A discrepancy put on record; it keeps its identity over every later reconciliation.

    `key` tells it from others of its code. `amount_kg` is REO unless the check says gross. `weight`
    (0 to 100) orders findings of one severity by what they are about and how much is beyond.
    `arithmetic` holds the numbers that judged it, with the tolerances used; the words are made
    from them in the reader's language. Cleared when a later reconciliation no longer finds it.
    """

    class Severity(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    class Status(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")
        CLEARED = "cleared", _("cleared")

    code = models.CharField(_("code"), max_length=30)
    key = models.CharField(max_length=200)
    year = models.SmallIntegerField(_("year"))
    severity = models.CharField(_("severity"), max_length=6, choices=Severity)
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="findings")
    counterparty = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, blank=True, related_name="+"
    )
    month = MonthField(_("month"), null=True, blank=True)
    category = models.CharField(_("category"), max_length=16, choices=Category, blank=True)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="findings")
    run = models.CharField(_("process run"), max_length=60, blank=True)
    document = models.CharField(_("document"), max_length=60, blank=True)
    amount_kg = KgField(_("kg"), null=True, blank=True)
    weight = models.SmallIntegerField(_("weight"), default=0)
    arithmetic = models.JSONField(default=dict)
    rule_version = models.CharField(_("rule version"), max_length=20)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)
    first_seen = models.DateField(_("first seen"))
    last_seen = models.DateField(_("last seen"))
    cleared_on = models.DateField(_("cleared on"), null=True, blank=True)
    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, null=True, related_name="findings"
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="findings")
    # An official put it into its case; later runs leave it there.
    placed_by_hand = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-last_seen", "code", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["year", "code", "key"], name="finding_once"),
        ]
        indexes = [
            models.Index(fields=["enterprise", "-id"], name="finding_of_enterprise"),
            models.Index(fields=["status", "severity"], name="finding_open"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.key}"

    def get_absolute_url(self) -> str:
        """The finding's own page."""
        return reverse("traceability:finding_detail", args=[self.pk])

    @property
    def title(self) -> str:
        """What it is about, in the reader's language."""
        return CHECK_OF[self.code].heading

    @property
    def is_gross(self) -> bool:
        """Whether the amount is kg as weighed, not REO."""
        return CHECK_OF[self.code].gross
