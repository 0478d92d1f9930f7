"""Where mass mixes and what moves it: the graph that traces walk."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.kernel.fields import KgField
from traceability.models.filings import Filing, Kind, Record
from traceability.models.lots import Lot

_WEIGHED = ("country", "gross_kg", "reo_kg", "known_from", "known_to")


class Pool(models.Model):
    """Where mass mixes: what comes in leaves in the same proportions.

    A holding is one enterprise's part of one lot, a run an enterprise's process run, a shipment all
    of one lot that a seller (`enterprise`) sent to a buyer (`counterparty`). Made when a submitted
    filing first speaks of it, and never taken away.
    """

    class Kind(models.TextChoices):
        HOLDING = "holding", _("holding")
        RUN = "run", _("process run")
        SHIPMENT = "shipment", _("shipment")

    kind = models.CharField(max_length=8, choices=Kind)
    # Derived from rows that the database keeps: a second check of every key would cost an import
    # a third of its time.
    enterprise = models.ForeignKey(
        Enterprise, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    lot = models.ForeignKey(
        Lot, models.PROTECT, null=True, related_name="pools", db_index=False, db_constraint=False
    )
    counterparty = models.ForeignKey(
        Enterprise, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    run = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "enterprise"], condition=Q(kind="holding"), name="pool_holding_once"
            ),
            models.UniqueConstraint(
                fields=["enterprise", "run"], condition=Q(kind="run"), name="pool_run_once"
            ),
            models.UniqueConstraint(
                fields=["lot", "enterprise", "counterparty"],
                condition=Q(kind="shipment"),
                name="pool_shipment_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["enterprise", "-lot"],
                condition=Q(kind="holding"),
                name="pool_holdings_of_enterprise",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.enterprise} {self.lot or self.run}"


class Movement(models.Model):
    """What one version of a filing says went from one pool to another, gross kg.

    No `source`: it came from the ground, from abroad or from scrap; no `target`: it was exported or
    lost. `reo_kg` where the records state a grade themselves; else the grade is the lot's. Known
    from the filing's submission until the version after it. Derived: written when a filing is
    submitted, built anew and compared every night.
    """

    filing = models.ForeignKey(
        Filing, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    lot = models.ForeignKey(
        Lot, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    source = models.ForeignKey(
        Pool, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    target = models.ForeignKey(
        Pool, models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    country = models.CharField(max_length=2, blank=True, default="")
    gross_kg = KgField(_("gross kg"))
    reo_kg = KgField(_("kg REO"), null=True)
    known_from = models.DateTimeField()
    known_to = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        # A trace reads what lies at a pool from the index alone: it is there on one page.
        indexes = [
            models.Index(
                fields=["source"],
                include=["target", "lot", "kind", *_WEIGHED],
                name="movement_from_pool",
            ),
            models.Index(
                fields=["target"],
                include=["source", "lot", "kind", *_WEIGHED],
                name="movement_to_pool",
            ),
            models.Index(fields=["filing"], name="movement_filing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.lot} {self.gross_kg} kg"


class RecordBehind(models.Model):
    """One record behind a figure, and how much of the figure comes of it, kg REO.

    Kept nowhere; negative where the record takes from the figure, as what left does from a stock.
    """

    record = models.ForeignKey(Record, models.DO_NOTHING, related_name="+", db_constraint=False)
    kg = models.DecimalField(_("of the figure, kg"), max_digits=24, decimal_places=9)

    class Meta:
        managed = False
        db_table = "traceability_recordbehind"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.record} {self.kg}"
