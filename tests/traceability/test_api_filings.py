"""Filings and uploads through the API."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Upload
from traceability.services.handover import attest_filing, hand_over
from traceability.services.uploads import receive_upload, work_upload

pytestmark = pytest.mark.django_db

HEADER = "kind,date,lot,product,gross_kg,reo_percent,run,counterparty,document,country,note"
GOOD = f"{HEADER}\nextraction,2025-02-03,L-1,ORE-MIX,1000,60,,,,,\n".encode()
BAD = f"{HEADER}\ngift,2025-02-03,L-1,ORE-MIX,1000,60,,,,,\n".encode()


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)


@pytest.fixture
def asking(request: pytest.FixtureRequest, client: Client) -> Callable[[str], Client]:
    """Somebody of the cast, signed in."""

    def sign_in(who: str) -> Client:
        client.force_login(request.getfixturevalue(who))
        return client

    return sign_in


@pytest.fixture
def submitted(
    northern: Enterprise, february: Month, filer: User, attester: User, noon: datetime
) -> Filing:
    """Northern's February, submitted."""
    upload = receive_upload(
        enterprise=northern, month=february, file_name="f", content=GOOD, by=filer, at=noon
    )
    draft = work_upload(upload=upload, at=noon).filing
    hand_over(filing=draft, by=filer, at=noon)
    return attest_filing(filing=draft, seen=noon, by=attester, at=noon)


@pytest.mark.parametrize("who", ["viewer", "recipient", "filer", "attester", "auditor"])
def test_filings_and_records(
    asking: Any, submitted: Filing, who: str, django_assert_max_num_queries: Any
) -> None:
    client = asking(who)

    with django_assert_max_num_queries(12):
        listed = client.get(reverse("api:filings"), {"month": "2025-02"}).json()["results"]
    one = client.get(reverse("api:filing", args=[submitted.pk])).json()
    records = client.get(reverse("api:filing_records", args=[submitted.pk])).json()["results"]

    assert listed == [one]
    assert (one["uscc"], one["month"]) == (submitted.enterprise.uscc, "2025-02")
    assert (one["late"], one["receipt_no"]) == (False, submitted.receipt_no)
    assert [(r["lot"], r["product"], r["gross_kg"]) for r in records] == [
        ("L-1", "ORE-MIX", "1000.000")
    ]


def test_a_stranger_finds_nothing(asking: Any, submitted: Filing, southern_filer: User) -> None:
    client = asking("southern_filer")

    assert client.get(reverse("api:filings")).json()["results"] == []
    assert client.get(reverse("api:filing", args=[submitted.pk])).status_code == 404
    assert client.get(reverse("api:filing_records", args=[submitted.pk])).status_code == 404
    assert client.get(reverse("api:upload", args=[Upload.objects.get().pk])).status_code == 404


def _post(client: Client, content: bytes, month: str = "2025-02") -> Any:
    file = SimpleUploadedFile("f.csv", content)
    return client.post(reverse("api:uploads"), {"month": month, "file": file})


def test_an_upload_and_its_faults(asking: Any, filer: User, noon: datetime) -> None:
    client = asking("filer")

    sent = _post(client, BAD)
    work_upload(upload=Upload.objects.get(), at=noon)
    told = client.get(reverse("api:upload", args=[sent.json()["id"]])).json()

    assert (sent.status_code, sent.json()["state"]) == (202, "queued")
    assert (told["state"], told["error_count"]) == ("refused", 1)
    assert told["errors"][0]["line"] == 2
    assert told["errors"][0]["value"] == "gift"


@pytest.mark.parametrize(
    ("who", "content", "month", "status"),
    [
        ("filer", GOOD, "2025-04", 409),
        ("filer", GOOD, "soon", 400),
        ("filer", b"", "2025-02", 422),
        ("attester", GOOD, "2025-02", 403),
        ("viewer", GOOD, "2025-02", 403),
    ],
)
def test_an_upload_that_is_refused(
    asking: Any, northern: Enterprise, who: str, content: bytes, month: str, status: int
) -> None:
    assert _post(asking(who), content, month).status_code == status
    assert not Upload.objects.exists()
