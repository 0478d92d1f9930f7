"""Flows as they are kept for speed: by version of a filing, in all, and by month."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.kernel.fields import MonthField
from traceability.models.filings import Filing

# Parts of runs are divided: kept so finely that sums agree to the gram.
FLOW_PLACES = 12
_OF_RUN = ("run_id", "kind", "product_id", "kg")
# The elements that are looked at apart: the mass that is kept of each, and the oxides that count.
ELEMENT_MASSES = {
    "prnd_kg": ("Pr6O11", "Nd2O3"),
    "dy_kg": ("Dy2O3",),
    "tb_kg": ("Tb4O7",),
    "la_kg": ("La2O3",),
    "ce_kg": ("CeO2",),
    "sm_kg": ("Sm2O3",),
    "eu_kg": ("Eu2O3",),
    "gd_kg": ("Gd2O3",),
    "y_kg": ("Y2O3",),
}


def _mass(name: Any = None, *, null: bool = True) -> models.DecimalField:
    """A mass that may be part of a run: far finer than anything is weighed."""
    return models.DecimalField(name, max_digits=30, decimal_places=FLOW_PLACES, null=null)


class FlowMasses(models.Model):
    """How much a flow is: kg REO, and kg of the oxides of single elements.

    Of an element null, where nobody stated how much there is of it: neither an assay of the lots
    nor the usual split of the product. Only inputs and outputs of runs are kept so; else it is 0.
    """

    kg = _mass(_("kg REO"), null=False)
    prnd_kg = _mass()
    dy_kg = _mass()
    tb_kg = _mass()
    la_kg = _mass()
    ce_kg = _mass()
    sm_kg = _mass()
    eu_kg = _mass()
    gd_kg = _mass()
    y_kg = _mass()

    class Meta:
        abstract = True


class FilingFlow(FlowMasses):
    """What one version of a filing says of one kind of flow, kg REO: so much of a product.

    `other_id`: what runs made of it; `partner_id`: whom it was sold to or bought of; 0 for none.
    Runs that several months speak of can only be weighed in a period: their inputs and outputs
    stand as they are, with the `run_id`. Derived, as movements are: written when a filing is
    submitted, again where what its lots are is told otherwise, and compared every night.
    """

    filing = models.ForeignKey(
        Filing, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    month = MonthField(_("month"))
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)
    kind = models.CharField(max_length=16)
    product_id = models.SmallIntegerField()
    other_id = models.SmallIntegerField()
    country = models.CharField(max_length=2, blank=True)
    partner_id = models.BigIntegerField()
    run_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["filing"], name="filing_flow_filing"),
            models.Index(fields=["enterprise", "month"], name="filing_flow_of_enterprise"),
            # Of months, what was known at a moment alone.
            models.Index(fields=["month", "known_from"], name="filing_flow_of_month"),
            # Who sold how much to whom is read from the index alone.
            models.Index(
                fields=["month", "enterprise", "partner_id"],
                include=["known_from", "known_to", "kg"],
                condition=Q(kind="sale"),
                name="filing_flow_of_sales",
            ),
            # The few that are weighed in a period are read from the index alone.
            models.Index(
                fields=["month"],
                include=["enterprise", "known_from", "known_to", *_OF_RUN],
                condition=~Q(run_id=0),
                name="filing_flow_of_runs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filing} {self.kind} {self.kg} kg"


class FilingTotal(models.Model):
    """What one version of a filing says in all, kg REO by kind of record; none where it says none.

    The sum of its `FilingFlow`: what runs made went in and came out, what they lost went in, what
    is beyond came out. Derived with them.
    """

    filing = models.OneToOneField(
        Filing, models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )
    extraction_kg = _mass(null=False)
    input_kg = _mass(null=False)
    output_kg = _mass(null=False)
    sale_kg = _mass(null=False)
    purchase_kg = _mass(null=False)
    import_kg = _mass(null=False)
    export_kg = _mass(null=False)
    recycled_kg = _mass(null=False)
    loss_kg = _mass(null=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.filing} in all"


class MonthFlow(FlowMasses):
    """The flows of one month over the whole country, as the ledger stands, kg REO.

    The sum of `FilingFlow` over the filings in force, without runs that several months speak of.
    """

    month = MonthField(_("month"))
    kind = models.CharField(max_length=16)
    product_id = models.SmallIntegerField()
    other_id = models.SmallIntegerField()
    country = models.CharField(max_length=2, blank=True)
    partner_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["month", "kind", "product_id", "other_id", "country", "partner_id"],
                name="month_flow_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month} {self.kind} {self.kg} kg"
