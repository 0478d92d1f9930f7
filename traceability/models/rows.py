"""Rows of a draft that are not records yet."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from traceability.models.filings import Filing


class UnfinishedRow(models.Model):
    """What somebody typed into one line of a draft that the checks can't make a record of yet.

    `cells` holds texts by column, `faults` what is wrong as [column, code, value]. It takes the
    place of the line's record on the desk; the record itself stays as it was until the row is free
    of faults. A draft with such rows is not handed over.
    """

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="unfinished_rows")
    line = models.IntegerField(_("line"))
    cells = models.JSONField(default=dict)
    faults = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("written at"))

    class Meta:
        ordering = ["filing", "line"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["filing", "line"], name="unfinished_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.filing} {self.line}"
