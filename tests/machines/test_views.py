"""Pages on keys."""

import re
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from portal.machines import queries
from portal.machines.models import Key

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(client: Client, monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"


def test_key_create_shows_the_key_this_once(client, filer):
    client.force_login(filer)
    asked = {"purpose": "ERP", "scope": "file", "expires_on": "2025-06-30"}

    answer = client.post(reverse("machines:key_create"), asked)

    token = re.search(r'id="key-token">([^<]+)<', answer.content.decode())[1]
    key = Key.objects.get()
    assert queries.key_shown(token) == key
    assert answer.headers["Cache-Control"] == "no-store"
    shown = client.get(reverse("machines:key_detail", args=[key.pk])).content.decode()
    assert key.name in shown
    assert token not in shown


def test_key_create_refuses_a_life_of_more_than_a_year(client, filer):
    client.force_login(filer)
    asked = {"purpose": "ERP", "scope": "file", "expires_on": "2027-06-30"}

    answer = client.post(reverse("machines:key_create"), asked)

    assert answer.status_code == 422
    assert b"within a year" in answer.content
    assert not Key.objects.exists()


def test_the_attester_allows_and_both_may_revoke(client, make_key, filer, attester):
    key, _token = make_key()
    client.force_login(attester)

    client.post(reverse("machines:key_allow", args=[key.pk]))
    key.refresh_from_db()
    assert key.attester == attester
    client.post(reverse("machines:key_end_attestation", args=[key.pk]))
    client.post(reverse("machines:key_revoke", args=[key.pk]))

    key.refresh_from_db()
    assert (key.attester, key.revoked_by) == (None, attester)


def test_the_filer_allows_nothing(client, make_key, filer):
    key, _token = make_key()
    client.force_login(filer)

    assert client.post(reverse("machines:key_allow", args=[key.pk])).status_code == 403


def test_revoking_twice_says_so(client, make_key, filer):
    key, _token = make_key()
    client.force_login(filer)
    revoke = reverse("machines:key_revoke", args=[key.pk])
    client.post(revoke)

    answer = client.post(revoke, follow=True)

    assert b"This key has ended." in answer.content


def test_key_list_in_few_queries(client, make_key, filer, django_assert_max_num_queries):
    for _ in range(5):
        make_key()
    client.force_login(filer)

    with django_assert_max_num_queries(13):
        answer = client.get(reverse("machines:key_list"))

    assert answer.content.decode().count("ERP") == 5


def test_anothers_key_is_not_there(client, make_key, southern_filer):
    key, _token = make_key()
    client.force_login(southern_filer)

    assert client.get(reverse("machines:key_detail", args=[key.pk])).status_code == 404
