"""Events of EPCIS 2.0: what each record becomes, valid against GS1's own schema."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from jsonschema import Draft7Validator

from tests.traceability.ledger import Row, creation, extraction, feed, file, output, purchase, sale
from traceability.models import Filing, Lot
from traceability.rules.epcis.events import Recorded, document_of, events_of
from traceability.rules.epcis.words import event_id, lot_path, place_of, proves
from traceability.services.derivation import rebuild_derived

SCHEMA = json.loads(
    (Path(__file__).parent / "epcis" / "EPCIS-JSON-Schema.json").read_text(encoding="utf-8")
)
VALIDATOR = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)
BASE = "https://portal.example"
KINDS = (
    *("extraction", "import", "recycled", "input", "output", "sale", "purchase", "export"),
    *("loss", "stock"),
)


def faults(document: dict) -> list[str]:
    return [
        f"{list(fault.path)}: {fault.message[:200]}" for fault in VALIDATOR.iter_errors(document)
    ]


def recorded(kind: str, noon, line: int = 1, **changes) -> Recorded:
    words = {
        "filing_id": 7,
        "line": line,
        "kind": kind,
        "on": date(2025, 1, 9),
        "uscc": "91150000MA0000001A",
        "lot": "批 1/A",
        "lot_maker": "91150000MA0000002B",
        "product": "OX-PRND",
        "gross_kg": Decimal("12.500"),
        "reo_percent": Decimal("99.500000"),
        "run": "R 1" if kind in ("input", "output") else "",
        "counterparty": "91150000MA0000003C" if kind in ("sale", "purchase") else "",
        "document": "INV 1" if kind != "stock" else "",
        "country": "JP" if kind in ("import", "export") else "",
        "assay": "",
        "note": "",
        "lot_product": "OX-PRND",
        "lot_percent": Decimal("99.500000"),
        "submitted_at": noon,
        "replaced_at": None,
    }
    return Recorded(**words | changes)


def test_every_kind_of_record_becomes_a_valid_event(noon):
    records = [recorded(kind, noon, line) for line, kind in enumerate(KINDS, start=1)]

    document = document_of(records, base=BASE, at=noon)

    assert faults(document) == []
    events = document["epcisBody"]["eventList"]
    assert len(events) == len(KINDS) - 1  # what goes in and comes out is one event
    assert len({event["eventID"] for event in events}) == len(events)


def test_the_schema_refuses_what_is_wrong(noon):
    document = document_of([recorded("stock", noon)], base=BASE, at=noon)
    document["epcisBody"]["eventList"][0]["action"] = "COUNT"

    assert faults(document) != []


def test_a_run_tells_its_inputs_and_outputs(noon):
    records = [recorded("input", noon, 1), recorded("output", noon, 2, lot="P")]

    [event] = events_of(records, base=BASE)

    assert event["type"] == "TransformationEvent"
    assert [one["quantity"] for one in event["inputQuantityList"]] == [12.5]
    assert event["outputQuantityList"][0]["epcClass"] == BASE + lot_path("91150000MA0000002B", "P")


@pytest.mark.parametrize(("kind", "source"), [("sale", "1A"), ("purchase", "3C")])
def test_a_shipment_goes_from_its_seller_to_its_buyer(noon, kind, source):
    [event] = events_of([recorded(kind, noon)], base=BASE)

    assert event["sourceList"][0]["source"].endswith(source)
    assert event["bizTransactionList"][0]["type"] == "inv"


@pytest.mark.parametrize(
    ("corrected_by", "declared"),
    [
        ("urn:x:2", {"reason": "incorrect_data", "correctiveEventIDs": ["urn:x:2"]}),
        ("", {"reason": "did_not_occur"}),  # the later version has nothing in its place
    ],
)
def test_a_record_that_was_replaced_declares_its_error(noon, later, corrected_by, declared):
    replaced = recorded("loss", noon, replaced_at=later, corrected_by=corrected_by)

    document = document_of([replaced], base=BASE, at=noon)

    assert faults(document) == []
    [event] = document["epcisBody"]["eventList"]
    at = later.isoformat(timespec="microseconds")
    assert event["errorDeclaration"] == {"declarationTime": at} | declared
    assert event["recordTime"] == at  # since then it is on record as erroneous


def test_both_sides_of_a_shipment_name_the_sellers_document(noon):
    [sold] = events_of([recorded("sale", noon)], base=BASE)
    [bought] = events_of(
        [recorded("purchase", noon, uscc="91150000MA0000003C", counterparty="91150000MA0000001A")],
        base=BASE,
    )

    assert sold["bizTransactionList"] == bought["bizTransactionList"]
    assert "/417/91150000MA0000001A/253/" in sold["bizTransactionList"][0]["bizTransaction"]


def test_the_same_record_has_the_same_id_always(noon):
    one, other = (next(events_of([recorded("loss", noon)], base=BASE)) for _ in range(2))

    assert one["eventID"] == other["eventID"]


def test_an_id_leads_back_to_the_record_and_proves_whose_it_is(noon, later):
    about = {"uscc": "91150000MA0000001A", "filing_id": 12_345_678, "line": 999_999_999}
    named = event_id(**about, submitted_at=noon)

    place = place_of(named)

    assert (place.filing_id, place.line) == (12_345_678, 999_999_999)
    assert proves(place, uscc="91150000MA0000001A", submitted_at=noon)
    assert not proves(place, uscc="91150000MA0000001A", submitted_at=later)
    assert not proves(place, uscc="91150000MA0000002B", submitted_at=noon)
    assert place_of("urn:uuid:6f0d5b1e-6a8e-5d0c-9f0b-2a1f3c5d7e91") is None


@pytest.mark.parametrize("lines", [1, 2])
def test_a_record_tells_the_event_it_was_sent_as_if_it_is_all_of_it(noon, lines):
    [event] = events_of([recorded("loss", noon, event_id="urn:x:1", event_lines=lines)], base=BASE)

    assert (event["eventID"] == "urn:x:1") is (lines == 1)


# --- on pages ------------------------------------------------------------------------------------
@pytest.fixture
def chain(northern, southern):
    """Northern mines and separates, Southern buys."""
    abroad = creation("import", 2, "MON1", "100", "ORE-MON", "60")
    abroad.fields.update(country="MM", document="D1")
    mine = file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        abroad,
        feed(3, "ORE1", "800", "R1"),
        output(5, "OX1", "400", "R1"),
        sale(6, "OX1", "300", southern),
        Row("stock", 31, "OX1", "0", northern),
    )
    file(southern, "2025-01", purchase(8, "OX1", "300", northern))
    rebuild_derived()
    return mine


def events(answer) -> list[dict]:
    assert answer["Content-Type"] == "application/ld+json"
    document = json.loads(answer.content)
    assert faults(document) == []
    return document["epcisBody"]["eventList"]


@pytest.mark.django_db
def test_filing_epcis_tells_a_version_and_what_was_wrong_with_it(chain, client, viewer, northern):
    client.force_login(viewer)
    address = reverse("traceability:filing_epcis", args=[chain.pk])
    before = events(client.get(address))

    file(northern, "2025-01", extraction(1, "ORE1", "900"), reason="typing")
    after = events(client.get(address))

    assert len(before) == 5
    assert not any("errorDeclaration" in event for event in before)
    assert all("errorDeclaration" in event for event in after)
    mined = [event for event in after if "correctiveEventIDs" in event["errorDeclaration"]]
    assert [event["reo:recordKind"] for event in mined] == ["extraction"]
    standing = client.get(
        reverse("traceability:filing_epcis", args=[Filing.objects.get(reason="typing").pk])
    )
    [correct] = events(standing)
    assert mined[0]["errorDeclaration"]["correctiveEventIDs"] == [correct["eventID"]]


@pytest.mark.django_db
def test_lot_epcis_tells_the_trace_as_far_as_the_reader_sees_it(
    chain, client, viewer, southern_filer
):
    address = reverse("traceability:lot_epcis", args=[Lot.objects.get(number="OX1").pk])
    client.force_login(viewer)
    everything = events(client.get(address))
    client.force_login(southern_filer)
    own = events(client.get(address))

    assert {event["bizStep"] for event in everything} == {
        *("commissioning", "shipping", "receiving", "cycle_counting"),
    }
    assert [event["bizStep"] for event in own] == ["receiving"]


@pytest.mark.django_db
def test_lot_epcis_tells_runs_whole_and_by_their_own_ids(northern, client, viewer):
    """Whichever of its lots is asked for, a run is the same event."""
    mine = file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        extraction(1, "ORE2", "1000"),
        feed(3, "ORE1", "800", "R1"),
        feed(3, "ORE2", "100", "R1"),
        output(5, "OX1", "400", "R1"),
        output(5, "OX2", "40", "R1"),
    )
    rebuild_derived()
    client.force_login(viewer)
    told = events(client.get(reverse("traceability:filing_epcis", args=[mine.pk])))
    [run] = [event for event in told if event["type"] == "TransformationEvent"]

    for number in ("ORE1", "ORE2", "OX1", "OX2"):
        lot = Lot.objects.get(number=number)
        of_lot = events(client.get(reverse("traceability:lot_epcis", args=[lot.pk])))
        assert run in of_lot


@pytest.mark.django_db
def test_what_is_too_much_for_one_document_is_not_cut_off(chain, client, viewer, monkeypatch):
    client.cookies["django_language"] = "en"
    client.force_login(viewer)
    lot = Lot.objects.get(number="OX1")
    addresses = {
        reverse("traceability:filing_epcis", args=[chain.pk]): chain.get_absolute_url(),
        reverse("traceability:lot_epcis", args=[lot.pk]): reverse(
            "traceability:lot_detail", args=[lot.pk]
        ),
    }
    monkeypatch.setattr("traceability.queries.epcis.MOST_RECORDS", 5)

    for address, back in addresses.items():
        answer = client.get(address, follow=True)
        assert answer.redirect_chain == [(back, 302)]
        assert "More than 5 records are too many" in answer.content.decode()
    monkeypatch.setattr("traceability.queries.epcis.MOST_RECORDS", 7)
    for address in addresses:
        assert events(client.get(address))


@pytest.mark.django_db
def test_lot_label_leads_to_the_lot_for_who_may_see_it(
    chain, client, viewer, southern_filer, northern
):
    client.cookies["django_language"] = "en"
    ore = Lot.objects.get(number="ORE1")
    link = reverse("traceability:lot_link", args=[northern.uscc, "ORE1"])
    client.force_login(viewer)
    label = client.get(reverse("traceability:lot_label", args=[ore.pk])).content.decode()

    assert "<svg" in label
    assert lot_path(northern.uscc, "ORE1") in label
    assert lot_path(northern.uscc, "ORE1") == link
    assert client.get(link).url == reverse("traceability:lot_detail", args=[ore.pk])
    client.force_login(southern_filer)
    unseen, unknown = (client.get(link.replace("ORE1", number)) for number in ("ORE1", "NONE"))
    assert (unseen.status_code, unknown.status_code) == (404, 404)
    assert "are shown to whoever made, bought or sold it" in unseen.content.decode()
    assert unseen.content.decode().count("ORE1") == unknown.content.decode().count("NONE")


@pytest.mark.django_db
def test_lot_link_takes_any_number_that_a_filer_may_give(client, viewer, northern):
    lot = Lot.objects.create(maker=northern, number="批 1/A#2")
    client.force_login(viewer)

    answer = client.get(lot_path(northern.uscc, lot.number))

    assert answer.url == reverse("traceability:lot_detail", args=[lot.pk])
