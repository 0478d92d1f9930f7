"""The audit trail, the working-day calendar, dated settings, and the demonstration's day."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _


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


class Holiday(models.Model):
    """A day on which work differs from the week: a public holiday, or a make-up working day.

    Set by a yearly notice of the State Council. `document` names the notice it was read in; a row
    without it was entered from general knowledge and is still to be checked.
    """

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("working day"))
    name_en = models.CharField(_("English name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    document = models.CharField(_("notice"), max_length=120, blank=True)

    class Meta:
        ordering = ["day"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {self.name_zh}"


class Parameter(models.Model):
    """A setting of the portal from a day on; the latest row up to a day counts.

    Never edited: a change is a new row with its own first day. `set_by` is empty for the values
    that the portal came with.
    """

    class Name(models.TextChoices):
        COOLING_OFF_WORKING_DAYS = (
            "cooling_off_working_days",
            _("working days between the order to issue a decision and its issue"),
        )
        ACKNOWLEDGE_WITHIN_WORKING_DAYS = (
            "acknowledge_within_working_days",
            _("working days within which a copy is to be acknowledged"),
        )

    name = models.CharField(_("setting"), max_length=40, choices=Name)
    value = models.PositiveSmallIntegerField(_("value"))
    from_day = models.DateField(_("from"))
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    set_at = models.DateTimeField(_("set at"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["name", "-from_day", "-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.value} {self.from_day}"


class DemonstrationDay(models.Model):
    """A civil day the demonstration's clock has stood at; the latest counts. Empty outside it."""

    day = models.DateField(unique=True)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.day.isoformat()
