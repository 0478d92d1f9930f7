"""Inspection draws, the populations they were frozen over, who was drawn, and what was found."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprises.models import Activity, Enterprise
from portal.accounts.models import Region
from portal.kernel.fields import KgField
from traceability.models.cases import Case
from traceability.permissions import Perm


class Draw(models.Model):
    """One sample of enterprises to inspect, drawn so that nobody can steer it.

    Draft until a second official commits it: then its population, with weights, is frozen and its
    digest published with the digests of two secrets, the portal's `salt` and the official's
    `words`. The words themselves are not kept before the draw. After `draws_after` the digest of
    the audit trail as it stood then joins both in the `seed` (rules/drawing.py). Once committed
    nothing changes but what the draw and its closing add (the database refuses it).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        COMMITTED = "committed", _("committed")
        DRAWN = "drawn", _("drawn")
        CLOSED = "closed", _("closed")

    class Strata(models.TextChoices):
        NONE = "none", _("none: one lot for all")
        PROVINCE = "province", _("provinces")
        ACTIVITY = "activity", _("activities")

    title = models.CharField(_("title"), max_length=120)
    year = models.SmallIntegerField(_("year"))
    quarter = models.SmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    province = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("province")
    )
    activity = models.CharField(_("activity"), max_length=12, choices=Activity, blank=True)
    strata = models.CharField(_("strata"), max_length=8, choices=Strata, default=Strata.NONE)
    size = models.SmallIntegerField(_("sample size"), validators=[MinValueValidator(1)])
    by_score = models.SmallIntegerField(_("weight of the reliability score"), default=2)
    by_findings = models.SmallIntegerField(_("weight of open findings"), default=2)
    by_quantity = models.SmallIntegerField(_("weight of quantities"), default=1)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted at"))
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    committed_at = models.DateTimeField(_("committed at"), null=True, blank=True)
    draws_after = models.DateTimeField(_("drawn after"), null=True, blank=True)
    population_digest = models.CharField(max_length=64, blank=True)
    salt = models.CharField(max_length=64, blank=True)
    words_digest = models.CharField(max_length=64, blank=True)
    words = models.CharField(_("secret words"), max_length=200, blank=True)
    public_event = models.PositiveBigIntegerField(null=True, blank=True)
    public_digest = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closing = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        permissions = [
            (Perm.VIEW_DRAWS.split(".")[1], "See inspection draws"),
            (Perm.KEEP_DRAWS.split(".")[1], "Draw inspection samples and record results"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(quarter__range=(1, 4)), name="draw_quarter_of_a_year"
            ),
            models.CheckConstraint(condition=Q(size__gte=1), name="draw_size_positive"),
            models.CheckConstraint(
                condition=Q(committed_by=None) | ~Q(committed_by=models.F("drafted_by")),
                name="draw_committed_by_a_second",
            ),
            models.CheckConstraint(
                condition=~Q(status="drawn") | (~Q(seed="") & ~Q(words="") & ~Q(public_digest="")),
                name="draw_drawn_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.year} Q{self.quarter})"

    def get_absolute_url(self) -> str:
        """The draw's own page."""
        return reverse("traceability:draw_detail", args=[self.pk])

    @property
    def period(self) -> str:
        """Its year and quarter, in the reader's language."""
        return str(_("%(year)s Q%(quarter)s") % {"year": self.year, "quarter": self.quarter})

    @property
    def number(self) -> str:
        """What its seed and its file call it."""
        return f"draw-{self.pk}"

    @property
    def is_revealed(self) -> bool:
        """Whether the secrets are told: the sample was drawn."""
        return bool(self.seed)


class DrawCandidate(models.Model):
    """One enterprise of a frozen population: its code, stratum and weight, and what made it.

    `points` is its reliability score then (None: not enough data), `findings` how its open
    findings weighed, `quantity_kg` what it moved in the twelve months before, gross.
    Never changed.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="candidates")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(_("code"), max_length=30)
    stratum = models.CharField(_("stratum"), max_length=30)
    weight = models.IntegerField(_("weight"), validators=[MinValueValidator(1)])
    points = models.DecimalField(
        _("reliability score"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    findings = models.IntegerField(_("open findings, weighed"), default=0)
    quantity_kg = KgField(_("moved, gross kg"))

    class Meta:
        ordering = ["draw", "code"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["draw", "code"], name="draw_candidate_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="draw_candidate_weight"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.weight}"


class DrawnEnterprise(models.Model):
    """One candidate that was drawn, and its place in the sample. Never changed."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="drawn")
    candidate = models.OneToOneField(DrawCandidate, models.PROTECT, related_name="picked")
    place = models.SmallIntegerField(_("place"))

    class Meta:
        ordering = ["draw", "place"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["draw", "place"], name="drawn_enterprise_place_once")
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.candidate}"


class Inspection(models.Model):
    """What an inspection of a drawn enterprise found; the latest row counts, none is changed."""

    class Outcome(models.TextChoices):
        IN_ORDER = "in_order", _("in order")
        MINOR = "minor", _("small matters, settled on the spot")
        BREACH = "breach", _("breach, to be worked as a case")
        NOT_MET = "not_met", _("nobody met, or entry refused")

    drawn = models.ForeignKey(DrawnEnterprise, models.PROTECT, related_name="inspections")
    visited_on = models.DateField(_("visited on"))
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome)
    note = models.CharField(_("what was found"), max_length=2000)
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="inspections"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("recorded at"))

    class Meta:
        ordering = ["drawn", "id"]
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="inspection_with_a_note")]

    def __str__(self) -> str:
        return f"{self.drawn} {self.visited_on} {self.outcome}"
