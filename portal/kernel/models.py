"""The audit trail, and the day at which a demonstration stands."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class AuditEvent(models.Model):
    """One deed: who did what to what, when, with its facts; chained by digest to the one before.

    Append-only (the database refuses update, delete and truncate) and written in the transaction of
    the deed it tells of. `digest` is SHA-256 over the event and `previous_digest`, so that a line
    taken out or altered later breaks every digest after it.
    """

    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
    )
    action = models.CharField(max_length=60, db_index=True)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    organisation_id = models.BigIntegerField(null=True, db_index=True)
    facts = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"


class DemonstrationDay(models.Model):
    """A civil day the demonstration's clock has stood at; the latest counts. Empty outside it."""

    day = models.DateField(unique=True)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.day.isoformat()
