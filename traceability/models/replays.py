"""Replays: the ledger counted anew, and what of the derived figures did not agree."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Replay(models.Model):
    """One comparison of lots, balances and cap use with the ledger they are derived from.

    `differences` counts them and must be zero; `found` keeps the first of them as
    {"kind", "key", "kept", "replayed"}. `run_key` names the night, so that two timetables run once.
    """

    run_key = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"))
    differences = models.IntegerField(_("differences"))
    found = models.JSONField(default=list)

    class Meta:
        ordering = ["-started_at", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.run_key}: {self.differences}"
