"""Enterprises, their sites, and their designations."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from enterprises.permissions import Perm
from portal.accounts.models import Organisation, Region
from portal.kernel.fields import MonthField, UsccField


class Activity(models.TextChoices):
    """What an enterprise does; one with no activity files nothing."""

    MINING = "mining", _("mining")
    SEPARATION = "separation", _("smelting and separation")
    METAL = "metal", _("metal smelting")
    MAGNET = "magnet", _("magnet making")
    RECYCLING = "recycling", _("recycling")
    TRADE = "trade", _("trade")


class EnterpriseQuerySet(models.QuerySet["Enterprise"]):
    """Enterprises, narrowed in the field's terms."""

    def filing(self) -> "EnterpriseQuerySet":
        """Those that must file every month: the ones with an activity."""
        return self.exclude(activities=[])

    def within(self, region: Region) -> "EnterpriseQuerySet":
        """Those in `region` or below it."""
        return self.filter(region__code__startswith=region.prefix)


class Enterprise(models.Model):
    """A legal person of the rare earth trade, or a group of them.

    One without an activity (a group's head, a buyer outside the platform) files nothing; only such
    a one may lack a unified social credit code, where none is on record. `files_from`: the first
    month it must file; empty: from the first month of the platform.
    """

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        related_name="enterprise",
        verbose_name=_("organisation"),
    )
    uscc = UsccField(_("unified social credit code"), unique=True, null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
        verbose_name=_("group"),
    )
    region = models.ForeignKey(
        Region, models.PROTECT, related_name="enterprises", verbose_name=_("region")
    )
    activities = ArrayField(
        models.CharField(max_length=12, choices=Activity),
        verbose_name=_("activities"),
        default=list,
        blank=True,
    )
    is_group = models.BooleanField(_("rare earth group"), default=False)
    files_from = MonthField(_("files from"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    merged_on = models.DateField(_("merged on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        default_permissions = ()
        permissions = [
            (
                "represent_enterprise",
                "Act for this enterprise, as far as the role goes",
            ),
            (Perm.VIEW_DIRECTORY.split(".")[1], "See the directory"),
            (Perm.VIEW_ENTERPRISE.split(".")[1], "See an enterprise"),
            (
                Perm.MANAGE_DIRECTORY.split(".")[1],
                "Enter and change enterprises and sites",
            ),
            (Perm.MANAGE_DESIGNATIONS.split(".")[1], "Designate, and end designations"),
            (
                Perm.REGISTER_PARTNER.split(".")[1],
                "Enter a trading partner outside the platform",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(uscc__isnull=False) | Q(activities=[]),
                name="enterprise_filing_needs_uscc",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_on=None)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="enterprise_merger_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation.name_zh} {self.uscc or ''}".strip()

    def get_absolute_url(self) -> str:
        """The enterprise's own page."""
        return reverse("enterprises:enterprise_detail", args=[self.pk])

    @property
    def name_zh(self) -> str:
        """Its Chinese name."""
        return self.organisation.name_zh

    @property
    def name_en(self) -> str:
        """Its English name."""
        return self.organisation.name_en

    @property
    def files(self) -> bool:
        """Whether it must file every month."""
        return bool(self.activities)


class EnterpriseUserObjectPermission(UserObjectPermissionBase):
    """A grant on one enterprise to one person."""

    content_object = models.ForeignKey(Enterprise, models.CASCADE)


class EnterpriseGroupObjectPermission(GroupObjectPermissionBase):
    """A grant on one enterprise to the group of an organisation."""

    content_object = models.ForeignKey(Enterprise, models.CASCADE)


class Site(models.Model):
    """A mine or plant of an enterprise."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="sites")
    name_en = models.CharField(_("English name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    activity = models.CharField(_("activity"), max_length=12, choices=Activity)

    class Meta:
        ordering = ["name_zh"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name_zh"], name="site_name_once")
        ]

    def __str__(self) -> str:
        return self.name_zh


class Designation(models.Model):
    """The ministries' determination that an enterprise may mine or separate, from a day to a day.

    `valid_to` is the last day; empty: open. Ended by setting it, never deleted.
    """

    ACTIVITIES = [
        (Activity.MINING.value, Activity.MINING.label),
        (Activity.SEPARATION.value, Activity.SEPARATION.label),
    ]

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="designations")
    activity = models.CharField(_("activity"), max_length=12, choices=ACTIVITIES)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=200)
    end_reason = models.CharField(_("reason for ending"), max_length=300, blank=True)

    class Meta:
        ordering = ["enterprise", "activity", "valid_from"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__in=["mining", "separation"]),
                name="designation_activity_controlled",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="designation_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "activity"],
                condition=Q(valid_to=None),
                name="designation_open_once",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "activity", "valid_from"],
                name="designation_start_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.activity} {self.valid_from}"
