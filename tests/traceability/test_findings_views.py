"""The pages and the API of findings and reconciliations: who opens them, what they show."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from tests.traceability.ledger import extraction, file, give_cap, months, nil, reconciled
from traceability.models import Finding, Reconciliation

pytestmark = pytest.mark.django_db
ALL = (
    *("drafter", "signatory", "supervisor", "viewer", "recipient", "other_recipient"),
    *("filer", "attester", "southern_filer", "auditor", "administrator"),
)
NATIONAL = {"drafter", "signatory", "supervisor", "viewer", "auditor"}
TERRITORY = NATIONAL | {"recipient", "filer", "attester"}
QUERIES = 16


@pytest.fixture
def signed_in(request, client: Client):
    """Signs somebody of the cast in, by name; pages come in English."""

    def sign_in(who: str) -> Client:
        user = request.getfixturevalue(who)
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in


@pytest.fixture
def finding(northern) -> Finding:
    """Northern mined one tonne REO over its cap."""
    give_cap(northern, "mining_rock", "1000")
    file(northern, "2025-01", extraction(5, "A", "4000"))
    nil(northern, *months(2, 12))
    reconciled(date(2026, 1, 16))
    return Finding.objects.get(code="over_cap")


@pytest.fixture
def addresses(finding) -> dict[str, str]:
    run = Reconciliation.objects.get()
    return {
        "finding_list": reverse("traceability:finding_list"),
        "finding_detail": finding.get_absolute_url(),
        "enterprise_findings_fragment": reverse(
            "traceability:enterprise_findings_fragment", args=[finding.enterprise_id]
        ),
        "tolerance_list": reverse("traceability:tolerance_list"),
        "reconciliation_list": reverse("traceability:reconciliation_list"),
        "reconciliation_run": reverse("traceability:reconciliation_run"),
        "reconciliation_detail": run.get_absolute_url(),
        "reconciliation_progress": reverse("traceability:reconciliation_progress", args=[run.pk]),
        "api": reverse("api:findings"),
        "api_detail": reverse("api:finding", args=[finding.pk]),
    }


HOLDERS = set(ALL) - {"administrator"}
OPENS = {
    "finding_list": HOLDERS,
    "finding_detail": TERRITORY,
    "enterprise_findings_fragment": TERRITORY,
    "tolerance_list": HOLDERS - {"filer", "attester", "southern_filer"},
    "reconciliation_list": NATIONAL,
    "reconciliation_run": {"supervisor"},
    "reconciliation_detail": NATIONAL,
    "reconciliation_progress": NATIONAL,
    "api": HOLDERS,
    "api_detail": TERRITORY,
}
STRANGERS = {"other_recipient", "southern_filer"}
OF_ONE = {"finding_detail", "enterprise_findings_fragment", "api_detail"}


@pytest.mark.parametrize("who", ALL)
def test_pages_open_for_those_who_may(signed_in, addresses, who):
    client = signed_in(who)

    answers = {name: client.get(url).status_code for name, url in addresses.items()}

    assert answers == {
        name: 200 if who in openers else 404 if name in OF_ONE and who in STRANGERS else 403
        for name, openers in OPENS.items()
    }


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("finding_list", "Over cap"),
        ("finding_detail", "2.000 t REO; the cap is 1.000 t; 1.000 t over"),
        ("finding_detail", "Total Volume Control Measures"),
        ("finding_detail", "What would clear it"),
        ("finding_detail", "excess over a cap left alone, kg"),
        ("enterprise_findings_fragment", "Over cap"),
        ("tolerance_list", "road and rail within China"),
        ("reconciliation_list", "finished"),
        ("reconciliation_run", "As known at the end of"),
        ("reconciliation_detail", "First put on record by this run"),
        ("api", '"code":"over_cap"'),
        ("api_detail", '"over_kg":"1000.000"'),
    ],
)
def test_pages_show_their_facts(signed_in, addresses, name, fact, django_assert_max_num_queries):
    client = signed_in("supervisor")

    with django_assert_max_num_queries(QUERIES):
        answer = client.get(addresses[name])

    assert fact in answer.content.decode()


def test_finding_links_to_the_line_of_the_filing(signed_in, finding, northern):
    record = northern.filings.get(month="2025-01-01").records.get()

    answer = signed_in("filer").get(finding.get_absolute_url())

    url = reverse("traceability:filing_detail", args=[record.filing_id])
    assert f'href="{url}?page=1#record-1"' in answer.content.decode()
    assert 'id="record-1"' in signed_in("filer").get(f"{url}?page=1").content.decode()


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 1),
        ({"code": "over_cap"}, 1),
        ({"code": "no_cap"}, 0),
        ({"severity": "high", "status": "still_open"}, 1),
        ({"status": "cleared"}, 0),
        ({"month": "2025-01"}, 1),
        ({"month": "2025-02"}, 0),
        ({"month": "soon"}, 0),
        ({"province": "150000"}, 1),
        ({"province": "360000"}, 0),
        ({"search": "Northern"}, 1),
        ({"search": "nobody"}, 0),
        ({"year": "2024"}, 0),
        ({"category": "mining_rock"}, 1),
    ],
)
def test_findings_are_filtered_on_the_page_and_in_the_api(signed_in, finding, asked, count):
    client = signed_in("supervisor")

    listed = client.get(reverse("traceability:finding_list"), asked)
    answered = client.get(reverse("api:findings"), asked)

    assert listed.context["count"] == count
    assert len(answered.json()["results"]) == count


def test_findings_are_exported_with_their_words(signed_in, finding):
    answer = signed_in("supervisor").get(reverse("traceability:finding_list"), {"export": "csv"})

    text = b"".join(answer.streaming_content).decode()
    assert "over_cap" in text
    assert "1.000 t over" in text


def test_run_now_asks_and_goes_to_the_progress(signed_in, northern, supervisor):
    client = signed_in("supervisor")

    answer = client.post(
        reverse("traceability:reconciliation_run"), {"year": "2025", "as_of": "2025-12-08"}
    )

    run = Reconciliation.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == run.get_absolute_url()
    assert (run.asked_by, run.state, run.as_of) == (supervisor, "queued", date(2025, 12, 8))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"year": "", "as_of": "2025-12-08"}, "required"),
        ({"year": "2025", "as_of": "2999-01-01"}, "still to come"),
        ({"year": "2999", "as_of": "2025-12-08"}, "has not begun"),
    ],
)
def test_run_now_refuses_days_to_come(signed_in, asked, words):
    answer = signed_in("supervisor").post(reverse("traceability:reconciliation_run"), asked)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Reconciliation.objects.exists()


def test_progress_is_asked_again_until_the_run_is_over(signed_in, northern, supervisor, noon):
    from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

    run = ask_reconciliation(year=2025, as_of=noon.date(), by=supervisor, at=noon)
    url = reverse("traceability:reconciliation_progress", args=[run.pk])
    client = signed_in("supervisor")

    waiting = client.get(url)
    run_reconciliation(reconciliation=run, at=noon)
    over = client.get(url)

    assert f'hx-get="{url}"' in waiting.content.decode()
    assert "HX-Refresh" not in waiting
    assert over["HX-Refresh"] == "true"
