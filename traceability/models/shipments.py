"""What buyers and sellers say of shipments, and shipments themselves, which are kept nowhere."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.kernel.fields import KgField
from traceability.models.lots import Lot
from traceability.rules.shipments import ShipmentKey


class ShipmentAnswer(models.Model):
    """What a buyer said of a shipment: what one enterprise sold it of a lot under one document.

    Never edited: the latest answer counts. `document` is in capitals and without space around it,
    as the checks compare it. `sold_kg` is what the seller had filed when it was said, `received_kg`
    what had arrived in all; both gross. `verdict` withdrawn takes the answer before it back.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        PART_REFUSED = "part_refused", _("refused in part")
        NEVER_CAME = "never_came", _("never came")
        WITHDRAWN = "withdrawn", _("taken back")

    seller = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", db_index=False)
    buyer = models.ForeignKey(Enterprise, models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="+")
    document = models.CharField(_("document"), max_length=60)
    verdict = models.CharField(_("answer"), max_length=12, choices=Verdict)
    sold_kg = KgField(_("sold, gross kg"))
    sold_on = models.DateField(_("sent on"))
    received_kg = KgField(_("received, gross kg"))
    arrived_on = models.DateField(_("arrived on"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("said at"))

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["accepted", "part_refused"], received_kg__gt=0)
                | Q(verdict__in=["never_came", "withdrawn"], received_kg=0),
                name="shipment_answer_received",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["accepted", "withdrawn"]) | ~Q(reason=""),
                name="shipment_answer_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "at"], name="shipment_answer_buyer"),
            models.Index(fields=["seller", "at"], name="shipment_answer_seller"),
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.lot} {self.verdict}"

    @property
    def key(self) -> ShipmentKey:
        """Which shipment it is about."""
        return ShipmentKey(self.seller_id, self.buyer_id, self.lot_id, self.document)

    @property
    def disputes(self) -> bool:
        """Whether it opens a dispute."""
        return self.verdict in (self.Verdict.PART_REFUSED, self.Verdict.NEVER_CAME)


class ShipmentRemark(models.Model):
    """What somebody wrote in the thread of a dispute; an official may decide it in the same breath.

    Never edited. `ruling` is empty for what the two sides write.
    """

    class Ruling(models.TextChoices):
        UPHELD = "upheld", _("upheld: the buyer's figure stands")
        DISMISSED = "dismissed", _("dismissed: the seller's figure stands")

    answer = models.ForeignKey(ShipmentAnswer, models.PROTECT, related_name="remarks")
    text = models.CharField(_("text"), max_length=1000)
    ruling = models.CharField(_("ruling"), max_length=9, choices=Ruling, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("written at"))

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["answer"], condition=~Q(ruling=""), name="shipment_remark_one_ruling"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer}: {self.text[:40]}"


class Shipment(models.Model):
    """What one enterprise sold to another of one lot under one document, as it stands; gross kg.

    Kept nowhere: `queries.shipments` derives the rows from the ledger and the answers. `bought_kg`
    is what the buyer has filed, `recorded_kg` what it will have filed with its drafts (for its own
    eyes; the same as `bought_kg` for everybody else). `verdict`, `received_kg`, `answered_kg` and
    `ruling` are those of the latest answer; `answered_kg` is what the seller had filed then.
    """

    key = models.CharField(max_length=400, primary_key=True)
    seller = models.ForeignKey(Enterprise, models.DO_NOTHING, related_name="+")
    buyer = models.ForeignKey(Enterprise, models.DO_NOTHING, related_name="+")
    lot = models.ForeignKey(Lot, models.DO_NOTHING, related_name="+")
    document = models.CharField(_("document"), max_length=60)
    filed_document = models.CharField(_("document"), max_length=60)
    sold_kg = KgField(_("sold, kg"), null=True)
    sold_from = models.DateField(_("first sent on"), null=True)
    sold_to = models.DateField(_("sent on"), null=True)
    bought_kg = KgField(_("bought, kg"), null=True)
    bought_from = models.DateField(null=True)
    bought_to = models.DateField(null=True)
    recorded_kg = KgField(null=True)
    verdict = models.CharField(max_length=12, null=True)
    received_kg = KgField(_("received, kg"), null=True)
    answered_kg = KgField(null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    ruling = models.CharField(max_length=9, null=True)
    state = models.CharField(_("state"), max_length=10)

    class Meta:
        managed = False
        db_table = "traceability_shipment"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.filed_document} {self.lot_id}"

    def get_absolute_url(self) -> str:
        """The shipment's own page."""
        return reverse("traceability:shipment_detail", args=[self.named])

    @property
    def named(self) -> ShipmentKey:
        """What tells it from every other shipment."""
        return ShipmentKey(self.seller_id, self.buyer_id, self.lot_id, self.document)
