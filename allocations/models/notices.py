"""Notices of what was issued, as they were made for print."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from allocations.models.copies import Copy
from allocations.models.decisions import Decision


class OfficialNotice(models.Model):
    """The notice of an issued decision, or the extract of it that a copy carries, as a PDF.

    Made once and never changed. `digest` is SHA-256 over the PDF; the paper itself bears that of
    the content. `token` is what the code on the paper leads to; it says nothing by itself.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="notices")
    copy = models.OneToOneField(Copy, models.PROTECT, related_name="extract", null=True, blank=True)
    token = models.UUIDField(unique=True)
    pdf = models.BinaryField()
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["decision"], condition=Q(copy=None), name="official_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.digest[:12]}"

    def get_absolute_url(self) -> str:
        """The page that the code on the paper leads to."""
        return reverse("allocations:notice_detail", args=[self.token])

    @property
    def content_digest(self) -> Any:
        """The digest that is printed on the paper: of the decision's content, or of the copy's."""
        return self.copy.digest if self.copy else self.decision.content_digest
