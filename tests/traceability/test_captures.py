"""Documents of events on their way into drafts."""

import json
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from tests.cast import make_enterprise, make_user
from tests.traceability.events import (
    document,
    erroneous,
    exported,
    mined,
    quantity,
    records,
    shipped,
)
from tests.traceability.ledger import (
    Row,
    assayed,
    creation,
    extraction,
    feed,
    file,
    output,
    purchase,
    recycled,
    sale,
    stock,
)
from traceability import tasks
from traceability.models import Capture, CapturedEvent, Filing, Record
from traceability.queries.captures import errors_of_capture
from traceability.rules.epcis.faults import DocumentTooLarge, DocumentUnfit
from traceability.rules.filings import NotAFiler
from traceability.services import captures
from traceability.services.captures import receive_capture, work_capture
from traceability.services.filings import discard_draft, submit_filing
from traceability.services.handover import hand_over
from traceability.services.intake import SourceRow
from traceability.services.records import write_records

pytestmark = pytest.mark.django_db
NOTHING = [None] * 13


@pytest.fixture
def send(northern: Enterprise, filer: User, noon: datetime) -> Any:
    """Send a document of Northern's and capture it."""

    def sent(*events: Any, behaviour: str = "rollback", content: bytes = b"") -> Capture:
        capture = receive_capture(
            enterprise=northern,
            content=content or document(*events),
            behaviour=behaviour,
            by=filer,
            at=noon,
        )
        return work_capture(capture=capture, at=noon)

    return sent


def codes(capture: Capture) -> list[tuple[str, str]]:
    """The errors by pointer and code."""
    return [(each.pointer, each.code) for each in errors_of_capture(capture)]


def lots() -> list[str]:
    """The lots of all records, in order."""
    return list(Record.objects.order_by("line").values_list("lot__number", flat=True))


# --- into the draft ------------------------------------------------------------------------------
def test_events_become_records_of_the_open_month(send, northern, southern, filer):
    sold = shipped(northern.uscc, southern.uscc, quantity(northern.uscc, "L", "400"))

    capture = send(mined(northern.uscc, "L", eventID="urn:x:1"), sold)

    assert (capture.state, capture.captured, capture.errors) == ("accepted", 2, [])
    assert (capture.running, capture.success) == (False, True)
    draft = Filing.objects.get()
    assert (str(draft.month), draft.record_count, draft.prepared_by) == ("2025-02", 2, filer)
    assert list(draft.records.values_list("kind", "gross_kg")) == [
        ("extraction", 1000),
        ("sale", 400),
    ]
    assert CapturedEvent.objects.get(event_id="urn:x:1").lines == [1]
    assert list(AuditEvent.objects.values_list("action", flat=True).order_by("pk")) == [
        "capture.received",
        "filing.drafted",
        "filing.filled",
        "capture.accepted",
    ]


def test_events_of_two_months_go_into_two_drafts(send, northern):
    january = mined(northern.uscc, "J", eventTime="2025-01-31T23:59:59+08:00")

    send(january, mined(northern.uscc, "F"))

    assert {str(draft.month): draft.record_count for draft in Filing.objects.all()} == {
        "2025-01": 1,
        "2025-02": 1,
    }


def test_the_same_event_twice_is_one_record(send, northern):
    told = mined(northern.uscc, "L", eventID="urn:x:1")

    first, again = send(told, told), send(told, told | {"recordTime": "2025-03-05T12:00:00Z"})

    assert lots() == ["L"]
    assert (first.captured, first.known) == (1, 1)
    assert (again.state, again.captured, again.known) == ("accepted", 0, 2)


def test_the_same_id_with_another_content_is_refused(send, northern):
    told = mined(northern.uscc, "L", eventID="urn:x:1")
    send(told)

    capture = send(told | {"reo:reoPercent": "61"})

    assert codes(capture) == [("/epcisBody/eventList/0/eventID", "id_differs")]
    assert lots() == ["L"]


def test_an_event_of_another_enterprise_may_have_the_same_id(
    send, northern, southern, southern_filer, noon
):
    send(mined(northern.uscc, "L", eventID="urn:x:1"))
    theirs = document(mined(southern.uscc, "L", eventID="urn:x:1"))

    capture = receive_capture(
        enterprise=southern, content=theirs, behaviour="rollback", by=southern_filer, at=noon
    )

    assert work_capture(capture=capture, at=noon).captured == 1


# --- all or nothing, or what is right ------------------------------------------------------------
def faulty(uscc: str) -> list[Any]:
    """Two events that are right, one that the checks refuse and one that can't be read."""
    return [
        mined(uscc, "A"),
        mined(uscc, "B", **{"reo:product": "GOLD"}),
        "text",
        mined(uscc, "C"),
    ]


def test_rollback_leaves_nothing_behind(send, northern):
    capture = send(*faulty(northern.uscc))

    assert (capture.state, capture.captured, capture.success) == ("refused", 0, False)
    assert codes(capture) == [
        ("/epcisBody/eventList/1/reo:product", "product_unknown"),
        ("/epcisBody/eventList/2", "object_needed"),
    ]
    assert not Filing.objects.exists()
    assert not CapturedEvent.objects.exists()


def test_proceed_takes_what_is_right(send, northern):
    capture = send(*faulty(northern.uscc), behaviour="proceed")

    assert (capture.state, capture.captured, capture.error_count) == ("partly", 2, 2)
    assert lots() == ["A", "C"]


def test_proceed_takes_an_event_whole_or_not_at_all(send, northern):
    told = mined(northern.uscc, "A")
    told["quantityList"].append(quantity(northern.uscc, "B", "0"))

    capture = send(told, behaviour="proceed")

    assert codes(capture) == [("/epcisBody/eventList/0/quantityList/1/quantity", "not_positive")]
    assert capture.state == "refused"
    assert not Filing.objects.exists()  # nor an empty draft


def test_what_no_text_on_record_holds_is_told_without_it(send, northern):
    members = {"bizStep": "a\x00b", "eventID": "urn:x:\ud800", "p\x00:note": "?"}
    wrong = mined(northern.uscc, "L", **members)
    lot = mined(northern.uscc, "L\x00")
    note = mined(northern.uscc, "M", **{"reo:note": "\ud800"})

    capture = send(wrong, lot, note)

    assert codes(capture) == [
        ("/epcisBody/eventList/0/bizStep", "step_unknown"),
        ("/epcisBody/eventList/0/eventID", "id_form"),
        ("/epcisBody/eventList/1/quantityList/0/epcClass", "lot_address"),
        ("/epcisBody/eventList/2/reo:note", "control"),
    ]
    assert capture.errors[0]["value"] == "ObjectEvent a?b"


def test_errors_speak_the_readers_language(send, northern):
    [error] = errors_of_capture(send(mined(northern.uscc, "L", bizStep="packing")))

    assert error.text.startswith("No kind of record is meant by ObjectEvent packing;")


@pytest.mark.parametrize(
    ("when", "code"),
    [("2025-03-20T00:00:00+08:00", "date_future"), ("2025-04-01T00:00:00+08:00", "month_ahead")],
)
def test_what_lies_ahead_is_refused(send, northern, when, code):
    capture = send(mined(northern.uscc, "L", eventTime=when))

    assert codes(capture) == [("/epcisBody/eventList/0/eventTime", code)]


def test_a_submitted_month_takes_nothing_without_an_amendment(send, northern):
    file(northern, "2025-02", extraction(3, "O", "1"))

    capture = send(mined(northern.uscc, "L"))

    assert codes(capture) == [("/epcisBody/eventList/0/eventTime", "month_closed")]


def test_receive_capture_refuses_what_is_no_document(northern, filer, noon, settings, buyer):
    about = {"behaviour": "rollback", "by": filer, "at": noon}

    with pytest.raises(DocumentUnfit):
        receive_capture(enterprise=northern, content=b"{}", **about)
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(DocumentTooLarge):
        receive_capture(enterprise=northern, content=document(), **about)
    settings.UPLOAD_MAX_BYTES = 10_000
    with pytest.raises(NotAFiler):
        receive_capture(enterprise=buyer, content=document(), **about)
    assert not Capture.objects.exists()


@pytest.fixture
def buyer(inner_mongolia) -> Enterprise:
    """An enterprise without an activity."""
    return make_enterprise("Buyer", inner_mongolia)


# --- declared erroneous --------------------------------------------------------------------------
def test_an_event_declared_erroneous_leaves_the_draft(send, northern):
    told = mined(northern.uscc, "L", eventID="urn:x:1")
    send(told, mined(northern.uscc, "M"))

    capture, again = send(erroneous(told)), send(erroneous(told))

    assert (capture.state, capture.captured, capture.known) == ("accepted", 1, 0)
    assert (again.state, again.captured, again.known) == ("accepted", 0, 1)
    assert lots() == ["M"]
    assert CapturedEvent.objects.get(event_id="urn:x:1").lines == []


def test_an_event_and_its_error_in_one_document_come_to_nothing(send, northern):
    told = mined(northern.uscc, "L", eventID="urn:x:1")

    send(told, erroneous(told), mined(northern.uscc, "M"))

    assert lots() == ["M"]


def test_an_error_in_a_submitted_month_begins_an_amendment_with_what_is_right(
    send, northern, attester, noon
):
    wrong = mined(northern.uscc, "L", eventID="urn:x:1")
    send(wrong, mined(northern.uscc, "M"))
    submitted = Filing.objects.get()
    submit_filing(filing=submitted, by=attester, at=noon)
    right = mined(northern.uscc, "L", "900", eventID="urn:x:2")

    capture = send(erroneous(wrong, "incorrect_data"), right)

    assert (capture.state, capture.captured) == ("accepted", 2)
    draft = Filing.objects.get(status="draft")
    assert (draft.version, draft.reason_kind) == (2, "typing")
    assert "incorrect_data" in draft.reason
    assert sorted(draft.records.values_list("lot__number", "gross_kg")) == [("L", 900), ("M", 1000)]
    assert submitted.records.count() == 2


def test_what_the_portal_told_can_be_declared_erroneous(send, northern):
    filing = file(northern, "2025-02", extraction(3, "O", "1"), extraction(4, "P", "1"))
    told = json.loads(exported(filing))["epcisBody"]["eventList"]

    capture = send(erroneous(told[0]))

    assert capture.state == "accepted"
    draft = Filing.objects.get(status="draft")
    assert list(draft.records.values_list("lot__number", flat=True)) == ["P"]


def test_what_the_portal_told_is_known_when_it_comes_back(send, northern):
    filing = file(northern, "2025-02", extraction(3, "O", "1"), feed(4, "O", "1", "R"))

    capture = send(content=exported(filing))

    assert (capture.state, capture.captured, capture.known) == ("accepted", 0, 2)


def test_the_id_of_what_another_enterprise_filed_is_not_taken(send, northern, southern):
    filing = file(southern, "2025-02", extraction(3, "O", "1"))
    [theirs] = json.loads(exported(filing))["epcisBody"]["eventList"]
    own = mined(northern.uscc, "L", eventID=theirs["eventID"])

    capture, declared = send(own), send(erroneous(own))

    assert codes(capture) == [("/epcisBody/eventList/0/eventID", "id_differs")]
    assert codes(declared) == [("/epcisBody/eventList/0/eventID", "event_unknown")]
    assert not Filing.objects.filter(enterprise=northern).exists()


def test_an_event_that_nobody_sent_is_not_declared_erroneous(send, northern):
    capture = send(erroneous(mined(northern.uscc, "L", eventID="urn:x:1")))

    assert codes(capture) == [("/epcisBody/eventList/0/eventID", "event_unknown")]


def test_a_record_that_was_changed_by_hand_is_left_to_people(send, northern, filer, noon):
    told = mined(northern.uscc, "L", eventID="urn:x:1")
    send(told)
    cells = ["extraction", "2025-02-11", "L", None, "ORE-MIX", "7", "60", *NOTHING[7:]]
    changed = SourceRow(1, cells, verb="change", own_line=1)
    write_records(
        filing=Filing.objects.get(), rows=[changed], replace=False, partial=False, by=filer, at=noon
    )

    capture = send(erroneous(told))

    assert codes(capture) == [("/epcisBody/eventList/0/eventID", "event_changed")]
    assert lots() == ["L"]


def test_a_line_that_was_cancelled_and_used_again_is_not_taken_for_the_event(
    send, northern, filer, noon
):
    told = mined(northern.uscc, "L", eventID="urn:x:1")
    send(told)
    draft = Filing.objects.get()
    for rows in (
        [SourceRow(1, NOTHING, verb="cancel", own_line=1)],
        [
            SourceRow(
                1, ["loss", "2025-02-11", "X", *[None] * 2, "7", *[None] * 6, "burnt"], verb="add"
            )
        ],
    ):
        write_records(filing=draft, rows=rows, replace=False, partial=False, by=filer, at=noon)
    assert draft.records.get().line == 1

    capture = send(erroneous(told))

    assert capture.state == "accepted"
    assert lots() == ["X"]


def test_a_draft_filled_anew_remembers_the_events(send, northern, filer, noon):
    told = mined(northern.uscc, "L", eventID="urn:x:1")
    send(told)
    write_records(
        filing=Filing.objects.get(), rows=[], replace=True, partial=False, by=filer, at=noon
    )

    capture = send(told)

    assert (capture.known, lots()) == (1, [])


def test_a_draft_that_was_thrown_away_forgets_its_events(send, northern, filer, noon):
    told = mined(northern.uscc, "L", eventID="urn:x:1")
    send(told)
    discard_draft(filing=Filing.objects.get(), by=filer, at=noon)

    capture = send(told)

    assert (capture.captured, lots()) == (1, ["L"])


def test_a_draft_that_was_handed_over_is_taken_back(send, northern, filer, noon):
    send(mined(northern.uscc, "L"))
    hand_over(filing=Filing.objects.get(), by=filer, at=noon)

    send(mined(northern.uscc, "M"))

    assert Filing.objects.get().ready_at is None


# --- there and back ------------------------------------------------------------------------------
def test_a_month_of_every_kind_captured_elsewhere_is_the_same_month(
    northern, southern, baotou, noon
):
    abroad = creation("import", 2, "MON/1", "100", "ORE-MON", "60")
    abroad.fields.update(country="MM", document="海关 1")
    gone = Row("export", 9, "OX1", "5.001", northern)
    gone.fields.update(country="JP", document="CD 9")
    lost = Row("loss", 11, "OX1", "0.001", northern)
    lost.fields.update(note="spilt; 洒落")
    filing = file(
        northern,
        "2025-02",
        extraction(1, "ORE1", "1000.123"),
        abroad,
        recycled(2, "SCR1", "12"),
        feed(3, "ORE1", "800", "R/1"),
        assayed(output(5, "OX1", "400", "R/1"), "La2O3:40;CeO2:50"),
        output(6, "OX2", "10", "R/1"),
        feed(7, "OX1", "1", "R 2"),
        sale(6, "OX1", "300", southern),
        purchase(8, "B1", "3", southern, "INV 2"),
        gone,
        lost,
        stock(28, "OX1", "0"),
    )
    twin = make_enterprise("Twin", baotou, "separation")
    content = exported(filing).replace(northern.uscc.encode(), twin.uscc.encode())
    content = content.replace(b"urn:uuid:", b"urn:twin:")  # its events are other ones

    capture = receive_capture(
        enterprise=twin,
        content=content,
        behaviour="rollback",
        by=make_user(twin.organisation, "filer"),
        at=noon,
    )
    capture = work_capture(capture=capture, at=noon)

    assert capture.errors == []
    elsewhere = records(twin.filings.get())
    assert [told.replace(twin.uscc, northern.uscc) for told in elsewhere] == records(filing)
    assert len(elsewhere) == 12


# --- the job -------------------------------------------------------------------------------------
@pytest.fixture
def waiting(northern, filer, noon) -> Capture:
    """A document that nobody has taken."""
    return receive_capture(
        enterprise=northern,
        content=document(mined(northern.uscc, "L")),
        behaviour="rollback",
        by=filer,
        at=noon,
    )


def test_sweep_captures_takes_what_was_left(waiting, noon, monkeypatch):
    queued: list[int] = []
    monkeypatch.setattr(
        tasks.captures.capture_document, "delay", lambda *, capture_id: queued.append(capture_id)
    )
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon + timedelta(seconds=5))
    tasks.captures.sweep_captures()
    assert queued == []

    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon + timedelta(seconds=11))
    tasks.captures.sweep_captures()

    assert queued == [waiting.pk]


def test_a_document_whose_worker_died_is_taken_over(waiting, noon):
    Capture.objects.update(state="working", deliveries=1)

    capture = work_capture(capture=waiting, at=noon)

    assert (capture.state, capture.deliveries, lots()) == ("accepted", 2, ["L"])


def test_what_a_worker_did_before_it_died_is_done_once(committed_db, baotou, noon, monkeypatch):
    northern = make_enterprise("Northern", baotou, "mining")
    about = {"behaviour": "rollback", "by": make_user(northern.organisation, "filer"), "at": noon}
    told = document(mined(northern.uscc, "L", eventID="urn:x:1"))
    job = receive_capture(enterprise=northern, content=told, **about)
    real = captures.capture_events

    def dies(**known: Any) -> None:
        real(**known)
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(captures, "capture_events", dies)
        with pytest.raises(DatabaseError):
            work_capture(capture=job, at=noon)
    assert (Capture.objects.get().state, lots()) == ("queued", [])

    done = work_capture(capture=job, at=noon)

    assert (done.state, done.deliveries, lots()) == ("accepted", 2, ["L"])


def test_a_document_that_breaks_off_again_and_again_is_set_aside(waiting, noon, monkeypatch):
    def broken(**_about: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(captures, "capture_events", broken)
    for _time in range(3):
        with pytest.raises(RuntimeError):
            work_capture(capture=waiting, at=noon)

    capture = work_capture(capture=waiting, at=noon)

    assert (capture.state, codes(capture)) == ("refused", [("", "parked")])
    assert work_capture(capture=waiting, at=noon).deliveries == 3


def test_two_workers_capture_a_document_once(committed_db, baotou, noon):
    uscc_holder = make_enterprise("Northern", baotou, "mining")
    filer = make_user(uscc_holder.organisation, "filer")
    jobs = [
        receive_capture(
            enterprise=uscc_holder,
            content=document(mined(uscc_holder.uscc, "L", eventID="urn:x:1")),
            behaviour="rollback",
            by=filer,
            at=noon,
        )
        for _time in range(2)
    ]

    def work(job: Capture) -> None:
        try:
            work_capture(capture=job, at=noon)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert not any(thread.is_alive() for thread in threads)
    assert lots() == ["L"]
    assert sorted(Capture.objects.values_list("captured", "known")) == [(0, 1), (1, 0)]
    connection.close()
