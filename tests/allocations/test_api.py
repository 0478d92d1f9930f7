"""Decisions, caps and copies over the API."""

import pytest
from django.urls import reverse

from tests.cast import make_designated

pytestmark = pytest.mark.django_db

LISTS = ("api:decisions", "api:caps", "api:copies")


@pytest.fixture
def ask(request, client):
    """Asks as somebody of the cast; the answer's status and JSON."""

    def get(who: str, name: str, **asked: str) -> tuple[int, dict]:
        client.force_login(request.getfixturevalue(who))
        answer = client.get(reverse(name), asked)
        return answer.status_code, answer.json()

    return get


@pytest.fixture
def decision(issued, northern, southern):
    """100 t of separation, 60 for Northern, 30 for Southern; issued."""
    shares = ((northern, "separation", "60"), (southern, "separation", "30"))
    return issued(("separation", "100"), *shares)


@pytest.mark.parametrize(
    ("who", "statuses"),
    [
        ("viewer", (200, 200, 200)),
        ("auditor", (200, 200, 200)),
        ("recipient", (403, 200, 200)),
        ("filer", (403, 200, 200)),
        ("administrator", (403, 403, 403)),
    ],
)
def test_who_reads_what(ask, decision, who, statuses):
    assert tuple(ask(who, name)[0] for name in LISTS) == statuses


@pytest.mark.parametrize("name", LISTS)
def test_a_stranger_is_refused_and_nothing_is_written(client, drafter, name):
    assert client.get(reverse(name)).status_code == 401

    client.force_login(drafter)

    assert client.post(reverse(name), {}).status_code == 405


def test_decisions_come_with_their_lines_and_sign_offs(ask, decision, northern):
    _status, answer = ask("viewer", "api:decisions", year="2025")

    [told] = answer["results"]
    assert told["ceiling_lines"] == [{"category": "separation", "kg": "100000.000", "reason": ""}]
    assert told["allocation_lines"][0]["uscc"] == northern.uscc
    assert {each["ministry"] for each in told["sign_offs"]} == {"MIIT", "NDRC", "MNR"}
    assert told["content_digest"] == decision.content_digest
    assert ask("viewer", "api:decisions", year="2024")[1]["count"] == 0


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("viewer", {"Northern": "60000.000", "Southern": "30000.000"}),
        ("recipient", {"Northern": "60000.000"}),
        ("southern_filer", {"Southern": "30000.000"}),
    ],
)
def test_caps_are_those_one_may_see(ask, decision, who, seen):
    _status, answer = ask(who, "api:caps", year="2025")

    assert {cap["name_en"]: cap["cap_kg"] for cap in answer["results"]} == seen


def test_a_cap_is_the_sum_of_issued_lines(ask, issued, draft, decision, northern):
    deduction = (northern, "separation", "-5", "penalty")
    issued(deduction, kind="deduction", document_no="MIIT [2025] 2")
    draft((northern, "separation", "1"))

    _status, answer = ask("viewer", "api:caps", year="2025", uscc=northern.uscc)

    [cap] = answer["results"]
    assert (cap["cap_kg"], cap["year"], cap["category"]) == ("55000.000", 2025, "separation")


def test_copies_are_an_authoritys_own_and_are_acknowledged_once(
    client, ask, decision, recipient, other_recipient
):
    _status, answer = ask("recipient", "api:copies")
    [copy] = answer["results"]
    url = reverse("api:copy_acknowledge", args=[copy["id"]])
    assert (copy["region"], copy["state"]) == ("150000", "waiting")

    client.force_login(other_recipient)
    assert client.post(url).status_code == 404
    client.force_login(recipient)
    first, again = client.post(url), client.post(url)

    assert (first.status_code, first.json()["state"]) == (200, "acknowledged")
    assert (again.status_code, again.json()["code"]) == (409, "acknowledged_already")


def test_only_recipients_acknowledge(client, decision, viewer):
    client.force_login(viewer)
    url = reverse("api:copy_acknowledge", args=[decision.copies.first().pk])

    assert client.post(url).status_code == 403
    assert client.get(url).status_code == 403


def test_lists_ask_the_same_number_of_questions_however_long_they_are(
    client, issued, baotou, viewer, django_assert_max_num_queries
):
    mines = [make_designated(f"Mine {n}", baotou, "mining") for n in range(30)]
    issued(("mining_rock", "50"), *[(mine, "mining_rock", "1") for mine in mines])
    client.force_login(viewer)

    for name in LISTS:
        with django_assert_max_num_queries(14):
            assert client.get(reverse(name)).json()["count"]
