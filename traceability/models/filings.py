"""Monthly filings in versions, their records, and the cap use that follows from them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models import Category
from enterprises.models import Enterprise
from portal.kernel.fields import GradeField, KgField, MonthField
from traceability.models.lots import Lot, Product
from traceability.permissions import Perm

# How many records a page of a filing shows.
RECORDS_PER_PAGE = 50


class Kind(models.TextChoices):
    """What a record says (contracts/dataset.md)."""

    EXTRACTION = "extraction", _("extraction")
    INPUT = "input", _("input")
    OUTPUT = "output", _("output")
    SALE = "sale", _("sale")
    PURCHASE = "purchase", _("purchase")
    IMPORT = "import", _("import")
    EXPORT = "export", _("export")
    RECYCLED = "recycled", _("recycled")
    LOSS = "loss", _("loss")
    STOCK = "stock", _("stock count")


class Filing(models.Model):
    """One version of what an enterprise states for one month.

    At most one draft and one submitted version stand at a time; submitting a later version
    supersedes the one before. Once submitted it and its records never change (the database refuses
    it). `digest` is SHA-256 over the records in line order; `receipt_no` is given at submission.
    `reason_kind` is empty for first versions and for those that came in a dataset.
    `ready_at`: when the filer handed the draft over for attestation; filling it anew takes it back.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        SUPERSEDED = "superseded", _("superseded")

    class ReasonKind(models.TextChoices):
        TYPING = "typing", _("typing or transfer error")
        LEFT_OUT = "left_out", _("records left out or found late")
        NOT_SO = "not_so", _("records of what did not happen, or twice")
        MEASURED = "measured", _("weight or assay measured anew")
        PARTNER = "partner", _("agreed with the trading partner")
        RETURNED = "returned", _("returned by an authority")
        OTHER = "other", _("another reason")

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="filings")
    month = MonthField(_("month"))
    version = models.SmallIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    reason_kind = models.CharField(
        _("kind of reason"), max_length=8, choices=ReasonKind, blank=True, default="", db_default=""
    )
    reason = models.CharField(_("reason for amending"), max_length=500, blank=True)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(_("prepared at"))
    ready_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    attested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    record_count = models.IntegerField(_("records"), default=0)
    receipt_no = models.CharField(_("receipt number"), max_length=40, blank=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)

    class Meta:
        ordering = ["-month", "-version"]
        default_permissions = ()
        permissions = [
            (perm.value.split(".")[1], text)
            for perm, text in (
                (Perm.VIEW_FILINGS, "See filings"),
                (Perm.PREPARE_FILING, "Prepare filings"),
                (Perm.SUBMIT_FILING, "Attest and submit filings"),
                (Perm.VIEW_RECONCILIATIONS, "See reconciliations"),
                (Perm.RECONCILE, "Run reconciliations"),
                (Perm.VIEW_FINDINGS, "See findings"),
                (Perm.WORK_FINDINGS, "Work findings"),
                (Perm.ANSWER_FINDINGS, "Answer what is asked of findings"),
                (Perm.VIEW_TOLERANCES, "See tolerances and what they let pass"),
                (Perm.KEEP_TOLERANCES, "Propose and approve tolerances"),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "month", "version"], name="filing_version_once"
            ),
            models.UniqueConstraint(
                fields=["enterprise", "month"],
                condition=Q(status="draft"),
                name="filing_one_draft",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "month"],
                condition=Q(status="submitted"),
                name="filing_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["receipt_no"],
                condition=~Q(receipt_no=""),
                name="filing_receipt_once",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at=None)
                | (
                    Q(status__in=["submitted", "superseded"])
                    & Q(submitted_at__isnull=False, attested_by__isnull=False)
                    & ~Q(digest="")
                    & ~Q(receipt_no="")
                ),
                name="filing_submitted_complete",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="filing_version_from_one"),
        ]
        indexes = [models.Index(fields=["month", "status"], name="filing_month_status")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.month} v{self.version}"

    def get_absolute_url(self) -> str:
        """The filing's own page."""
        return reverse("traceability:filing_detail", args=[self.pk])


class Record(models.Model):
    """One line of a filing: a quantity of a lot that came, went, changed or was counted.

    `reo_kg` is the REO of a line that states a grade itself; for one that moves a lot the grade is
    the lot's, which another enterprise may file later, and the mass follows in queries.
    `counterparty` and `lot` are resolved; the rest is as filed. `line` counts within the filing.
    """

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="records", db_index=False)
    line = models.IntegerField(_("line"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    date = models.DateField(_("date"))
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="records")
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    gross_kg = KgField(_("gross kg"))
    reo_percent = GradeField(_("percent REO"), null=True, blank=True)
    reo_kg = KgField(_("kg REO"), null=True, blank=True)
    run = models.CharField(_("process run"), max_length=60, blank=True, default="")
    counterparty = models.ForeignKey(
        Enterprise,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    document = models.CharField(_("document"), max_length=60, blank=True, default="")
    country = models.CharField(_("country"), max_length=2, blank=True, default="")
    assay = models.CharField(_("assay"), max_length=400, blank=True, default="")
    note = models.CharField(_("note"), max_length=500, blank=True, default="")

    class Meta:
        ordering = ["filing", "line"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["filing", "line"], name="record_line_once"),
            models.CheckConstraint(
                condition=Q(gross_kg__gt=0) | Q(kind="stock", gross_kg=0),
                name="record_mass_positive",
            ),
        ]
        indexes = [
            # What others sold to an enterprise, or bought of it, by their own records, and when.
            models.Index(
                fields=["counterparty", "kind", "date"],
                condition=Q(counterparty__isnull=False),
                name="record_counterparty_days",
            ),
            # What a filing says of a run.
            models.Index(fields=["filing", "run"], condition=~Q(run=""), name="record_run"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.kind} {self.lot} {self.gross_kg} kg"


class CapUse(models.Model):
    """What an enterprise's production of one month counts against one cap, in kg REO.

    Derived: written when a filing is submitted, rebuilt and compared every night.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="cap_uses")
    month = MonthField(_("month"))
    category = models.CharField(_("category"), max_length=16, choices=Category)
    reo_kg = KgField(_("kg REO"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "month", "category"], name="cap_use_once")
        ]
        indexes = [models.Index(fields=["month", "category"], name="cap_use_month")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.month} {self.category}: {self.reo_kg} kg"
