"""What machines meet: keys, repeated writes, problems, rates."""

import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from portal.kernel.period import CIVIL
from portal.machines import services
from portal.machines.models import Answer, Key
from portal.machines.rates import CallerRate
from traceability.models import Upload

pytestmark = pytest.mark.django_db

HEADER = "kind,date,lot,product,gross_kg,reo_percent"
GOOD = f"{HEADER}\nextraction,2025-02-03,L-1,ORE-MIX,1000,60\n".encode()
OTHER = f"{HEADER}\nextraction,2025-02-03,L-1,ORE-MIX,1001,60\n".encode()


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)


def send(client: Client, content: bytes = GOOD, month: str = "2025-02", **headers: str) -> Any:
    """An upload, as a machine sends it."""
    file = SimpleUploadedFile("february.csv", content)
    return client.post(reverse("api:uploads"), {"month": month, "file": file}, **headers)


# --- keys ----------------------------------------------------------------------------------------
def test_a_key_reads_and_files_as_the_person_who_made_it(client, bearer, filer):
    assert client.get(reverse("api:filings"), **bearer).status_code == 200
    assert send(client, **bearer).status_code == 202

    assert Upload.objects.get().by == filer
    assert client.get(reverse("api:decisions"), **bearer).status_code == 403


def test_a_reading_key_writes_nothing(client, make_key):
    reading = {"HTTP_AUTHORIZATION": f"Bearer {make_key(scope='read')[1]}"}

    assert client.get(reverse("api:filings"), **reading).status_code == 200
    refused = send(client, **reading)

    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("shown", ["Bearer", "Bearer wrong", "Bearer a b", "Bearer é"])
def test_an_unknown_key_is_told_so(client, db, shown):
    answer = client.get(reverse("api:filings"), HTTP_AUTHORIZATION=shown.encode().decode("latin1"))

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_key_that_has_ended_opens_nothing(client, make_key, attester, filer, later, monkeypatch):
    revoked, expired, orphaned = make_key(), make_key(expires_on=date(2025, 3, 5)), make_key()
    services.revoke_key(key=revoked[0], by=attester, at=later)
    asked = reverse("api:filings")

    def status(token: str) -> int:
        return client.get(asked, HTTP_AUTHORIZATION=f"Bearer {token}").status_code

    assert [status(revoked[1]), status(expired[1]), status(orphaned[1])] == [401, 200, 200]
    next_day = datetime(2025, 3, 6, 0, 0, 1, tzinfo=CIVIL)
    monkeypatch.setattr("portal.kernel.clock.now", lambda: next_day)
    filer.is_active = False
    filer.save()
    assert [status(expired[1]), status(orphaned[1])] == [401, 401]


def test_last_use_is_kept_even_of_a_request_that_was_refused(client, make_key, noon):
    key, token = make_key()

    send(client, b"", month="2099-01", HTTP_AUTHORIZATION=f"Bearer {token}")

    assert Key.objects.get(pk=key.pk).last_used_at == noon


def test_who_comes_by_session_needs_no_key(client, filer):
    client.force_login(filer)

    assert client.get(reverse("api:filings")).status_code == 200


# --- problems ------------------------------------------------------------------------------------
def test_errors_point_to_the_field_in_the_callers_language(client, bearer):
    answer = client.post(reverse("api:uploads"), {}, HTTP_ACCEPT_LANGUAGE="en", **bearer)
    chinese = client.post(reverse("api:uploads"), {}, HTTP_ACCEPT_LANGUAGE="zh-hans", **bearer)

    told = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (told["status"], told["code"]) == (400, "invalid")
    assert {error["pointer"] for error in told["errors"]} == {"/month", "/file"}
    assert told["detail"] != chinese.json()["detail"]


def test_a_refusal_is_a_problem_with_its_code(client, bearer):
    answer = send(client, month="2026-02", **bearer)

    told = answer.json()
    assert (answer.status_code, told["code"]) == (409, "month_not_begun")
    assert told["type"].endswith("#month_not_begun")


# --- writes that are repeated --------------------------------------------------------------------
def test_a_repeated_write_is_answered_as_the_first_and_done_once(client, bearer):
    first = send(client, HTTP_IDEMPOTENCY_KEY="february", **bearer)
    again = send(client, HTTP_IDEMPOTENCY_KEY="february", **bearer)

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert Upload.objects.count() == 1


def test_another_content_under_the_same_name_is_refused(client, bearer):
    send(client, HTTP_IDEMPOTENCY_KEY="february", **bearer)

    refused = send(client, OTHER, HTTP_IDEMPOTENCY_KEY="february", **bearer)

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Upload.objects.count() == 1


def test_a_refusal_is_repeated_too(client, bearer, monkeypatch):
    first = send(client, month="2025-04", HTTP_IDEMPOTENCY_KEY="april", **bearer)
    in_may = datetime(2025, 5, 2, 12, tzinfo=CIVIL)
    monkeypatch.setattr("portal.kernel.clock.now", lambda: in_may)

    again = send(client, month="2025-04", HTTP_IDEMPOTENCY_KEY="april", **bearer)
    anew = send(client, month="2025-04", HTTP_IDEMPOTENCY_KEY="april, second try", **bearer)

    assert (first.status_code, again.status_code, anew.status_code) == (409, 409, 202)
    assert again.content == first.content


def test_names_of_different_callers_do_not_meet(client, bearer, make_key):
    other = {"HTTP_AUTHORIZATION": f"Bearer {make_key()[1]}"}
    send(client, HTTP_IDEMPOTENCY_KEY="february", **bearer)

    send(client, HTTP_IDEMPOTENCY_KEY="february", **other)

    assert Upload.objects.count() == 2


def test_a_name_that_is_none_is_refused(client, bearer):
    refused = send(client, HTTP_IDEMPOTENCY_KEY="x" * 256, **bearer)

    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_unfit")


@pytest.mark.parametrize("at_once", [4])
def test_repeats_at_once_are_done_once(committed_db, make_key, at_once):
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {make_key()[1]}"}
    start = threading.Barrier(at_once)
    answers: list[Any] = []

    def ask() -> None:
        start.wait()
        try:
            answers.append(send(Client(), HTTP_IDEMPOTENCY_KEY="february", **bearer))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [202] * at_once
    assert len({answer.content for answer in answers}) == 1
    assert Upload.objects.count() == 1


def test_answers_are_forgotten_in_time(client, bearer, noon):
    send(client, HTTP_IDEMPOTENCY_KEY="february", **bearer)

    assert services.forget_answers(noon) == 0
    assert services.forget_answers(noon + timedelta(seconds=1)) == 1
    assert not Answer.objects.exists()


# --- rates ---------------------------------------------------------------------------------------
def test_the_rate_is_told_and_kept(client, bearer, monkeypatch):
    monkeypatch.setattr(CallerRate, "get_rate", lambda _self: "2/min")
    asked = reverse("api:filings")

    answers = [client.get(asked, **bearer) for _ in range(3)]

    assert [a.status_code for a in answers] == [200, 200, 429]
    assert [a.headers["RateLimit-Remaining"] for a in answers] == ["1", "0", "0"]
    assert answers[0].headers["RateLimit-Limit"] == "2"
    assert 0 < int(answers[2].headers["Retry-After"]) <= 60
    assert answers[2].json()["code"] == "throttled"
