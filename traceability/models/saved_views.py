"""Lists as people like to have them again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """What one person narrows and sorts a list by, under a name; `query` as in an address.

    Shared ones are offered to everybody of the same organisation. At most one of a list is what
    its owner finds when the list is opened plainly.
    """

    class Listing(models.TextChoices):
        FINDINGS = "findings", _("Findings")
        CASES = "cases", _("Cases")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_views")
    listing = models.CharField(max_length=8, choices=Listing)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    is_shared = models.BooleanField(_("shared"), default=False)
    is_default = models.BooleanField(_("opened first"), default=False)
    at = models.DateTimeField(_("saved at"))

    class Meta:
        ordering = ["name", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "listing", "name"], name="saved_view_name_once"
            ),
            models.UniqueConstraint(
                fields=["user", "listing"],
                condition=Q(is_default=True),
                name="saved_view_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing}: {self.name}"
