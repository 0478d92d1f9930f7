"""Events of EPCIS read as rows: what each becomes, and what is said of one that becomes none."""

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access_world import NOON
from tests.traceability.events import (
    BASE,
    document,
    event,
    mined,
    quantity,
    shipped,
)
from tests.traceability.test_epcis import KINDS, recorded
from traceability.rules.epcis.captured import read_events
from traceability.rules.epcis.document import MOST_EVENTS, EventRead, events_sent
from traceability.rules.epcis.events import Recorded, document_of
from traceability.rules.epcis.faults import DocumentUnfit, TooManyEvents
from traceability.rules.epcis.words import CONTEXT, party_path
from traceability.rules.intake import COLUMNS

OWN, OTHER = "91150000MA0000001A", "91150000MA0000003C"
JOB = UUID(int=7)


def read(content: bytes) -> tuple[list[EventRead], list[tuple[str, str]]]:
    """The events, and the faults by pointer and code."""
    events, faults = read_events(events_sent(content), own=OWN, job=JOB)
    return events, [(fault.pointer, fault.code) for fault in faults]


def cells(*told: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of every row that these events become."""
    events, faults = read(document(*told))
    assert faults == []
    return [dict(row.cells) for event in events for row in event.rows]


# --- the inverse of telling records --------------------------------------------------------------
def said(one: Recorded) -> tuple[str | None, ...]:
    """A record as the row that it came from."""
    told = {
        "kind": one.kind,
        "date": one.on.isoformat(),
        "lot": one.lot,
        "lot_maker": "" if one.lot_maker == one.uscc else one.lot_maker,
        "product": one.product,
        "gross_kg": f"{one.gross_kg.normalize():f}",
        "reo_percent": "" if one.reo_percent is None else f"{one.reo_percent.normalize():f}",
        "run": one.run,
        "counterparty": one.counterparty,
        "document": one.document,
        "country": one.country,
        "assay": one.assay,
        "note": one.note,
    }
    return tuple(told[column] or None for column in COLUMNS)


def read_back(records: list[Recorded], at: Any) -> list[tuple[str | None, ...]]:
    """The rows that the events of these records are read as."""
    content = json.dumps(document_of(records, base=BASE, at=at)).encode()
    events, faults = read(content)
    assert faults == []
    return [tuple(row.texts()) for event in events for row in event.rows]


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=20)
named = texts.map(str.strip).filter(bool)
february = st.dates(date(2025, 2, 1), date(2025, 2, 28))
masses = st.decimals("0.001", "999999999.999", places=3)


@st.composite
def months(draw: st.DrawFn, at: Any) -> list[Recorded]:
    """A month of records of every kind, with every column that a kind may fill."""
    month = []
    for line in range(1, draw(st.integers(1, 12)) + 1):
        kind = draw(st.sampled_from(KINDS))
        runs = kind in ("input", "output")
        month.append(
            recorded(
                kind,
                at,
                line,
                on=draw(february),
                lot=draw(named),
                lot_maker=draw(st.sampled_from([OWN, OTHER])),
                product=draw(st.sampled_from(["", "OX-PRND"])),
                gross_kg=draw(masses),
                reo_percent=draw(st.none() | st.decimals("0.000001", "125", places=6)),
                run=draw(st.sampled_from(["R 1", "R/2"]) if runs else st.just("") | named),
                counterparty=OTHER
                if kind in ("sale", "purchase")
                else draw(st.sampled_from(["", OTHER])),
                document=draw(st.just("") | named),
                country=draw(st.sampled_from(["", "JP"])),
                assay=draw(st.sampled_from(["", "La2O3:25.2;CeO2:50.1"])),
                note=draw(st.just("") | named),
            )
        )
    return month


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_told_of_any_month_is_read_as_the_same_records(data):
    month = data.draw(months(NOON))

    assert sorted(map(repr, read_back(month, NOON))) == sorted(map(repr, map(said, month)))


# --- as others say it ----------------------------------------------------------------------------
def test_ore_that_is_commissioned_was_extracted():
    assert cells(mined(OWN, "L/1", "12.5")) == [
        {
            "kind": "extraction",
            "date": "2025-02-10",
            "lot": "L/1",
            "product": "ORE-MIX",
            "gross_kg": "12.5",
            "reo_percent": "60",
        }
    ]


def test_a_shipment_of_two_lots_is_two_sales_under_one_document():
    rows = cells(shipped(OWN, OTHER, quantity(OWN, "A", "1"), quantity(OTHER, "B", "2", "TNE")))

    assert [(row["kind"], row["lot"], row["gross_kg"], row["document"]) for row in rows] == [
        ("sale", "A", "1", "INV 7/1"),
        ("sale", "B", "2000", "INV 7/1"),
    ]
    assert {row["counterparty"] for row in rows} == {OTHER}
    assert [row.get("lot_maker") for row in rows] == [None, OTHER]


@pytest.mark.parametrize(
    ("kind", "step", "action", "expected"),
    [
        ("ObjectEvent", "commissioning", "ADD", "extraction"),
        ("ObjectEvent", "arriving", "ADD", "import"),
        ("ObjectEvent", "departing", "OBSERVE", "export"),
        ("ObjectEvent", "destroying", "DELETE", "loss"),
        ("ObjectEvent", "decommissioning", "DELETE", "loss"),
        ("ObjectEvent", "cycle_counting", "OBSERVE", "stock"),
        ("ObjectEvent", "stock_taking", "OBSERVE", "stock"),
        ("ObjectEvent", "receiving", "OBSERVE", "purchase"),
        ("TransactionEvent", "shipping", "ADD", "sale"),
        ("TransactionEvent", "receiving", "ADD", "purchase"),
        ("ObjectEvent", "https://ref.gs1.org/cbv/BizStep-shipping", "OBSERVE", "sale"),
        ("ObjectEvent", "urn:epcglobal:cbv:bizstep:shipping", "OBSERVE", "sale"),
    ],
)
def test_each_business_step_means_a_kind_of_record(kind, step, action, expected):
    [row] = cells(event(kind, step, action, quantityList=[quantity(OWN, "A", "1")]))

    assert row["kind"] == expected


def test_the_portals_own_word_tells_scrap_from_ore():
    [row] = cells(mined(OWN, "S", **{"reo:recordKind": "recycled"}))

    assert row["kind"] == "recycled"


def test_own_words_go_by_any_prefix_that_stands_for_them():
    told = mined(OWN, "L")
    for name in ("product", "reoPercent"):
        told[f"p:{name}"] = told.pop(f"reo:{name}")
    context = {"@context": ["https://gs1.example", {"p": "https://a.example/traceability/epcis/"}]}

    [one], faults = read(document(told, **context))
    [other], _faults = read(document(told | {"reo:note": "not meant"}, **context))

    assert faults == []
    assert one.rows[0].cells["product"] == "ORE-MIX"
    assert one.rows[0].pointer("product") == "/p:product"
    assert "note" not in other.rows[0].cells


@pytest.mark.parametrize(
    "context", [CONTEXT, [CONTEXT], [CONTEXT, {"erp": "https://erp.example/"}]]
)
def test_own_words_without_a_meaning_are_told(context):
    """Else what was sent would be missed as if it had not been."""
    events, faults = read(document(mined(OWN, "L"), **{"@context": context}))

    assert events == []
    assert faults == [("/reo:product", "prefix_undefined"), ("/reo:reoPercent", "prefix_undefined")]


def test_what_a_lot_is_may_be_said_as_its_master_data():
    """The standard's place for what describes a lot that comes into being."""
    told = mined(OWN, "L")
    told["ilmd"] = {name: told.pop(name) for name in ("reo:product", "reo:reoPercent")}

    [one], faults = read(document(told))

    assert faults == []
    assert (one.rows[0].cells["product"], one.rows[0].cells["reo_percent"]) == ("ORE-MIX", "60")
    assert one.rows[0].pointer("product") == "/ilmd/reo:product"


def test_the_master_data_of_a_run_is_that_of_its_outputs():
    told = event(
        "TransformationEvent",
        "commissioning",
        inputQuantityList=[quantity(OWN, "A", "9")],
        outputQuantityList=[quantity(OWN, "P", "4"), quantity(OWN, "Q", "4")],
        ilmd={"reo:product": "OX-PRND", "reo:reoPercent": "99"},
    )
    told["reo:outputs"] = [{"reo:reoPercent": "98"}]

    fed, one, other = cells(told)

    assert "product" not in fed
    assert (one["product"], one["reo_percent"]) == ("OX-PRND", "98")
    assert (other["product"], other["reo_percent"]) == ("OX-PRND", "99")


def test_a_prefix_may_be_somebody_elses():
    context = {"@context": [CONTEXT, {"reo": "https://records.example/"}]}

    [one], faults = read(document(mined(OWN, "L"), **context))

    assert faults == []
    assert "product" not in one.rows[0].cells


def test_the_day_is_that_of_china():
    [row] = cells(mined(OWN, "L", eventTime="2025-02-09T20:00:00Z"))

    assert row["date"] == "2025-02-10"


def test_a_run_takes_its_inputs_and_gives_its_outputs():
    told = event(
        "TransformationEvent",
        "commissioning",
        transformationID="urn:example:run:R-7",
        inputQuantityList=[quantity(OWN, "A", "9")],
        outputQuantityList=[quantity(OWN, "P", "4"), quantity(OWN, "Q", "3")],
        **{"reo:outputs": [{"reo:product": "OX-LA"}, {"reo:product": "OX-CE"}]},
    )

    rows = cells(told)

    assert [(row["kind"], row["lot"], row.get("product")) for row in rows] == [
        ("input", "A", None),
        ("output", "P", "OX-LA"),
        ("output", "Q", "OX-CE"),
    ]
    assert {row["run"] for row in rows} == {"R-7"}


def test_an_event_without_an_id_gets_the_same_one_again():
    [[one], _], [[other], _] = read(document(mined(OWN, "L"))), read(document(mined(OWN, "L")))

    assert one.event_id == other.event_id
    assert one.event_id.startswith("urn:uuid:")


# --- what becomes no record ----------------------------------------------------------------------
LOT = [quantity(OWN, "A", "1")]
OWNER = {"type": "owning_party"}


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ("text", "", "object_needed"),
        (mined(OWN, "A", type="AggregationEvent"), "/type", "type_unknown"),
        (mined(OWN, "A", bizStep="packing"), "/bizStep", "step_unknown"),
        (mined(OWN, "A", bizStep=["shipping"]), "/bizStep", "text_needed"),
        (mined(OWN, "A", action="OBSERVE"), "/action", "action_unfit"),
        (mined(OWN, "A", **{"reo:recordKind": "sale"}), "/reo:recordKind", "kind_differs"),
        (mined(OWN, "A", eventTime="2025-02-10T08:30:00"), "/eventTime", "time_form"),
        (mined(OWN, "A", eventTime="soon"), "/eventTime", "time_form"),
        (mined(OWN, "A", eventTime="1899-12-31T00:00:00+08:00"), "/eventTime", "time_form"),
        (mined(OWN, "A", eventTime="0001-01-01T00:00:00+14:00"), "/eventTime", "time_form"),
        (mined(OWN, "A", eventID="no address"), "/eventID", "id_form"),
        (mined(OWN, "A", eventID="urn:" + "x" * 200), "/eventID", "id_form"),
        (mined(OWN, "A", eventID="urn:x:1|urn:x:2"), "/eventID", "id_form"),
        (mined(OWN, "A", eventID="urn:x:1 2"), "/eventID", "id_form"),
        (mined(OWN, "A", quantityList=[]), "", "lots_missing"),
        (mined(OWN, "A", quantityList={}), "/quantityList", "list_needed"),
        (mined(OWN, "A", quantityList=["A"]), "/quantityList/0", "object_needed"),
        (mined(OWN, "A", epcList=["urn:epc:id:sgtin:1.2.3"]), "/epcList", "serials"),
        (
            mined(OWN, "A", quantityList=[{"epcClass": "urn:epc:class:lgtin:1.2.3", "uom": "KGM"}]),
            "/quantityList/0/epcClass",
            "lot_address",
        ),
        (
            mined(OWN, "A", quantityList=[quantity(OWN, "A", "1", "LBR")]),
            "/quantityList/0/uom",
            "unit_unknown",
        ),
        (
            mined(OWN, "A", readPoint={"id": BASE + party_path(OTHER)}),
            "/readPoint/id",
            "party_other",
        ),
        (shipped(OTHER, OWN, *LOT), "/sourceList/0/source", "party_other"),
        (
            shipped(
                OWN, OTHER, *LOT, destinationList=[OWNER | {"destination": "urn:epc:id:pgln:1"}]
            ),
            "/destinationList/0/destination",
            "party_address",
        ),
        (mined(OWN, "A", errorDeclaration="yes"), "/errorDeclaration", "object_needed"),
        (mined(OWN, "A", ilmd=[]), "/ilmd", "object_needed"),
    ],
)
def test_what_becomes_no_record_is_told_with_its_place(told, pointer, code):
    events, faults = read(document(mined(OWN, "before"), told))

    assert len(events) == 1
    assert (pointer, code) in faults


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"type": "ObjectEvent"}',
        b'{"type": ["EPCISDocument"]}',
        document(schemaVersion="1.2"),
        document(**{"@context": None}),
        document(epcisBody=[]),
        document(epcisBody={"eventList": {}}),
        b"[" * 100_000,
        document(epcisBody={"eventList": [float("nan")]}),
        b"\xff\xfe",
    ],
    ids=lambda content: f"{len(content)} bytes",
)
def test_what_is_no_document_is_refused(content):
    with pytest.raises(DocumentUnfit):
        events_sent(content)


def test_an_answer_to_a_query_is_a_document_too():
    body = {"queryResults": {"resultsBody": {"eventList": [mined(OWN, "L")]}}}
    content = document(type="EPCISQueryDocument", epcisBody=body)

    sent = events_sent(content)

    assert sent.pointer == "/epcisBody/queryResults/resultsBody/eventList"
    assert len(read(content)[0]) == 1


def test_more_events_than_the_limit_are_refused():
    content = document("EVENTS").replace(b'"EVENTS"', b"%b")

    events_sent(content % b",".join([b"7"] * MOST_EVENTS))
    with pytest.raises(TooManyEvents):
        events_sent(content % b",".join([b"7"] * (MOST_EVENTS + 1)))


@pytest.mark.parametrize("mass", [b"1e-999999", b"1e999999999", b"1E+2"])
def test_a_mass_of_any_size_stays_small_in_memory(mass):
    content = document(mined(OWN, "L")).replace(b"1000.0", mass)

    [one], _faults = read(content)

    assert one.rows[0].cells["gross_kg"] == ("100" if mass == b"1E+2" else mass.decode())


def test_a_mass_is_read_as_it_was_written():
    content = document(mined(OWN, "L")).replace(b"1000.0", b"100000000.001")

    [one], _faults = read(content)

    assert one.rows[0].cells["gross_kg"] == "100000000.001"
    assert Decimal(one.rows[0].cells["gross_kg"]) == Decimal("100000000.001")
