"""Shipments between enterprises: how they stand, what buyers answer, and what follows."""

import threading
from datetime import date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction

from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from portal.notices.models import Notice
from tests.cast import make_user
from tests.traceability.ledger import file, kg, nil, purchase, sale
from traceability.models import Filing, Lot, Record, Shipment, ShipmentAnswer
from traceability.queries.shipments import (
    Days,
    disputes_visible_to,
    shipment_seen,
    shipments_from,
    shipments_of,
    shipments_to,
    to_confirm,
)
from traceability.rules import shipments as rules
from traceability.rules.shipments import Answer, IfClosed, ShipmentKey
from traceability.services.disputes import rule_on_dispute, write_remark
from traceability.services.filings import open_draft, submit_filing
from traceability.services.shipments import (
    accept_shipment,
    accept_shipments,
    refuse_shipment,
    take_back_refusal,
)

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 5)
DAYS = Days.up_to(TODAY)
ARRIVED = date(2025, 2, 12)


def inbox(enterprise) -> dict[str, Shipment]:
    """What an enterprise was sold, by document."""
    return {each.document: each for each in shipments_to(enterprise, DAYS, today=TODAY)}


def sent(enterprise) -> dict[str, Shipment]:
    """What an enterprise sold, by document."""
    return {each.document: each for each in shipments_from(enterprise, DAYS, today=TODAY)}


def states(shipments: dict[str, Shipment]) -> dict[str, str]:
    return {document: each.state for document, each in shipments.items()}


@pytest.fixture
def sold(northern, southern) -> Shipment:
    """Northern filed that it sold Southern 1,000 kg on 10 February; Southern has filed nothing."""
    file(northern, "2025-02", sale(10, "A", "1000", southern, "inv 1 "))
    return inbox(southern)["INV 1"]


def accept(shipment: Shipment, by: Any, at: datetime, **fields: Any) -> ShipmentAnswer:
    """The buyer accepts it, whole and on the day it says unless `fields` say otherwise."""
    answer = Answer(
        fields.pop("received", shipment.sold_kg),
        fields.pop("arrived_on", ARRIVED),
        fields.pop("reason", ""),
    )
    told = {"seen_kg": shipment.sold_kg, "if_closed": rules.NEITHER} | fields
    return accept_shipment(key=shipment.named, answer=answer, by=by, at=at, **told)


def refuse(shipment: Shipment, by: Any, at: datetime, received: str, reason: str = "Wet"):
    """The buyer refuses what is over `received`."""
    return refuse_shipment(
        key=shipment.named,
        answer=Answer(kg(received), ARRIVED, reason),
        seen_kg=shipment.sold_kg,
        if_closed=rules.NEITHER,
        by=by,
        at=at,
    )


# --- how shipments stand -------------------------------------------------------------------------
def test_a_sale_waits_for_its_buyer_at_once(sold, northern, southern):
    assert (sold.state, sold.sold_kg, sold.filed_document) == ("waiting", kg("1000"), "inv 1")
    assert states(sent(northern)) == {"INV 1": "waiting"}
    assert to_confirm(southern, today=TODAY) == 1


def test_own_purchase_lines_are_matched_by_seller_buyer_lot_and_document(northern, southern):
    file(
        northern,
        "2025-02",
        sale(10, "A", "1000", southern, "INV1"),
        sale(10, "B", "1000", southern, "INV1"),
        sale(10, "C", "600", southern, "INV1"),
        sale(20, "C", "400", southern, "INV1"),
        sale(11, "D", "1000", southern, "INV1"),
    )
    file(
        southern,
        "2025-02",
        purchase(12, "A", "1004", northern, "inv1"),
        purchase(12, "B", "900", northern, "INV1"),
        purchase(22, "C", "1000", northern, "INV1"),
        purchase(12, "E", "77", northern, "INV9"),
    )

    of_buyer = {each.lot.number: each.state for each in shipments_to(southern, DAYS, today=TODAY)}
    of_seller = {
        each.lot.number: each.state for each in shipments_from(northern, DAYS, today=TODAY)
    }

    assert of_buyer == {
        "A": "confirmed", "B": "different", "C": "confirmed", "D": "waiting", "E": "unsold",
    }  # fmt: skip
    assert of_seller == {number: of_buyer[number] for number in "ABCD"}


def test_a_mistyped_document_is_paired_as_the_checks_pair_it(northern, southern):
    file(northern, "2025-02", sale(10, "A", "1000", southern, "INV1"))
    file(southern, "2025-02", purchase(12, "A", "1001", northern, "INVI"))

    assert states(inbox(southern)) == {"INV1": "confirmed"}
    assert inbox(southern)["INV1"].bought_kg == kg("1001")


def test_a_buyer_outside_the_platform_never_confirms(northern, outsider):
    file(northern, "2025-02", sale(10, "A", "1000", outsider))

    assert states(sent(northern)) == {"INV1": "outside"}


def test_what_the_buyer_filed_of_other_days_is_no_riddle(northern, southern):
    """A sale before the days of a list, bought in them, is neither unsold nor withdrawn."""
    file(northern, "2024-09", sale(28, "A", "1000", southern))
    nil(northern, "2024-10", "2024-11", "2024-12")
    file(southern, "2024-12", purchase(3, "A", "1000", northern))

    assert inbox(southern) == {}


def test_drafts_are_for_the_eyes_of_the_buyer_alone(sold, northern, southern, southern_filer, noon):
    draft = open_draft(enterprise=southern, month=Month(2025, 2), by=southern_filer, at=noon)
    Record.objects.create(
        filing=draft, line=1, kind="purchase", date=ARRIVED, lot=sold.lot,
        gross_kg=kg("990"), counterparty=northern, document="INV 1",
    )  # fmt: skip

    assert inbox(southern)["INV 1"].state == "accepted"
    assert sent(northern)["INV 1"].state == "waiting"
    assert sent(northern)["INV 1"].recorded_kg is None


# --- accepting -----------------------------------------------------------------------------------
def test_accept_records_the_purchase_in_the_month_of_arrival(
    sold, northern, southern, southern_filer, noon
):
    said = accept(sold, southern_filer, noon, received=kg("998"))

    draft = southern.filings.get(status="draft")
    record = draft.records.get()
    assert (draft.month, draft.record_count) == (Month(2025, 2), 1)
    assert (record.kind, record.date, record.gross_kg) == ("purchase", ARRIVED, kg("998"))
    assert (record.lot, record.counterparty, record.document) == (sold.lot, northern, "inv 1")
    assert (said.verdict, said.sold_kg, said.received_kg) == ("accepted", kg("1000"), kg("998"))
    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "accepted"}
    assert AuditEvent.objects.filter(action="shipment.accepted").count() == 1


def test_accepted_is_confirmed_once_the_month_is_submitted(
    sold, northern, southern, southern_filer, southern_attester, noon
):
    accept(sold, southern_filer, noon)

    submit_filing(filing=southern.filings.get(), by=southern_attester, at=noon)

    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "confirmed"}


@pytest.mark.parametrize(
    ("received", "reason", "refused"),
    [
        ("1010.101", "", False),  # a hundredth of the larger, to the gram
        ("990", "", False),
        ("1010.102", "", True),
        ("989.999", "", True),
        ("980", "Moisture", False),
        ("0", "", True),
    ],
)
def test_accept_asks_why_beyond_the_tolerance(
    sold, southern_filer, noon, received, reason, refused
):
    if not refused:
        accept(sold, southern_filer, noon, received=kg(received), reason=reason)
        return

    with pytest.raises((rules.ReasonMissing, rules.ReceivedAmiss)):
        accept(sold, southern_filer, noon, received=kg(received), reason=reason)

    assert not Filing.objects.filter(status="draft").exists()
    assert not ShipmentAnswer.objects.exists()


def test_a_difference_with_a_reason_is_confirmed_with_difference(
    sold, northern, southern, southern_filer, southern_attester, noon
):
    accept(sold, southern_filer, noon, received=kg("900"), reason="Moisture")
    assert states(sent(northern)) == {"INV 1": "accepted"}

    submit_filing(filing=southern.filings.get(), by=southern_attester, at=noon)

    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "different"}


@pytest.mark.parametrize("day", [date(2025, 2, 9), date(2025, 3, 6)])
def test_accept_refuses_a_day_before_the_sale_or_after_today(sold, southern_filer, noon, day):
    with pytest.raises(rules.ArrivalAmiss):
        accept(sold, southern_filer, noon, arrived_on=day)


def test_accept_into_a_submitted_month_is_refused_or_goes_to_the_next_open_one(
    sold, southern, southern_filer, noon
):
    nil(southern, "2025-02")
    with pytest.raises(rules.MonthIsSubmitted, match="2025-02 has been submitted"):
        accept(sold, southern_filer, noon)

    accept(sold, southern_filer, noon, if_closed=IfClosed(next_open=True))

    draft = southern.filings.get(status="draft")
    record = draft.records.get()
    assert (draft.month, record.date) == (Month(2025, 3), date(2025, 3, 1))
    assert record.note == "Arrived on 2025-02-12. 2025-02-12 到货。"


def test_accept_amends_the_submitted_month_from_the_version_in_force(
    sold, northern, southern, southern_filer, noon
):
    file(southern, "2025-02", purchase(3, "Z", "5", northern, "INVZ"))

    accept(sold, southern_filer, noon, if_closed=IfClosed(amendment="Arrived late"))

    draft = southern.filings.get(status="draft")
    assert (draft.version, draft.reason, draft.record_count) == (2, "Arrived late", 2)
    assert [record.document for record in draft.records.all()] == ["INVZ", "inv 1"]
    assert inbox(southern)["INV 1"].state == "accepted"


def test_accept_goes_into_an_amendment_that_was_begun(sold, southern, southern_filer, noon):
    nil(southern, "2025-02")
    open_draft(
        enterprise=southern, month=Month(2025, 2), by=southern_filer, at=noon, reason="Forgotten"
    )

    accept(sold, southern_filer, noon)

    assert southern.filings.get(status="draft").records.get().date == ARRIVED


def test_accept_records_only_what_is_not_recorded(northern, southern, southern_filer, noon):
    file(northern, "2025-02", sale(10, "A", "1000", southern))
    file(northern, "2025-02", sale(10, "A", "1200", southern), reason="Scale")
    file(southern, "2025-02", purchase(12, "A", "1000", northern))
    shipment = inbox(southern)["INV1"]
    assert shipment.state == "changed"

    accept(shipment, southern_filer, noon, arrived_on=date(2025, 3, 2))

    assert southern.filings.get(status="draft").records.get().gross_kg == kg("200")
    assert inbox(southern)["INV1"].state == "accepted"


def test_accept_of_less_than_is_recorded_is_refused(northern, southern, southern_filer, noon):
    file(northern, "2025-02", sale(10, "A", "1000", southern))
    file(southern, "2025-02", purchase(12, "A", "1000", northern))
    file(northern, "2025-02", sale(10, "A", "800", southern), reason="Scale")
    shipment = inbox(southern)["INV1"]
    assert shipment.state == "changed"

    with pytest.raises(rules.LessThanRecorded):
        accept(shipment, southern_filer, noon, arrived_on=date(2025, 3, 2))


def test_accept_takes_back_what_was_handed_over(sold, southern, southern_filer, noon):
    draft = open_draft(enterprise=southern, month=Month(2025, 2), by=southern_filer, at=noon)
    Filing.objects.filter(pk=draft.pk).update(ready_at=noon)

    accept(sold, southern_filer, noon)

    draft.refresh_from_db()
    assert (draft.ready_at, draft.record_count) == (None, 1)


def test_a_draft_thrown_away_lets_the_shipment_wait_again(sold, southern, southern_filer, noon):
    from traceability.services.filings import discard_draft

    accept(sold, southern_filer, noon)

    discard_draft(filing=southern.filings.get(), by=southern_filer, at=noon)

    assert states(inbox(southern)) == {"INV 1": "waiting"}
    accept(sold, southern_filer, noon)
    assert states(inbox(southern)) == {"INV 1": "accepted"}


def test_only_filers_of_the_buyer_answer(sold, filer, southern_attester, supervisor, noon):
    for stranger in (filer, southern_attester, supervisor):
        with pytest.raises(PermissionDenied):
            accept(sold, stranger, noon)


def test_a_second_answer_and_one_to_other_figures_are_refused(
    sold, northern, southern, southern_filer, noon
):
    file(northern, "2025-02", sale(10, "A", "1200", southern, "INV 1"), reason="Scale")
    with pytest.raises(rules.ShipmentChanged):
        accept(sold, southern_filer, noon)
    shipment = inbox(southern)["INV 1"]
    accept(shipment, southern_filer, noon)

    with pytest.raises(rules.AlreadyAnswered):
        accept(shipment, southern_filer, noon)
    with pytest.raises(rules.AlreadyAnswered):
        refuse(shipment, southern_filer, noon, "0")


def test_two_people_accept_once(committed_db, northern, southern, southern_filer, noon):
    file(northern, "2025-02", sale(10, "A", "1000", southern))
    shipment = inbox(southern)["INV1"]
    people = [southern_filer, make_user(southern.organisation, "filer")]
    start = threading.Barrier(2)
    outcomes: list[str] = []

    def press(person: Any) -> None:
        try:
            start.wait(10)
            accept(shipment, person, noon)
            outcomes.append("accepted")
        except rules.AlreadyAnswered:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["accepted", "refused"]
    assert ShipmentAnswer.objects.count() == 1
    assert southern.filings.get().records.count() == 1


# --- accepting many ------------------------------------------------------------------------------
def test_accept_together_records_what_waits_and_counts_the_rest(
    northern, southern, southern_filer, noon
):
    file(
        northern,
        "2025-02",
        *(sale(day, f"L{day}", "100", southern, f"D{day}") for day in range(1, 9)),
    )
    file(northern, "2025-01", sale(3, "J", "100", southern, "DJ"))
    nil(southern, "2025-01")
    waiting = inbox(southern)
    accept(waiting["D1"], southern_filer, noon)
    keys = [each.named for each in waiting.values()]

    done = accept_shipments(
        buyer=southern,
        keys=keys,
        days=DAYS,
        arrived_on=date(2025, 2, 5),
        if_closed=rules.NEITHER,
        by=southern_filer,
        at=noon,
    )

    assert (done.accepted, done.answered, done.held) == (8, 1, 0)
    lines = southern.filings.get(status="draft").records.order_by("line")
    assert [record.line for record in lines] == list(range(1, 10))
    assert {str(r.document): r.date.day for r in lines} == {
        "D1": 12, "DJ": 5, "D2": 5, "D3": 5, "D4": 5, "D5": 5, "D6": 6, "D7": 7, "D8": 8,
    }  # fmt: skip
    assert AuditEvent.objects.filter(action="shipment.accepted_together").count() == 1


def test_accept_together_holds_what_belongs_to_a_submitted_month(
    sold, southern, southern_filer, noon
):
    nil(southern, "2025-02")

    held = accept_shipments(
        buyer=southern,
        keys=[sold.named],
        days=DAYS,
        arrived_on=None,
        if_closed=rules.NEITHER,
        by=southern_filer,
        at=noon,
    )
    taken = accept_shipments(
        buyer=southern,
        keys=[sold.named],
        days=DAYS,
        arrived_on=None,
        if_closed=IfClosed(next_open=True),
        by=southern_filer,
        at=noon,
    )

    assert (held.accepted, held.held) == (0, 1)
    assert (taken.accepted, taken.held) == (1, 0)
    assert southern.filings.get(status="draft").month == Month(2025, 3)


# --- disputes ------------------------------------------------------------------------------------
def test_refusing_a_part_records_what_came_and_opens_a_dispute(
    sold, northern, southern, southern_filer, noon
):
    refuse(sold, southern_filer, noon, "900")

    assert southern.filings.get().records.get().gross_kg == kg("900")
    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "disputed"}


def test_what_never_came_is_recorded_nowhere(sold, southern, southern_filer, noon):
    refuse(sold, southern_filer, noon, "0")

    assert not southern.filings.exists()
    assert states(inbox(southern)) == {"INV 1": "disputed"}


@pytest.mark.parametrize(("received", "reason"), [("900", " "), ("1000", "Wet"), ("1200", "Wet")])
def test_refuse_needs_a_reason_and_a_part_that_is_missing(
    sold, southern_filer, noon, received, reason
):
    with pytest.raises((rules.ReasonMissing, rules.ReceivedAmiss)):
        refuse(sold, southern_filer, noon, received, reason)


def test_a_dispute_ends_when_the_seller_amends(sold, northern, southern, southern_filer, noon):
    refuse(sold, southern_filer, noon, "900")

    file(northern, "2025-02", sale(10, "A", "900", southern, "INV 1"), reason="Agreed")

    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "accepted"}


def test_a_dispute_ends_when_the_seller_withdraws_what_never_came(
    sold, northern, southern, southern_filer, noon
):
    refuse(sold, southern_filer, noon, "0")

    file(northern, "2025-02", reason="Not sent")

    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "retracted"}


def test_a_dispute_ends_when_the_buyer_accepts(sold, southern, southern_filer, noon, later):
    refuse(sold, southern_filer, noon, "900")

    accept(sold, southern_filer, later, arrived_on=date(2025, 3, 1))

    assert states(inbox(southern)) == {"INV 1": "accepted"}
    assert sorted(r.gross_kg for r in Record.objects.filter(kind="purchase")) == [100, 900]


def test_a_dispute_ends_when_the_buyer_takes_the_refusal_back(
    sold, northern, southern, southern_filer, noon, later
):
    refuse(sold, southern_filer, noon, "0")

    take_back_refusal(key=sold.named, by=southern_filer, at=later)

    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": "waiting"}
    with pytest.raises(rules.NoDispute):
        take_back_refusal(key=sold.named, by=southern_filer, at=later)


@pytest.mark.parametrize("ruling", ["upheld", "dismissed"])
def test_a_dispute_is_decided_once_by_an_official(
    sold, northern, southern, southern_filer, supervisor, noon, ruling
):
    refuse(sold, southern_filer, noon, "0")
    decide = {"key": sold.named, "ruling": ruling, "text": "Weighbridge seen", "at": noon}

    with pytest.raises(PermissionDenied):
        rule_on_dispute(by=southern_filer, **decide)
    rule_on_dispute(by=supervisor, **decide)

    assert states(inbox(southern)) == states(sent(northern)) == {"INV 1": ruling}
    with pytest.raises(rules.NoDispute):
        rule_on_dispute(by=supervisor, **decide)


def test_both_sides_write_and_nobody_else(
    sold, southern_filer, filer, attester, supervisor, recipient, noon
):
    with pytest.raises(rules.NoDispute):
        write_remark(key=sold.named, text="Where is it?", by=filer, at=noon)
    answer = refuse(sold, southern_filer, noon, "0")

    for person in (filer, attester, southern_filer):
        write_remark(key=sold.named, text=f"I am {person}", by=person, at=noon)
    for person in (supervisor, recipient):
        with pytest.raises(PermissionDenied):
            write_remark(key=sold.named, text="I look on", by=person, at=noon)

    assert answer.remarks.count() == 3


def test_officials_read_the_disputes_of_their_territory(
    sold, southern_filer, supervisor, auditor, recipient, other_recipient, filer, ganzhou, noon
):
    refuse(sold, southern_filer, noon, "0")

    assert [
        disputes_visible_to(person, today=TODAY).count()
        for person in (supervisor, auditor, recipient, other_recipient, filer)
    ] == [1, 1, 1, 1, 0]


# --- what the seller amends ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("now", "state"), [("1200", "changed"), ("1009", "accepted"), ("800", "changed")]
)
def test_an_amendment_after_the_answer_is_shown_as_changed(
    sold, northern, southern, southern_filer, noon, now, state
):
    accept(sold, southern_filer, noon)

    file(northern, "2025-02", sale(10, "A", now, southern, "INV 1"), reason="Scale")

    shipment = inbox(southern)["INV 1"]
    assert (shipment.state, shipment.answered_kg, shipment.sold_kg) == (state, 1000, kg(now))


def test_a_shipment_withdrawn_after_it_was_accepted_waits_for_the_buyer(
    sold, northern, southern, southern_filer, noon
):
    accept(sold, southern_filer, noon)

    file(northern, "2025-02", reason="Wrong buyer")

    assert states(inbox(southern)) == {"INV 1": "withdrawn"}
    assert to_confirm(southern, today=TODAY) == 1
    with pytest.raises(rules.ShipmentChanged):
        accept(sold, southern_filer, noon)


def test_what_was_answered_with_own_lines_and_withdrawn_is_shown_as_withdrawn(northern, southern):
    file(northern, "2025-02", sale(10, "A", "1000", southern))
    file(southern, "2025-02", purchase(12, "A", "1000", northern))

    file(northern, "2025-02", reason="Wrong buyer")

    assert states(inbox(southern)) == {"INV1": "withdrawn"}


# --- who is told ---------------------------------------------------------------------------------
def told(*people) -> list[list[str]]:
    """The kinds of notice that each of these people has got."""
    return [
        list(Notice.objects.filter(user=each).order_by("id").values_list("kind", flat=True))
        for each in people
    ]


def test_buyers_are_told_what_a_submission_files_and_an_amendment_changes(
    northern, southern, outsider, filer, attester, southern_filer, supervisor, noon, later
):
    def submit(*rows: Any, reason: str = "") -> None:
        draft = open_draft(
            enterprise=northern, month=Month(2025, 2), by=filer, at=noon, reason=reason
        )
        lots = Lot.objects.get_or_create(maker=northern, number="A")[0]
        Record.objects.bulk_create(
            Record(
                filing=draft, line=line, kind="sale", date=ARRIVED, lot=lots, gross_kg=kg(mass),
                counterparty=buyer, document=f"D{line}",
            )
            for line, (mass, buyer) in enumerate(rows, start=1)
        )  # fmt: skip
        submit_filing(filing=draft, by=attester, at=later)

    submit(("10", southern), ("20", southern), ("30", outsider))
    assert told(southern_filer, filer, supervisor) == [["shipments_filed"], [], []]
    assert "to be confirmed: 2." in Notice.objects.get().text

    submit(("10", southern), ("25", southern), ("35", outsider), reason="Scale")
    assert told(southern_filer) == [["shipments_filed", "shipments_changed"]]
    notice = Notice.objects.get(kind="shipments_changed")
    assert "changed or withdrawn: 1." in notice.text
    assert notice.get_absolute_url().endswith("/shipments/months/2025-02/?state=to_do")


def test_the_other_side_of_a_dispute_is_told(
    sold, southern_filer, southern_attester, filer, supervisor, noon
):
    refuse(sold, southern_filer, noon, "0")
    write_remark(key=sold.named, text="Look", by=filer, at=noon)
    rule_on_dispute(key=sold.named, ruling="upheld", text="Seen", by=supervisor, at=noon)
    take_back_refusal(key=sold.named, by=southern_filer, at=noon)

    assert told(filer, southern_attester, southern_filer) == [
        ["shipment_disputed", "shipment_decided", "shipment_taken_back"],
        ["shipment_written", "shipment_decided"],
        ["shipment_written", "shipment_decided"],
    ]


# --- who sees what -------------------------------------------------------------------------------
def test_a_stranger_sees_no_shipment(sold, southern_filer, filer, supervisor, recipient, jiangxi):
    from tests.cast import make_enterprise

    third = make_enterprise("Third", jiangxi, "separation")
    stranger = make_user(third.organisation, "filer")

    assert shipment_seen(stranger, sold.named, today=TODAY) is None
    for person in (southern_filer, filer, supervisor, recipient):
        seen = shipment_seen(person, sold.named, today=TODAY)
        assert seen is not None
        assert seen.key == sold.key
    assert inbox(third) == {}


def test_key_is_told_by_the_address_alike(sold):
    assert str(sold.named) == sold.key
    assert ShipmentKey.parse(sold.key) == sold.named
    assert shipments_of([sold.named], today=TODAY, own=True).get().key == sold.key


def test_answers_are_never_changed(sold, southern_filer, noon):
    said = accept(sold, southern_filer, noon)

    with pytest.raises(DatabaseError), transaction.atomic():
        ShipmentAnswer.objects.filter(pk=said.pk).update(reason="Other")
    with pytest.raises(DatabaseError), transaction.atomic():
        ShipmentAnswer.objects.filter(pk=said.pk).delete()


def test_counts_are_of_the_last_months(northern, southern):
    file(northern, "2024-10", sale(10, "A", "1000", southern))
    file(northern, "2024-12", sale(10, "B", "1000", southern, "INV2"))

    assert to_confirm(southern, today=TODAY) == 1
    assert states(inbox(southern)) == {"INV2": "waiting"}
