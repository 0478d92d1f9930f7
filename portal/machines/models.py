"""Keys of machines, and what their writes were answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.machines.permissions import Perm


class Key(models.Model):
    """What an enterprise's own system shows in place of a person's password.

    It acts for `user`, who made it, and never beyond that person's role. `name` is the part of the
    key that may be shown, `digest` SHA-256 over the whole key, which nobody but its holder knows.
    `attester`: who lets submissions by this key count as attested by themselves.
    """

    class Scope(models.TextChoices):
        READ = "read", _("read")
        FILE = "file", _("read and file")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="keys")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="keys")
    purpose = models.CharField(_("purpose"), max_length=120)
    scope = models.CharField(_("scope"), max_length=4, choices=Scope)
    name = models.CharField(_("key"), max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made at"))
    expires_on = models.DateField(_("last day"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    attester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    attester_since = models.DateTimeField(_("attests since"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-made_at", "-id"]
        default_permissions = ()
        permissions = [
            (Perm.VIEW_KEYS.split(".")[1], "See and revoke the keys of one's enterprise"),
            (Perm.CREATE_KEY.split(".")[1], "Make keys for one's enterprise's systems"),
            (Perm.ALLOW_ATTESTATION.split(".")[1], "Let a key submit in one's own name"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="key_with_a_purpose"),
            models.CheckConstraint(
                condition=Q(attester=None, attester_since=None)
                | Q(attester__isnull=False, attester_since__isnull=False, scope="file"),
                name="key_attests_for_somebody",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="key_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.name}"

    def may(self, method: str) -> bool:
        """Whether its scope covers a request of this method."""
        return self.scope == self.Scope.FILE or method in {"GET", "HEAD", "OPTIONS"}


class Answer(models.Model):
    """What a write with an `Idempotency-Key` was answered; a repeat is answered the same.

    `caller` tells whose write it was, `content_digest` SHA-256 over method, address and content.
    Written in the transaction of the deed, so that neither stands without the other.
    """

    caller = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=255)
    content_digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)
    status = models.SmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["caller", "idempotency_key"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.idempotency_key} {self.status}"
