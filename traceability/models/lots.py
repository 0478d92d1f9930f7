"""Products, lots, and what each enterprise holds of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from allocations.models import Category
from enterprises.models import Enterprise
from portal.kernel.fields import GradeField, KgField


class Product(models.Model):
    """A product of the code list; the stage decides which caps it counts against.

    `mining_category`: what extraction of it counts against. A compound made from ore counts against
    separation; metals and magnets count against nothing. `default_assay`: the usual split of its
    REO by oxide, in percent.
    """

    class Stage(models.TextChoices):
        ORE = "ore", _("ore product")
        COMPOUND = "compound", _("compound")
        METAL = "metal", _("metal or alloy")
        PRODUCT = "product", _("magnet")

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=12, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    stage = models.CharField(_("stage"), max_length=8, choices=Stage)
    mining_category = models.CharField(
        _("counts when mined"), max_length=16, choices=Category, blank=True
    )
    default_assay = models.JSONField(default=dict, blank=True)
    position = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Lot(models.Model):
    """An identified quantity of one product, known by its maker and the number it gave.

    Made at the first mention by anybody. `product`, `reo_percent` and `assay` are those of its
    creation in the current ledger (the earliest, where there are two), empty while no submitted
    filing creates it; they are derived and can be rebuilt.
    """

    maker = models.ForeignKey(Enterprise, models.PROTECT, related_name="lots")
    number = models.CharField(_("lot number"), max_length=40)
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="lots")
    reo_percent = GradeField(_("percent REO"), null=True, blank=True)
    assay = models.CharField(_("assay"), max_length=400, blank=True, default="", db_default="")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["maker", "number"], name="lot_number_once")]

    def __str__(self) -> str:
        return self.number


class Balance(models.Model):
    """What came to an enterprise of one lot and what left it, gross kg, over the current ledger.

    Derived: written when a filing is submitted, rebuilt and compared every night.
    """

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="balances")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="balances")
    in_kg = KgField(_("in, gross kg"))
    out_kg = KgField(_("out, gross kg"))

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["enterprise", "lot"], name="balance_once")]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.lot}: {self.in_kg - self.out_kg} kg"
