"""The pages of shipments: what each side sees and does, and what it does not see of the other."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from portal.kernel import clock
from tests.traceability.ledger import creation, file, nil, purchase, sale
from traceability.models import ShipmentAnswer, ShipmentRemark
from traceability.queries.shipments import Days, shipments_to
from traceability.rules.shipments import NEITHER, Answer, ShipmentKey
from traceability.services.shipments import refuse_shipment

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 5)
INBOX = reverse("traceability:shipment_inbox")
SENT = reverse("traceability:shipment_sent")
MANY = reverse("traceability:shipment_accept_many")
QUERIES = 26


@pytest.fixture(autouse=True)
def _on_5_march(monkeypatch, noon) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: noon)


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
def filing(northern, southern, outsider):
    """Northern's February: three shipments to Southern, one to a buyer outside, and a secret."""
    return file(
        northern,
        "2025-02",
        creation("output", 2, "SECRET-LOT", "5", "OX-PRND", "99"),
        sale(10, "A", "1000", southern, "INV1"),
        sale(11, "B", "500", southern, "INV2"),
        sale(12, "C", "250", southern, "INV3"),
        sale(13, "D", "70", outsider, "INV4"),
    )


@pytest.fixture
def key(filing, southern) -> ShipmentKey:
    found = shipments_to(southern, Days.up_to(TODAY), today=TODAY)
    return found.get(document="INV1").named


@pytest.fixture
def dispute(key, southern_filer, noon) -> ShipmentAnswer:
    return refuse_shipment(
        key=key,
        answer=Answer(Decimal(900), date(2025, 2, 12), "Bags were torn"),
        seen_kg=Decimal(1000),
        if_closed=NEITHER,
        by=southern_filer,
        at=noon,
    )


def to(name: str, key: ShipmentKey) -> str:
    return reverse(f"traceability:shipment_{name}", args=[key])


def body(answer) -> str:
    return answer.content.decode()


# --- lists ---------------------------------------------------------------------------------------
def test_inbox_lists_what_waits_and_counts_it(signed_in, filing, django_assert_max_num_queries):
    client = signed_in("southern_filer")

    with django_assert_max_num_queries(QUERIES):
        answer = client.get(INBOX)

    assert answer.context["count"] == 3
    assert answer.context["counts"] == [("waiting", 3)]
    assert "INV1" in body(answer)
    assert "INV4" not in body(answer)
    assert 'name="key"' in body(answer)
    assert 'id="accept-all"' in body(answer)
    assert '<span class="nav-count">3</span>' in body(answer)


def test_inbox_offers_no_deeds_to_the_attester(signed_in, filing):
    answer = signed_in("southern_attester").get(INBOX)

    assert answer.context["count"] == 3
    assert 'name="key"' not in body(answer)


def test_sent_tells_the_state_of_every_shipment(signed_in, filing, southern, northern):
    file(southern, "2025-02", purchase(12, "A", "1000", northern, "INV1"))

    answer = signed_in("filer").get(SENT)

    assert dict(answer.context["counts"]) == {"waiting": 2, "confirmed": 1, "outside": 1}
    assert "unconfirmed: outside the platform" in body(answer)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"state": "waiting"}, 3),
        ({"state": "to_do"}, 3),
        ({"state": "confirmed"}, 0),
        ({"search": "INV2"}, 1),
        ({"search": "Northern"}, 3),
        ({"search": "nobody"}, 0),
        ({"month": "2025-02"}, 3),
        ({"month": "2025-01"}, 0),
        ({"month": "soon"}, 3),
        ({"sort": "-sold_kg"}, 3),
        ({"sort": "due"}, 3),
        ({"sort": "seller"}, 3),
        ({"sort": "lot"}, 3),
    ],
)
def test_inbox_filters_and_sorts(signed_in, filing, asked, count):
    assert signed_in("southern_filer").get(INBOX, asked).context["count"] == count


def test_inbox_pages_and_exports(signed_in, northern, southern):
    rows = (sale(day, f"L{day}", "100", southern, f"D{day}") for day in range(1, 27))
    file(northern, "2025-02", *rows)
    client = signed_in("southern_filer")

    second = client.get(INBOX, {"page": 2})
    exported = client.get(INBOX, {"export": "csv"})

    assert len(second.context["table"].page.object_list) == 1
    lines = b"".join(exported.streaming_content).decode().splitlines()
    assert len(lines) == 27
    assert "2025-04-10" in lines[1]
    assert "Choose" not in lines[0]


def test_a_notice_leads_to_the_month(signed_in, filing):
    url = reverse("traceability:shipment_month", args=["2025-02"])

    answer = signed_in("southern_filer").get(url, {"state": "to_do"})

    assert answer.url == f"{INBOX}?state=to_do&month=2025-02"


# --- one shipment --------------------------------------------------------------------------------
def test_detail_tells_the_buyer_what_to_do_and_until_when(
    signed_in, key, django_assert_max_num_queries
):
    client = signed_in("southern_filer")

    with django_assert_max_num_queries(QUERIES):
        text = body(client.get(to("detail", key)))

    assert "The seller filed 1,000.000 kg. Say how much arrived." in text
    assert "the deadline of February 2025: 5 days left" in text
    assert to("accept", key) in text
    assert to("refuse", key) in text


def test_detail_shows_both_figures_of_an_amendment(signed_in, dispute, key, northern, southern):
    file(northern, "2025-02", sale(10, "A", "950", southern, "INV1"), reason="Scale")

    text = body(signed_in("southern_filer").get(to("detail", key)))

    assert "it said 1,000.000 kg when you answered, and says 950.000 kg now" in text
    assert "What the seller filed over time" in text


def test_a_buyer_whose_records_hold_more_is_offered_no_refusal(signed_in, key, northern, southern):
    file(southern, "2025-02", purchase(12, "A", "1000", northern, "INV1"))
    file(northern, "2025-02", sale(10, "A", "800", southern, "INV1"), reason="Scale")
    client = signed_in("southern_filer")

    text = body(client.get(to("detail", key)))
    refused = client.get(to("refuse", key), follow=True)

    assert "it says 800.000 kg now, and your records hold 1,000.000 kg" in text
    assert to("accept", key) in text
    assert to("refuse", key) not in text
    assert "Your records hold all of it" in body(refused)


def test_the_seller_is_told_of_the_dispute_and_may_amend(signed_in, dispute, key):
    text = body(signed_in("filer").get(to("detail", key)))

    assert "The buyer says that 900.000 kg of 1,000.000 kg arrived." in text
    assert "Bags were torn" in text
    assert reverse("traceability:filing_amend", args=["2025-02"]) in text
    assert to("accept", key) not in text


def test_neither_side_sees_more_of_the_other_than_the_shipment(
    signed_in, filing, dispute, key, southern, northern
):
    draft = southern.filings.get(status="draft")
    theirs = [
        reverse("traceability:filing_detail", args=[filing.pk]),
        reverse("traceability:filing_receipt", args=[filing.pk]),
        reverse("enterprises:enterprise_detail", args=[northern.pk]),
        reverse("traceability:enterprise_filings_fragment", args=[northern.pk]),
        reverse("traceability:enterprise_use_fragment", args=[northern.pk]),
        reverse("api:filing_records", args=[filing.pk]),
    ]
    client = signed_in("southern_filer")
    shown = body(client.get(INBOX)) + body(client.get(to("detail", key)))

    assert {client.get(url).status_code for url in theirs} == {404}
    for secret in ("SECRET-LOT", "INV4", filing.receipt_no, str(filing.attested_by)):
        assert secret not in shown

    client = signed_in("filer")
    of_buyer = [
        reverse("traceability:filing_detail", args=[draft.pk]),
        reverse("enterprises:enterprise_detail", args=[southern.pk]),
    ]
    shown = body(client.get(SENT)) + body(client.get(to("detail", key)))

    assert {client.get(url).status_code for url in of_buyer} == {404}
    assert "In your records" not in shown
    assert str(dispute.by) not in shown


@pytest.mark.parametrize("text", ["1-2-3-", "1-2-3-!", "1-2-3-_w", "1-2-3-AA", "x-2-3-QQ"])
def test_what_names_no_shipment_is_not_found(signed_in, db, text):
    assert signed_in("southern_filer").get(f"{INBOX}{text}/").status_code == 404


# --- answering -----------------------------------------------------------------------------------
def test_accepting_on_the_page_records_the_purchase(signed_in, key, southern):
    client = signed_in("southern_filer")
    form = client.get(to("accept", key)).context["form"]

    answer = client.post(
        to("accept", key), {**form.initial, "arrived_on": "2025-02-12", "received_kg": "995"}
    )

    assert answer.url == to("detail", key)
    assert southern.filings.get().records.get().gross_kg == 995
    assert "if_closed" not in form.fields


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"received_kg": "800"}, "further from 1,000.000 kg than is normal"),
        ({"received_kg": ""}, "required"),
        ({"arrived_on": "2025-02-09"}, "between 2025-02-10"),
        ({"arrived_on": "soon"}, "valid date"),
        ({"seen_kg": "999"}, "in the meantime"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said_on_the_form(signed_in, key, changed, words):
    sent = {"seen_kg": "1000", "received_kg": "1000", "arrived_on": "2025-02-12"} | changed

    answer = signed_in("southern_filer").post(to("accept", key), sent)

    assert answer.status_code == 422
    assert words in body(answer)
    assert not ShipmentAnswer.objects.exists()


def test_a_submitted_month_is_said_and_a_way_asked(signed_in, key, southern):
    nil(southern, "2025-02")
    client = signed_in("southern_filer")
    sent = {"seen_kg": "1000", "received_kg": "1000", "arrived_on": "2025-02-12"}
    shown = client.get(to("accept", key))

    unsaid = client.post(to("accept", key), sent)
    amending = client.post(to("accept", key), sent | {"if_closed": "amend"})
    done = client.post(to("accept", key), sent | {"if_closed": "next_open"})

    assert "Submitted already" in body(shown)
    assert "2025-02 has been submitted" in body(unsaid)
    assert "Say why the month is amended." in body(amending)
    assert (unsaid.status_code, amending.status_code, done.status_code) == (422, 422, 302)
    assert southern.filings.get(status="draft").records.get().date == date(2025, 3, 1)


def test_an_answered_shipment_is_shown_instead_of_the_form(signed_in, dispute, key):
    client = signed_in("southern_filer")

    answer = client.get(to("refuse", key), follow=True)

    assert answer.redirect_chain == [(to("detail", key), 302)]
    assert "has been answered" in body(answer)


def test_refusing_needs_a_day_for_the_part_that_came(signed_in, key):
    client = signed_in("southern_filer")
    sent = {"seen_kg": "1000", "received_kg": "400", "reason": "Half came"}

    refused = client.post(to("refuse", key), sent)
    done = client.post(to("refuse", key), sent | {"arrived_on": "2025-02-12"})

    assert "on which day the part arrived" in body(refused)
    assert done.status_code == 302
    assert ShipmentAnswer.objects.get().verdict == "part_refused"


def test_both_sides_write_and_an_official_decides(signed_in, dispute, key):
    for who, text in (("filer", "Look at the slip"), ("southern_attester", "We did")):
        assert signed_in(who).post(to("write", key), {"text": text}).status_code == 302
    decided = signed_in("supervisor").post(
        to("rule", key), {"ruling": "upheld", "text": "The slip says 900"}
    )

    shown = body(signed_in("filer").get(to("detail", key)))
    assert decided.status_code == 302
    assert [remark.ruling for remark in ShipmentRemark.objects.all()] == ["", "", "upheld"]
    for words in ("Look at the slip", "We did", "The slip says 900", "decided for the buyer"):
        assert words in shown


def test_a_refusal_is_taken_back_on_the_page(signed_in, dispute, key):
    answer = signed_in("southern_filer").post(to("take_back", key), follow=True)

    assert "The refusal was taken back." in body(answer)


def test_disputes_are_listed_for_officials(signed_in, dispute, key):
    client = signed_in("supervisor")

    listed = client.get(reverse("traceability:shipment_disputes"))
    none = client.get(reverse("traceability:shipment_disputes"), {"state": "confirmed"})

    assert (listed.context["count"], none.context["count"]) == (1, 0)
    assert to("detail", key) in body(listed)
    assert '<a class="btn" href="/traceability/shipments/disputes/">' in body(
        client.get(reverse("traceability:finding_list"))
    )


# --- many at once --------------------------------------------------------------------------------
def test_accept_the_chosen(signed_in, key, southern):
    client = signed_in("southern_filer")
    asked = f"{MANY}?which=ticked&key={key}&key=nonsense"

    shown = client.get(asked)
    done = client.post(asked, {"arrived_on": "2025-02-20"}, follow=True)

    assert "1 shipment, 1,000.000 kg gross" in body(shown)
    assert "1 shipment accepted" in body(done)
    assert southern.filings.get().records.get().date == date(2025, 2, 20)


def test_accept_all_that_fit_the_filter(signed_in, filing, southern):
    client = signed_in("southern_filer")

    client.post(f"{MANY}?which=all&search=INV2", {})
    assert [record.document for record in southern.filings.get().records.all()] == ["INV2"]

    answer = client.post(f"{MANY}?which=all&month=2025-02", {}, follow=True)
    assert "2 shipments accepted" in body(answer)
    assert answer.context["counts"] == [("accepted", 3)]


def test_accepting_all_keeps_to_the_filter_of_the_list(signed_in, filing):
    text = body(signed_in("southern_filer").get(INBOX, {"search": "INV2", "month": "2025-02"}))

    form = text[text.index(f'action="{MANY}"') : text.index('id="accept-all"')]
    assert '<input type="hidden" name="search" value="INV2">' in form
    assert '<input type="hidden" name="month" value="2025-02">' in form


def test_shipments_to_others_are_not_accepted(signed_in, key, southern):
    assert "Nothing that waits was chosen." in body(
        signed_in("filer").get(f"{MANY}?which=ticked&key={key}")
    )


# --- the first page ------------------------------------------------------------------------------
def test_home_tells_the_buyer_what_waits_and_the_seller_what_is_disputed(
    signed_in, dispute, filing
):
    assert "2 shipments wait for your confirmation." in body(signed_in("southern_filer").get("/"))
    assert "1 shipment that you sent is disputed" in body(signed_in("filer").get("/"))
