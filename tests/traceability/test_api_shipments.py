"""Shipments by machine: what was sent, what buyers answer, what the two sides write."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.machines.services import create_key
from portal.notices.models import Notice
from tests.traceability.ledger import file, nil, sale
from tests.traceability.machine import Machine
from traceability.models import Filing, Record, ShipmentAnswer

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 5)
WHOLE = {"answer": "accepted", "sold_kg": "1000", "arrived_on": "2025-02-14"}
NEVER = {"answer": "never_came", "sold_kg": "1000", "reason": "No lorry came"}


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", lambda: TODAY)


@pytest.fixture
def machine_of(noon: datetime) -> Callable[..., Machine]:
    """Makes the system of somebody's enterprise."""

    def make(by: User, scope: str = "file") -> Machine:
        told = {"purpose": "ERP", "scope": scope, "expires_on": date(2025, 6, 30)}
        return Machine(create_key(**told, by=by, at=noon)[1])

    return make


@pytest.fixture
def buyer(machine_of: Any, southern_filer: User) -> Machine:
    """Southern's system."""
    made: Machine = machine_of(southern_filer)
    return made


@pytest.fixture
def seller(machine_of: Any, filer: User) -> Machine:
    """Northern's system."""
    made: Machine = machine_of(filer)
    return made


@pytest.fixture
def sold(northern: Any, southern: Any) -> None:
    """Northern filed three sales of 1,000 kg to Southern in February."""
    file(
        northern,
        "2025-02",
        *(sale(10 + n, f"L{n}", "1000", southern, f"INV{n}") for n in (1, 2, 3)),
    )


def listed(machine: Machine, query: str = "") -> list[dict[str, Any]]:
    answer = machine.ask("GET", "shipments", query=query)
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def keys(machine: Machine) -> dict[str, str]:
    """What names each shipment to the caller, by its document."""
    return {each["document"]: each["shipment"] for each in listed(machine)}


# --- lists ---------------------------------------------------------------------------------------
def test_both_sides_list_what_was_sent(sold, buyer, seller, northern, southern):
    received, sent = listed(buyer), listed(seller, "?side=sent")

    assert [each["document"] for each in received] == ["INV1", "INV2", "INV3"]
    assert {each["state"] for each in (*received, *sent)} == {"waiting"}
    assert (received[0]["seller"], received[0]["sold_kg"]) == (northern.uscc, "1000.000")
    assert (sent[0]["buyer"], sent[0]["lot"]) == (southern.uscc, "L1")
    assert listed(buyer, "?side=sent") == listed(seller) == []


def test_the_list_is_narrowed_and_paged(sold, buyer, northern, southern):
    def documents(query: str) -> list[str]:
        return [each["document"] for each in listed(buyer, query)]

    assert documents("?month=2025-01") == documents("?state=dispute") == []
    assert len(documents("?month=2025-02")) == len(documents("?state=to_do")) == 3
    assert documents(f"?party={southern.uscc}") == []
    assert len(documents(f"?party={northern.uscc}")) == 3
    first = buyer.ask("GET", "shipments", query="?limit=2").json()
    second = buyer.client.get(first["next"]).json()
    found = [each["document"] for each in (*first["results"], *second["results"])]
    assert (found, second["next"]) == (["INV1", "INV2", "INV3"], None)


@pytest.mark.parametrize("query", ["?side=both", "?month=2025-13", "?state=gone"])
def test_what_narrows_nothing_is_pointed_at(buyer, query):
    refused = buyer.ask("GET", "shipments", query=query)

    field = query[1:].split("=")[0]
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, f"/{field}")


def test_a_list_asks_as_much_of_the_database_however_long(
    sold, buyer, northern, southern, django_assert_max_num_queries
):
    listed(buyer)
    with django_assert_max_num_queries(30):
        listed(buyer)


# --- one answer ----------------------------------------------------------------------------------
def test_an_accepted_shipment_stands_in_the_draft_of_its_month(sold, buyer, southern):
    named = keys(buyer)["INV1"]

    answer = buyer.ask("POST", "shipment_answer", named, body=WHOLE)

    assert answer.status_code == 200, answer.content
    told = answer.json()
    draft = Filing.objects.get(enterprise=southern, month="2025-02")
    assert (told["shipment"]["state"], told["shipment"]["answer"]) == ("accepted", "accepted")
    assert told["drafts"][0]["filing"] == draft.pk
    read = buyer.ask("GET", "filing", draft.pk)
    assert read.headers["ETag"] == told["drafts"][0]["etag"]
    record = draft.records.get()
    assert (record.kind, str(record.gross_kg), record.document) == ("purchase", "1000.000", "INV1")
    assert AuditEvent.objects.filter(action="shipment.accepted").count() == 1


def test_a_draft_read_before_has_another_etag_afterwards(sold, buyer):
    buyer.open()

    buyer.ask("POST", "shipment_answer", keys(buyer)["INV1"], body=WHOLE)

    assert buyer.write("PUT", []).status_code == 412


def test_the_seller_sees_what_was_answered_and_both_write(sold, buyer, seller, filer):
    named = keys(buyer)["INV1"]
    part = {
        "answer": "part_refused", "sold_kg": "1000", "received_kg": "400",
        "arrived_on": "2025-02-12", "reason": "Wet",
    }  # fmt: skip

    answer = buyer.ask("POST", "shipment_answer", named, body=part)
    wrote = seller.ask("POST", "shipment_remarks", named, body={"text": "Weigh it again"})

    assert (answer.status_code, wrote.status_code) == (200, 201)
    read = buyer.ask("GET", "shipment", named).json()
    assert (read["state"], read["received_kg"]) == ("disputed", "400.000")
    (said,) = read["answers"]
    assert (said["answer"], said["reason"]) == ("part_refused", "Wet")
    assert [each["text"] for each in said["thread"]] == ["Weigh it again"]
    assert listed(seller, "?side=sent&state=dispute")[0]["shipment"] == named
    assert Notice.objects.filter(user=filer, kind="shipment_disputed").count() == 1

    taken = buyer.ask("POST", "shipment_take_back", named)
    assert (taken.status_code, taken.json()["state"]) == (200, "accepted")


@pytest.mark.parametrize(
    ("said", "status", "code", "pointer"),
    [
        ({**WHOLE, "received_kg": "900"}, 409, "reason_missing", "/reason"),
        ({**WHOLE, "sold_kg": "999"}, 409, "shipment_changed", None),
        ({**WHOLE, "arrived_on": "2025-02-01"}, 409, "arrival_amiss", "/arrived_on"),
        ({**NEVER, "reason": ""}, 409, "reason_missing", "/reason"),
        ({**NEVER, "received_kg": "1"}, 400, "invalid", "/received_kg"),
        ({"answer": "accepted", "sold_kg": "1000"}, 400, "invalid", "/arrived_on"),
        ({**WHOLE, "answer": "part_refused"}, 400, "invalid", "/received_kg"),
        ({**WHOLE, "if_closed": "amend"}, 400, "invalid", "/amendment"),
        ({**WHOLE, "answer": "withdrawn"}, 400, "invalid", "/answer"),
    ],
)
def test_an_answer_that_can_not_stand_is_pointed_at(sold, buyer, said, status, code, pointer):
    refused = buyer.ask("POST", "shipment_answer", keys(buyer)["INV1"], body=said)

    told = refused.json()
    assert (refused.status_code, told["code"]) == (status, code)
    assert [each["pointer"] for each in told.get("errors", [])] == ([pointer] if pointer else [])
    assert not ShipmentAnswer.objects.exists()
    assert not Record.objects.filter(kind="purchase").exists()


def test_a_submitted_month_asks_and_is_amended_or_passed_over(sold, buyer, southern):
    nil(southern, "2025-02")
    named = keys(buyer)

    held = buyer.ask("POST", "shipment_answer", named["INV1"], body=WHOLE)
    later = {**WHOLE, "if_closed": "next_open"}
    amended = {**WHOLE, "if_closed": "amend", "amendment": "Left out"}
    passed = buyer.ask("POST", "shipment_answer", named["INV1"], body=later)
    opened = buyer.ask("POST", "shipment_answer", named["INV2"], body=amended)

    assert (held.status_code, held.json()["code"]) == (409, "month_is_submitted")
    assert [each["month"] for each in passed.json()["drafts"]] == ["2025-03"]
    assert [each["month"] for each in opened.json()["drafts"]] == ["2025-02"]
    assert Filing.objects.get(enterprise=southern, month="2025-02", status="draft").version == 2


# --- many at once --------------------------------------------------------------------------------
def answers(machine: Machine, **said: dict[str, Any]) -> dict[str, Any]:
    named = keys(machine)
    return {"answers": [{"shipment": named[number], **each} for number, each in said.items()]}


def test_many_are_answered_at_once(sold, buyer, southern):
    body = answers(buyer, INV1=WHOLE, INV2={**WHOLE, "received_kg": "999"}, INV3=NEVER)

    done = buyer.ask("POST", "shipment_answers", body=body)

    assert done.status_code == 200, done.content
    told = done.json()
    assert [each["answer"] for each in told["accepted"]] == ["accepted", "accepted", "never_came"]
    assert (told["refused"], len(told["drafts"])) == ([], 1)
    draft = Filing.objects.get(enterprise=southern, month="2025-02")
    assert sorted(str(each.gross_kg) for each in draft.records.all()) == ["1000.000", "999.000"]
    said = AuditEvent.objects.filter(action__startswith="shipment.").values_list(
        "action", flat=True
    )
    assert sorted(said) == ["shipment.accepted", "shipment.accepted", "shipment.never_came"]


def test_one_that_can_not_stand_stops_all(sold, buyer, southern):
    body = answers(buyer, INV1=WHOLE, INV2={**WHOLE, "received_kg": "500"})
    body["answers"].append(body["answers"][0])

    stopped = buyer.ask("POST", "shipment_answers", body=body)

    told = stopped.json()
    assert (stopped.status_code, told["code"]) == (409, "answers_refused")
    assert [(each["pointer"], each["code"]) for each in told["errors"]] == [
        ("/answers/1/reason", "reason_missing"),
        ("/answers/2", "already_answered"),
    ]
    assert not ShipmentAnswer.objects.exists()
    assert not Filing.objects.filter(enterprise=southern).exists()


def test_in_part_those_that_stand_are_recorded_and_both_lists_told(sold, buyer):
    body = answers(buyer, INV1={**WHOLE, "sold_kg": "1"}, INV2=WHOLE)

    done = buyer.ask("POST", "shipment_answers", body=body, query="?mode=partial")

    told = done.json()
    assert done.status_code == 207
    assert [each["index"] for each in told["accepted"]] == [1]
    assert [(each["index"], each["code"]) for each in told["refused"]] == [(0, "shipment_changed")]
    assert ShipmentAnswer.objects.count() == 1


def test_one_that_amends_a_month_opens_it_for_those_after(sold, buyer, southern):
    nil(southern, "2025-02")
    amended = {**WHOLE, "if_closed": "amend", "amendment": "Left out"}

    done = buyer.ask("POST", "shipment_answers", body=answers(buyer, INV1=amended, INV2=WHOLE))

    assert done.status_code == 200, done.content
    draft = Filing.objects.get(enterprise=southern, month="2025-02", status="draft")
    assert (draft.record_count, draft.reason) == (2, "Left out")


def test_many_ask_no_more_of_the_database_than_few(sold, buyer, django_assert_max_num_queries):
    body = answers(buyer, INV1=NEVER, INV2=NEVER, INV3=WHOLE)

    with django_assert_max_num_queries(60):
        assert buyer.ask("POST", "shipment_answers", body=body).status_code == 200


def test_a_shipment_to_others_is_none(sold, seller, buyer, northern):
    named = keys(buyer)["INV1"]
    body = {"answers": [{"shipment": named, **WHOLE}]}

    one = seller.ask("POST", "shipment_answer", named, body=WHOLE)
    many = seller.ask("POST", "shipment_answers", body=body)

    assert one.status_code == 403
    assert [each["code"] for each in many.json()["errors"]] == ["no_such_shipment"]
    assert not ShipmentAnswer.objects.exists()


def test_what_names_no_shipment_is_none(buyer):
    nowhere = buyer.ask("GET", "shipment", "nonsense")
    many = buyer.ask("POST", "shipment_answers", body={"answers": [{"shipment": "x", **WHOLE}]})

    assert nowhere.status_code == 404
    assert many.json()["errors"][0]["pointer"] == "/answers/0/shipment"


# --- keys and repeats ----------------------------------------------------------------------------
def test_a_key_that_reads_answers_nothing(sold, machine_of, southern_filer):
    reading = machine_of(southern_filer, "read")
    named = keys(reading)["INV1"]

    assert reading.ask("GET", "shipment", named).status_code == 200
    assert reading.ask("POST", "shipment_answer", named, body=WHOLE).status_code == 403
    assert reading.ask("POST", "shipment_remarks", named, body={"text": "x"}).status_code == 403


def test_a_repeat_is_answered_as_the_first(sold, buyer):
    body = answers(buyer, INV1=WHOLE, INV2=WHOLE)

    def send(body: Any) -> Any:
        return buyer.ask("POST", "shipment_answers", body=body, headers={"Idempotency-Key": "a"})

    first, again, other = send(body), send(body), send(answers(buyer, INV3=WHOLE))

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert first.content == again.content
    assert ShipmentAnswer.objects.count() == 2
