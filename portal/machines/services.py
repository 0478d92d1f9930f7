"""Making, allowing and revoking keys."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import civil_day
from portal.machines import queries, rules
from portal.machines.models import Answer, Key

_USED_AGAIN_AFTER = timedelta(minutes=1)


@transaction.atomic
def create_key(
    *, purpose: str, scope: str, expires_on: date, by: User, at: datetime
) -> tuple[Key, str]:
    """Make a key for the person's enterprise; the second value is the key itself.

    It is told this once: only its digest is kept. Raises LifeUnfit.
    """
    rules.require_life(expires_on, today=civil_day(at))
    name = secrets.token_hex(6)
    token = f"{name}.{secrets.token_urlsafe(32)}"
    key = Key.objects.create(
        organisation=by.organisation,
        user=by,
        purpose=purpose,
        scope=scope,
        name=name,
        digest=queries.digest_of(token),
        made_at=at,
        expires_on=expires_on,
    )
    audit.record(
        "key.created", key, by=by, at=at, purpose=purpose, scope=scope, expires_on=expires_on
    )
    return key, token


@transaction.atomic
def allow_attestation(*, key: Key, by: User, at: datetime) -> Key:
    """Let what this key submits count as attested by `by`. Raises KeyEnded or AttesterUnfit."""
    key = _locked(key)
    facts = queries.key_facts(key)
    rules.require_alive(facts, today=civil_day(at))
    rules.require_attester(facts, made_it=key.user_id == by.pk)
    key.attester = by
    key.attester_since = at
    key.save(update_fields=["attester", "attester_since"])
    audit.record("key.attestation_allowed", key, by=by, at=at)
    return key


@transaction.atomic
def end_attestation(*, key: Key, by: User, at: datetime) -> Key:
    """What this key submits no longer counts as attested by anybody."""
    key = _locked(key)
    key.attester = None
    key.attester_since = None
    key.save(update_fields=["attester", "attester_since"])
    audit.record("key.attestation_ended", key, by=by, at=at)
    return key


@transaction.atomic
def revoke_key(*, key: Key, by: User, at: datetime) -> Key:
    """End a key at once and for good. Raises KeyEnded when it has ended before."""
    key = _locked(key)
    rules.require_alive(queries.key_facts(key), today=civil_day(at))
    key.revoked_at = at
    key.revoked_by = by
    key.save(update_fields=["revoked_at", "revoked_by"])
    audit.record("key.revoked", key, by=by, at=at)
    return key


def _locked(key: Key) -> Key:
    return (
        Key.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .get(pk=key.pk)
    )


def note_use(key: Key, at: datetime) -> None:
    """Keep when a key was last used, to the minute; no deed, and part of none."""
    used = key.last_used_at
    if used is None or used < at - _USED_AGAIN_AFTER:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=at - _USED_AGAIN_AFTER)
        Key.objects.filter(stale, pk=key.pk).update(last_used_at=at)


def forget_answers(before: datetime) -> int:
    """Drop the answers to writes from before this instant; how many there were. No deed."""
    return Answer.objects.filter(at__lt=before).delete()[0]
