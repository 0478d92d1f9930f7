"""What replaces a draft leaves purchases accepted from the inbox, unless it says otherwise."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from tests.traceability.ledger import file, sale
from tests.traceability.machine import Machine, machine_for
from traceability.models import Filing
from traceability.queries.shipments import Days, shipments_to
from traceability.rules.shipments import NEITHER, Answer
from traceability.services.shipments import accept_shipment
from traceability.services.uploads import receive_upload, work_upload

pytestmark = pytest.mark.django_db
HEADER = "kind,date,lot,lot_maker,product,gross_kg,reo_percent,counterparty,document\n"
MINED = "extraction,2025-02-03,S-1,,ORE-MIX,1000,60,,\n"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)


@pytest.fixture
def accepted(northern: Any, southern: Any, southern_filer: Any, noon: Any) -> Filing:
    """Southern's draft, in which 1,000 kg stand that it accepted from Northern."""
    file(northern, "2025-02", sale(10, "A", "1000", southern, "INV1"))
    today = date(2025, 3, 5)
    shipment = shipments_to(southern, Days.up_to(today), today=today).get()
    accept_shipment(
        key=shipment.named,
        answer=Answer(Decimal(1000), date(2025, 2, 12)),
        seen_kg=Decimal(1000),
        if_closed=NEITHER,
        by=southern_filer,
        at=noon,
    )
    return Filing.objects.get(enterprise=southern, month="2025-02")


@pytest.mark.parametrize("keep_right", [False, True])
@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ("", ["extraction", "purchase"]),
        ("purchase,2025-02-11,A,{maker},,990,,{maker}, inv1\n", ["extraction", "purchase"]),
        (
            "purchase,2025-02-11,A,{maker},,990,,{maker},INV2\n",
            ["extraction", "purchase", "purchase"],
        ),
    ],
)
def test_a_file_in_place_of_a_draft_leaves_what_was_accepted(
    accepted, northern, southern, southern_filer, noon, told, kinds, keep_right
):
    content = (HEADER + MINED + told.format(maker=northern.uscc)).encode()
    upload = receive_upload(
        enterprise=southern,
        month=Month(2025, 2),
        file_name="february.csv",
        content=content,
        keep_right=keep_right,
        by=southern_filer,
        at=noon,
    )

    done = work_upload(upload=upload, at=noon)

    draft = Filing.objects.get(pk=accepted.pk)
    assert done.state == "accepted", done.errors
    assert sorted(draft.records.values_list("kind", flat=True)) == kinds
    assert draft.record_count == len(kinds)
    stated = draft.records.get(kind="purchase", document__iregex="inv1").gross_kg
    assert stated == (990 if "inv1" in told else 1000)
    assert (done.done, done.kept) == (1 + bool(told), 0 if "inv1" in told else 1)


@pytest.mark.parametrize("keep_right", [False, True])
def test_a_file_that_says_so_replaces_what_was_accepted_too(
    accepted, southern, southern_filer, noon, keep_right
):
    upload = receive_upload(
        enterprise=southern,
        month=Month(2025, 2),
        file_name="february.csv",
        content=(HEADER + MINED).encode(),
        keep_right=keep_right,
        drop_accepted=True,
        by=southern_filer,
        at=noon,
    )

    done = work_upload(upload=upload, at=noon)

    assert (done.state, done.kept) == ("accepted", 0), done.errors
    assert [record.kind for record in accepted.records.all()] == ["extraction"]
    told = AuditEvent.objects.filter(action__in=["upload.received", "filing.filled"])
    assert [event.facts["drop_accepted"] for event in told.order_by("-pk")[:2]] == [True, True]


# --- the same by the API -------------------------------------------------------------------------
ORE = {"kind": "extraction", "date": "2025-02-03", "lot": "S-1", "product": "ORE-MIX"}
ORE |= {"gross_kg": "1000", "reo_percent": "60"}


@pytest.fixture
def machine(accepted: Filing, southern_filer: Any, noon: Any) -> Machine:
    """A system of Southern's, which has read the draft."""
    found = machine_for(southern_filer, at=noon)
    found.open()
    return found


@pytest.mark.parametrize("mode", ["all", "partial"])
def test_put_leaves_what_was_accepted(machine: Machine, accepted: Filing, mode: str) -> None:
    answer = machine.write("PUT", [ORE], mode=mode)

    told = answer.json()
    assert (told["kept_purchases"], told["filing"]["record_count"]) == (1, 2)
    facts = AuditEvent.objects.filter(action="filing.filled").latest("pk").facts
    assert (facts["kept_purchases"], facts["drop_accepted"]) == (1, False)
    assert [each["index"] for each in told["accepted"]] == [0]
    assert [record["kind"] for record in machine.records()] == ["extraction", "purchase"]


def test_put_of_what_was_read_has_no_shipment_twice(machine: Machine) -> None:
    read = [
        {name: text for name, text in record.items() if text is not None}
        for record in machine.records()
    ]

    told = machine.write("PUT", [*read, ORE]).json()

    assert (told["kept_purchases"], told["filing"]["record_count"]) == (0, 2)


def test_put_that_says_so_replaces_what_was_accepted_too(machine: Machine) -> None:
    told = machine.write("PUT", [ORE], mode="all&drop_accepted=true").json()

    assert (told["kept_purchases"], told["filing"]["record_count"]) == (0, 1)
    refused = machine.write("PUT", [ORE], mode="all&drop_accepted=perhaps")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "/drop_accepted"


def test_a_file_sent_by_a_machine_says_the_same(machine: Machine, southern: Any) -> None:
    content = SimpleUploadedFile("february.csv", (HEADER + MINED).encode())

    answer = machine.client.post(
        reverse("api:uploads"), {"month": "2025-02", "file": content, "drop_accepted": "true"}
    )

    told = answer.json()
    assert (told["drop_accepted"], told["kept_purchases"]) == (True, 0)
    assert southern.uploads.get().drop_accepted


def test_the_page_offers_it_where_there_is_something_to_keep(
    client: Any, accepted: Filing, southern_filer: Any, southern: Any, noon: Any
) -> None:
    client.force_login(southern_filer)
    client.cookies["django_language"] = "en"
    page = reverse("traceability:filing_month", args=["2025-02"])

    assert 'name="drop_accepted"' in client.get(page).content.decode()
    file = SimpleUploadedFile("february.csv", (HEADER + MINED).encode())
    client.post(page, {"file": file})
    work_upload(upload=southern.uploads.get(), at=noon)
    assert "1 purchase that you accepted as a shipment stayed." in client.get(page).content.decode()

    file = SimpleUploadedFile("february.csv", (HEADER + MINED).encode())
    client.post(page, {"file": file, "drop_accepted": "on"})
    work_upload(upload=southern.uploads.latest("pk"), at=noon)
    assert 'name="drop_accepted"' not in client.get(page).content.decode()
