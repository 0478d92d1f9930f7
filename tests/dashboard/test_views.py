"""The first page of each role."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from allocations.models import AllocationLine
from allocations.services import draft_decision
from allocations.services.distribution import send_copies
from portal.kernel import clock
from portal.kernel.period import Month
from traceability.services.handover import attest_filing, declare_nil
from traceability.services.supervision import extend_deadline, return_filing

HOME = "/"
MOST_QUERIES = 34


@pytest.fixture(autouse=True)
def _english(client) -> None:
    client.cookies["django_language"] = "en"


@pytest.mark.parametrize(
    ("role", "fact"),
    [
        ("supervisor", "100.000"),
        ("drafter", "Filing progress"),
        ("auditor", "Open findings"),
        ("recipient", "Copies to acknowledge"),
        ("filer", "2 days left"),
        ("attester", "60.000"),
    ],
)
def test_home_shows_what_the_role_has_to_do(
    client, year, role, fact, request, django_assert_max_num_queries
):
    client.force_login(request.getfixturevalue(role))

    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(HOME)

    assert answer.status_code == 200
    assert fact in answer.content.decode()


def test_home_of_an_enterprise_knows_what_an_official_said(
    client, year, northern, filer, attester, supervisor
):
    november, at = Month(2025, 11), clock.now()
    extend_deadline(
        month=november, enterprises=[northern], last_day=date(2025, 12, 20), reason="Flood",
        by=supervisor, at=at,
    )  # fmt: skip
    client.force_login(filer)
    assert "to be filed by 2025-12-20: 12 days left" in client.get(HOME).content.decode()

    draft = declare_nil(enterprise=northern, month=november, by=filer, at=at)
    client.force_login(attester)
    assert "waits to be attested" in client.get(HOME).content.decode()

    filing = attest_filing(filing=draft, seen=at, by=attester, at=at)
    return_filing(
        filing=filing,
        text="Nothing at all?",
        due_on=date(2025, 12, 25),
        by=supervisor,
        at=at,
    )
    text = client.get(HOME).content.decode()
    assert "The filing of November 2025 was returned, to be amended by 2025-12-25." in text
    assert "waits to be attested" not in text


def test_home_of_the_administrator_is_the_accounts(client, administrator):
    client.force_login(administrator)

    assert client.get(HOME).url == reverse("accounts:user_list")


def test_home_needs_an_account(client, db):
    assert client.get(HOME).url.startswith(reverse("account_login"))


def test_an_authority_sees_nothing_of_other_territories(client, year, other_recipient):
    client.force_login(other_recipient)

    text = client.get(HOME).content.decode()

    assert "Southern" in text
    assert "Northern" not in text


def test_an_enterprise_sees_nothing_of_others(client, year, southern_filer):
    client.force_login(southern_filer)

    assert "Northern" not in client.get(HOME).content.decode()


@pytest.mark.parametrize("asked", ["1800", "2031", "abc", "20255", ""])
def test_a_year_that_is_not_on_record_shows_the_present_one(client, year, viewer, asked):
    client.force_login(viewer)

    assert "2025 at a glance" in client.get(HOME, {"year": asked}).content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["start", "filing", "spreadsheet", "findings", "regime"])
def test_help_is_there_in_both_languages(client, filer, name, language):
    client.cookies["django_language"] = language
    client.force_login(filer)

    answer = client.get(reverse("help:page", args=[name]))

    assert answer.status_code == 200
    with translation.override(language):
        assert ("稀土" in answer.content.decode()) == (language == "zh-hans")


def test_help_that_is_not_there_is_not_found(client, filer):
    client.force_login(filer)

    assert client.get(reverse("help:page", args=["nothing"])).status_code == 404


def test_nothing_of_the_demonstration_exists_outside_it(client, viewer):
    client.force_login(viewer)

    assert client.post("/demonstration/advance/").status_code == 404
    assert client.get("/demonstration/records/").status_code == 404
    assert "demo-advance" not in client.get(HOME).content.decode()


def test_an_enterprise_is_asked_to_acknowledge_what_was_issued_and_no_history(
    client, year, northern, filer, drafter, noon
):
    client.force_login(filer)
    before = client.get("/").content
    decision = draft_decision(year=2025, regime="total_control", kind="batch", by=drafter, at=noon)
    AllocationLine.objects.create(
        decision=decision, enterprise=northern, category="separation", kg=1
    )
    send_copies(decision, at=noon, due_on=date(2025, 12, 11))

    after = client.get("/").content

    assert b"Your caps have changed" not in before
    assert b"an attester acknowledges it by 2025-12-11" in after
