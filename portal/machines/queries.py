"""Keys that somebody may see, and the key that a machine shows."""

import hashlib
import hmac

from django.db.models import Case, DateField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from portal.accounts.models import User
from portal.machines.models import Key
from portal.machines.permissions import Perm
from portal.machines.rules import KeyFacts


def keys_visible_to(user: User) -> QuerySet[Key]:
    """The keys of the person's own enterprise."""
    keys = Key.objects.select_related("user", "attester", "revoked_by", "organisation")
    if Perm.VIEW_KEYS not in user.role_held.own:
        return keys.none()
    return keys.filter(organisation_id=user.organisation_id)


def with_standing(keys: QuerySet[Key], *, today: object) -> QuerySet[Key]:
    """Each with its `standing` on this day: active, expired or revoked."""
    return keys.annotate(
        standing=Case(
            When(~Q(revoked_at=None), then=Value("revoked")),
            When(user__is_active=False, then=Value("revoked")),
            When(expires_on__lt=Cast(Value(today), DateField()), then=Value("expired")),
            default=Value("active"),
        )
    )


def key_facts(key: Key) -> KeyFacts:
    """What the rules ask about it."""
    return KeyFacts(
        scope=key.scope,
        expires_on=key.expires_on,
        revoked=key.revoked_at is not None,
        owner_active=key.user.is_active,
    )


def digest_of(token: str) -> str:
    """What is kept of a key: it is long and random, so one pass of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def key_shown(token: str) -> Key | None:
    """The key with this token, alive or not; None for anything else."""
    name = token.partition(".")[0]
    key = Key.objects.select_related("user").filter(name=name).order_by().first()
    if key is None or not hmac.compare_digest(key.digest, digest_of(token)):
        return None
    return key
