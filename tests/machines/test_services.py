"""Making, allowing and revoking keys."""

import pytest

from portal.kernel.models import AuditEvent
from portal.machines import queries, rules, services
from portal.machines.models import Key

pytestmark = pytest.mark.django_db


def test_create_key_keeps_a_digest_and_tells_the_key_once(make_key, filer):
    key, token = make_key()

    assert token.startswith(f"{key.name}.")
    assert token not in str(Key.objects.filter(pk=key.pk).values().get())
    assert queries.key_shown(token) == key
    assert AuditEvent.objects.get(action="key.created").by == filer
    assert token not in str(AuditEvent.objects.filter(action="key.created").values().get())


def test_key_shown_knows_no_other_token(make_key):
    key, token = make_key()

    assert queries.key_shown(token[:-1]) is None
    assert queries.key_shown(f"{key.name}.") is None
    assert queries.key_shown("") is None


def test_allow_attestation_takes_a_second_person(make_key, filer, attester, later):
    key, _token = make_key()

    with pytest.raises(rules.AttesterUnfit):
        services.allow_attestation(key=key, by=filer, at=later)
    allowed = services.allow_attestation(key=key, by=attester, at=later)

    assert (allowed.attester, allowed.attester_since) == (attester, later)


def test_end_attestation(make_key, attester, later):
    key, _token = make_key()
    services.allow_attestation(key=key, by=attester, at=later)

    ended = services.end_attestation(key=key, by=attester, at=later)

    assert ended.attester is None


def test_revoke_key_once_and_for_good(make_key, attester, later):
    key, _token = make_key()
    services.revoke_key(key=key, by=attester, at=later)

    with pytest.raises(rules.KeyEnded):
        services.revoke_key(key=key, by=attester, at=later)

    assert AuditEvent.objects.filter(action="key.revoked").count() == 1


def test_keys_visible_to_ones_own_enterprise_only(
    make_key, filer, attester, southern_filer, viewer, auditor
):
    key, _token = make_key()

    seen = {who: set(queries.keys_visible_to(who)) for who in (filer, attester)}
    unseen = [set(queries.keys_visible_to(who)) for who in (southern_filer, viewer, auditor)]

    assert seen == {filer: {key}, attester: {key}}
    assert unseen == [set(), set(), set()]
