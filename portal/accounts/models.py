"""Regions, organisations, users, and the count of their refused writes."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.permissions import Perm
from portal.accounts.roles import ROLES, OrganisationKind, Role, RoleHeld


class Region(models.Model):
    """A province, prefecture or county of GB/T 2260; the six-digit code tells its level."""

    class Level(models.IntegerChoices):
        PROVINCE = 1, _("province")
        PREFECTURE = 2, _("prefecture")
        COUNTY = 3, _("county")

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    level = models.SmallIntegerField(_("level"), choices=Level)
    name_en = models.CharField(_("English name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[1-9]\d{5}$"), name="region_code_six_digits"
            ),
            models.CheckConstraint(
                condition=Q(level=1, parent=None) | Q(level__in=[2, 3], parent__isnull=False),
                name="region_parent_below_province",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} {self.code}"

    @property
    def prefix(self) -> str:
        """The digits that every region within this one begins with."""
        return self.code[: 2 * self.level]


class Organisation(models.Model):
    """A ministry, authority, enterprise, audit office or the operator of the portal.

    `group` is the group that object permissions on enterprises are granted to.
    """

    class Ministry(models.TextChoices):
        MIIT = "MIIT", _("MIIT")
        NDRC = "NDRC", _("NDRC")
        MNR = "MNR", _("MNR")

    class Department(models.TextChoices):
        INDUSTRY = "industry", _("industry and information technology")
        NATURAL_RESOURCES = "natural_resources", _("natural resources")

    KINDS = [
        (OrganisationKind.MINISTRY.value, _("ministry")),
        (OrganisationKind.AUTHORITY.value, _("competent authority")),
        (OrganisationKind.ENTERPRISE.value, _("enterprise")),
        (OrganisationKind.AUDIT.value, _("audit office")),
        (OrganisationKind.OPERATOR.value, _("operator of the portal")),
    ]

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    ministry = models.CharField(_("ministry"), max_length=4, choices=Ministry, blank=True)
    department = models.CharField(_("department"), max_length=20, choices=Department, blank=True)
    name_en = models.CharField(_("English name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="organisations"
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    group = models.OneToOneField(
        Group, models.PROTECT, null=True, blank=True, related_name="organisation"
    )

    class Meta:
        ordering = ["name_zh"]
        constraints = [
            models.UniqueConstraint(
                fields=["ministry"], condition=~Q(ministry=""), name="organisation_ministry_once"
            ),
            models.UniqueConstraint(
                fields=["region", "department"],
                condition=Q(kind="authority"),
                name="organisation_authority_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind="ministry") ^ ~Q(ministry=""),
                name="organisation_ministry_named",
            ),
            models.CheckConstraint(
                condition=~Q(kind="authority") | (Q(region__isnull=False) & ~Q(department="")),
                name="organisation_authority_placed",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class User(AbstractUser):
    """A person with an account: of one organisation, in one role."""

    ROLE_CHOICES = [(held.role.value, held.name) for held in ROLES.values()]

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="users", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=20, choices=ROLE_CHOICES)
    full_name = models.CharField(_("full name"), max_length=80)
    language = models.CharField(
        _("language"),
        max_length=7,
        choices=[("zh-hans", _("Chinese")), ("en", _("English"))],
        default="zh-hans",
    )
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]

    REQUIRED_FIELDS = ["email", "organisation_id", "role"]

    class Meta:
        permissions = [
            (Perm.MANAGE_USERS.split(".")[1], "Invite, change and deactivate users"),
            (Perm.KEEP_CALENDAR.split(".")[1], "Keep the calendar of working days"),
            (Perm.VIEW_AUDIT.split(".")[1], "Read the audit trail"),
            (Perm.ADMINISTER_SETTINGS.split(".")[1], "Keep the settings"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_superuser=False, is_staff=False), name="user_no_superuser"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="user_role_known"
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def role_held(self) -> RoleHeld:
        """The role with its permissions."""
        return ROLES[self.role]

    def holds(self, perm: str) -> bool:
        """Whether the role carries `perm`, nationally or for some enterprises."""
        return perm in self.role_held.permissions

    def get_full_name(self) -> str:
        """The name as written."""
        return self.full_name

    def get_short_name(self) -> str:
        """The name as written."""
        return self.full_name


class RefusedWrites(models.Model):
    """How often a person was refused the same write for the same reason within one minute.

    The first goes into the audit trail at once, the others as a count when the minute is over; the
    row is dropped then. So a flood leaves two events a minute, and no attempt is left out.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    method = models.CharField(max_length=8)
    route = models.CharField(max_length=100)
    reason = models.CharField(max_length=60)
    minute = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "method", "route", "reason", "minute"],
                name="refused_writes_counted_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.method} {self.route} {self.times}"
