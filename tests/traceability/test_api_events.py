"""Events by the standard's simple event query, held against all events of the ledger."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kernel.period import CIVIL
from tests.traceability.events import document, mined
from tests.traceability.ledger import Row, extraction, feed, file, output, purchase, sale, stock
from tests.traceability.test_epcis import faults
from traceability.models import Filing
from traceability.queries.epcis import recorded_in
from traceability.rules.epcis.asked import PARAMETERS
from traceability.rules.epcis.events import events_of
from traceability.rules.epcis.words import lot_path, party_path
from traceability.services.captures import receive_capture, work_capture
from traceability.services.derivation import rebuild_derived
from traceability.services.filings import submit_filing

pytestmark = pytest.mark.django_db
Event = dict[str, Any]
BASE = settings.ADDRESS
AMENDED_AT = datetime(2025, 2, 20, 12, tzinfo=CIVIL)
AMENDED = AMENDED_AT.isoformat()


@pytest.fixture
def ledger(northern, southern) -> None:
    """Northern mines and separates over two months, and amends one; Southern buys."""
    lost = Row("loss", 20, "ORE1", "1")
    lost.fields.update(note="spilt")
    january = (
        extraction(1, "ORE1", "1000"),
        feed(9, "ORE1", "800", "R1"),
        feed(3, "ORE1", "10", "R2"),
        output(5, "OX1", "400", "R1"),
        sale(6, "OX1", "300", southern),
        lost,
    )
    file(northern, "2025-01", *january)
    file(southern, "2025-01", purchase(8, "OX1", "300", northern))
    file(
        northern,
        "2025-02",
        feed(2, "ORE1", "5", "R1"),
        output(2, "OX2", "3", "R1"),
        output(7, "OX3", "3", "R1"),
        stock(28, "ORE1", "0"),
    )
    file(northern, "2025-01", *january[:5], at=AMENDED_AT, reason="typing")


@pytest.fixture
def asks(client) -> Callable[..., list[Event]]:
    """The events that answer; valid by GS1's schema, whatever was asked."""

    def asked(address: str = "", **parameters: str) -> list[Event]:
        answer = client.get(address or reverse("api:epcis_events"), parameters)
        assert answer.status_code == 200, answer.content
        assert faults(answer.json()) == []
        return answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]

    return asked


def everything(*enterprises: Any) -> list[Event]:
    """Every event on record, in the order of filings and lines."""
    filings = Filing.objects.exclude(status="draft").filter(enterprise__in=enterprises)
    told = (events_of(recorded_in(filing), base=BASE) for filing in filings.order_by("pk"))
    return [event for events in told for event in events]


def lots_in(event: Event, *lists: str) -> set[str]:
    """The addresses of the lots in these lists of an event."""
    return {one["epcClass"] for name in lists for one in event.get(name, ())}


def owner(event: Event, side: str) -> str:
    """Whose the lots of a shipment were, or became."""
    return next((one[side] for one in event.get(f"{side}List", ())), "")


def instant(text: str) -> datetime:
    """As it is told."""
    return datetime.fromisoformat(text)


ANY = ("quantityList", "inputQuantityList", "outputQuantityList")
NORTH, SOUTH = "{north}", "{south}"
CASES: list[tuple[dict[str, str], Callable[[Event, dict[str, str]], bool]]] = [
    ({}, lambda event, at: True),
    ({"eventType": "ObjectEvent"}, lambda event, at: event["type"] == "ObjectEvent"),
    (
        {"eventType": "TransactionEvent|TransformationEvent"},
        lambda event, at: event["type"] != "ObjectEvent",
    ),
    ({"eventType": "AggregationEvent"}, lambda event, at: False),
    ({"EQ_action": "ADD"}, lambda event, at: event.get("action") == "ADD"),
    (
        {"EQ_bizStep": "shipping|https://ref.gs1.org/cbv/BizStep-receiving"},
        lambda event, at: event["bizStep"] in ("shipping", "receiving"),
    ),
    ({"EQ_disposition": "destroyed"}, lambda event, at: event["disposition"] == "destroyed"),
    (
        {"EQ_bizStep": "commissioning", "EQ_disposition": "active"},
        lambda event, at: (event["bizStep"], event["disposition"]) == ("commissioning", "active"),
    ),
    (
        {"GE_eventTime": "2025-01-05T00:00:00+08:00"},
        lambda event, at: event["eventTime"] >= "2025-01-05",
    ),
    (
        {"GE_eventTime": "2025-01-05T00:00:01+08:00"},
        lambda event, at: event["eventTime"] >= "2025-01-06",
    ),
    (
        {"LT_eventTime": "2025-01-05T00:00:00+08:00"},
        lambda event, at: event["eventTime"] < "2025-01-05",
    ),
    (
        {"GE_eventTime": "2025-01-05T16:00:00Z", "LT_eventTime": "2025-02-03T00:00:00+08:00"},
        lambda event, at: "2025-01-06" <= event["eventTime"] < "2025-02-03",
    ),
    (
        {"GE_recordTime": "2025-02-20T12:00:00+08:00"},
        lambda event, at: event["recordTime"] >= "2025-02-20",
    ),
    (
        {"LT_recordTime": "2025-02-20T04:00:00Z"},
        lambda event, at: event["recordTime"] < "2025-02-20",
    ),
    ({"MATCH_anyEPCClass": "{ORE1}"}, lambda event, at: at["ORE1"] in lots_in(event, *ANY)),
    ({"MATCH_epc": "{OX1}"}, lambda event, at: at["OX1"] in lots_in(event, ANY[0])),
    ({"MATCH_epcClass": "{OX1}|{ORE1}"}, lambda event, at: bool(lots_in(event, ANY[0]))),
    ({"MATCH_inputEPCClass": "{ORE1}"}, lambda event, at: at["ORE1"] in lots_in(event, ANY[1])),
    ({"MATCH_outputEPCClass": "{OX3}"}, lambda event, at: at["OX3"] in lots_in(event, ANY[2])),
    (
        {"MATCH_inputEPCClass": "{ORE1}", "MATCH_outputEPCClass": "{OX1}"},
        lambda event, at: (
            at["ORE1"] in lots_in(event, ANY[1]) and at["OX1"] in lots_in(event, ANY[2])
        ),
    ),
    (
        {"MATCH_anyEPCClass": "{ORE1}", "LT_eventTime": "2025-01-04T00:00:00+08:00"},
        lambda event, at: at["ORE1"] in lots_in(event, *ANY) and event["eventTime"] < "2025-01-04",
    ),
    ({"MATCH_anyEPC": "urn:epc:id:sgtin:1.2.3"}, lambda event, at: False),
    ({"MATCH_anyEPC": "https://x.example/8010/A/10/%00"}, lambda event, at: False),
    (
        {"EQ_source_owning_party": "{north}"},
        lambda event, at: owner(event, "source") == at["north"],
    ),
    (
        {"EQ_destination_owning_party": "{south}"},
        lambda event, at: owner(event, "destination") == at["south"],
    ),
    ({"EQ_destination_owning_party": "{north}"}, lambda event, at: False),
    (
        {"EQ_source_owning_party": "{north}", "MATCH_anyEPC": "{OX1}", "EQ_bizStep": "receiving"},
        lambda event, at: event["bizStep"] == "receiving",
    ),
    ({"EQ_readPoint": "{south}"}, lambda event, at: event["readPoint"]["id"] == at["south"]),
    ({"EXISTS_errorDeclaration": ""}, lambda event, at: "errorDeclaration" in event),
    ({"GE_errorDeclarationTime": AMENDED}, lambda event, at: "errorDeclaration" in event),
    ({"LT_errorDeclarationTime": AMENDED}, lambda event, at: False),
    # What was amended is on record, as erroneous, since the amendment, and so is this itself.
    ({"GE_recordTime": AMENDED}, lambda event, at: instant(event["recordTime"]) >= AMENDED_AT),
    ({"LT_recordTime": AMENDED}, lambda event, at: instant(event["recordTime"]) < AMENDED_AT),
]


@pytest.mark.parametrize(
    ("parameters", "meets"), CASES, ids=["&".join(parameters) or "all" for parameters, _ in CASES]
)
def test_each_parameter_narrows_the_events_as_it_says(
    ledger, asks, client, viewer, filer, northern, southern, parameters, meets
):
    at = {
        "north": BASE + party_path(northern.uscc),
        "south": BASE + party_path(southern.uscc),
    } | {lot: BASE + lot_path(northern.uscc, lot) for lot in ("ORE1", "OX1", "OX2", "OX3")}
    asked = {name: text.format(**at) for name, text in parameters.items()}

    for person, seen in ((viewer, (northern, southern)), (filer, (northern,))):
        client.force_login(person)
        expected = [event for event in everything(*seen) if meets(event, at)]
        assert asks(**asked) == expected
        assert paged(client, asked) == expected


def paged(client: Any, asked: dict[str, str]) -> list[Event]:
    """The same events, two at a time, by the links."""
    events: list[Event] = []
    answer = client.get(reverse("api:epcis_events"), asked | {"perPage": "2"})
    for _page in range(20):
        page = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert len(page) <= 2
        events += page
        link = answer.headers.get("Link")
        if link is None:
            return events
        answer = client.get(link[1 : link.index(">")])
    raise AssertionError("the links lead on and on")


@pytest.mark.parametrize("order", ["eventTime", "recordTime"])
@pytest.mark.parametrize("direction", ["ASC", "DESC", None])
@pytest.mark.parametrize("narrowed", [{}, {"MATCH_anyEPC": "{OX1}"}], ids=["all", "lot"])
def test_events_come_in_the_order_that_is_asked_for(
    ledger, asks, client, viewer, northern, southern, order, direction, narrowed
):
    client.force_login(viewer)
    lot = BASE + lot_path(northern.uscc, "OX1")
    asked = {name: text.format(OX1=lot) for name, text in narrowed.items()} | {"orderBy": order}
    if direction:
        asked["orderDirection"] = direction
    every = everything(northern, southern)
    met = [event for event in every if not narrowed or lot in lots_in(event, *ANY)]
    expected = sorted(met, key=lambda one: instant(one[order]), reverse=direction != "ASC")

    assert len({one[order] for one in met}) > 1
    assert asks(**asked) == expected
    assert paged(client, asked) == expected
    assert asks(**asked, eventCountLimit="2") == expected[:2]


def test_what_was_amended_names_what_stands_in_its_place(ledger, asks, client, viewer, northern):
    client.force_login(viewer)
    erroneous = asks(EXISTS_errorDeclaration="")

    gone = [one for one in erroneous if one["errorDeclaration"]["reason"] == "did_not_occur"]
    assert [one["bizStep"] for one in gone] == ["destroying"]  # the loss, which was left out
    for one in erroneous:
        if one in gone:
            continue
        [named] = one["errorDeclaration"]["correctiveEventIDs"]
        [correct] = asks(f"/api/v1/epcis/events/{named}")
        assert "errorDeclaration" not in correct
        said = ("type", "eventTime", "bizStep", "quantityList", "inputQuantityList")
        assert [correct.get(name) for name in said] == [one.get(name) for name in said]


def test_a_parameter_that_is_there_twice_has_two_values(ledger, client, viewer):
    client.force_login(viewer)
    address = reverse("api:epcis_events") + "?EQ_bizStep=shipping&EQ_bizStep=receiving&perPage=1"

    first = client.get(address)
    second = client.get(first.headers["Link"][1:].partition(">")[0])

    for answer in (first, second):
        [event] = answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
        assert event["bizStep"] in ("shipping", "receiving")


def test_event_count_limit_cuts_the_events_and_max_event_count_refuses_them(
    ledger, asks, client, viewer, northern, southern
):
    client.force_login(viewer)
    every = everything(northern, southern)

    assert asks(eventCountLimit="3") == every[:3]
    assert paged(client, {"eventCountLimit": "5"}) == every[:5]
    assert asks(maxEventCount=str(len(every))) == every
    refused = client.get(reverse("api:epcis_events"), {"maxEventCount": str(len(every) - 1)})
    assert (refused.status_code, refused.json()["type"]) == (
        *(413,),
        "epcisException:QueryTooLargeException",
    )


@pytest.mark.parametrize(
    "asked",
    [
        {"orderBy": "quantity"},
        {"orderBy": "eventTime", "orderDirection": "up"},
        {"orderBy": "eventTime", "nextPageToken": "1-1-1-9999999999"},
        {"orderBy": "recordTime", "nextPageToken": "1-1-1-999999999999999999"},
        {"GE_errorDeclarationTime": "2025"},
        {"GE_eventTime": "yesterday"},
        {"EQ_action": "ADD|MOVE"},
        {"GE_eventTime": "1850-12-31T00:00:00+08:00"},
        {"EQ_eventID": "urn:x:\x00"},
        {"EQ_readPoint": "https://x.example/417/\x00"},
        {"GE_eventTime": "2025-01-01T00:00:00"},
        {"LT_eventTime": "9999-12-31T23:59:59+00:00"},
        {"EQ_bizStep": ""},
        {"EQ_bizStep": "|".join(["shipping"] * 201)},
        {"perPage": "0"},
        {"perPage": "1001"},
        {"maxEventCount": "-1"},
        {"eventCountLimit": "1", "maxEventCount": "1"},
        {"nextPageToken": "1"},
    ],
)
def test_what_cannot_be_asked_is_a_problem_that_names_it(client, viewer, asked):
    client.force_login(viewer)

    answer = client.get(reverse("api:epcis_events"), asked)

    assert answer.status_code == 400
    assert answer.json()["type"] == "epcisException:QueryParameterException"
    assert answer.json()["errors"][0]["pointer"][1:] in asked


def test_the_resources_of_the_standard_lead_to_their_events(
    ledger, asks, client, viewer, northern, southern
):
    client.force_login(viewer)
    every = everything(northern, southern)
    lot = BASE + lot_path(northern.uscc, "OX1")

    for address, expected in (
        ("eventTypes/TransformationEvent/events", lambda one: one["type"] == "TransformationEvent"),
        ("bizSteps/shipping/events", lambda one: one["bizStep"] == "shipping"),
        ("dispositions/destroyed/events", lambda one: one["disposition"] == "destroyed"),
        (f"epcs/{quote(lot, safe='')}/events", lambda one: lot in lots_in(one, *ANY)),
        (
            f"readPoints/{quote(BASE + party_path(southern.uscc), safe='')}/events",
            lambda one: one["bizStep"] == "receiving",
        ),
    ):
        assert asks(f"/api/v1/epcis/{address}") == [one for one in every if expected(one)]
    for address, member in (("eventTypes", "eventType"), ("bizSteps", "bizStep")):
        told = client.get(f"/api/v1/epcis/{address}").json()
        assert set(told[member]) >= {
            one["type" if member == "eventType" else member] for one in every
        }
    assert "events" in client.get("/api/v1/epcis").json()


def test_links_lead_on_whatever_signs_a_lot_has(asks, client, filer, northern):
    number = "批 1/A#2?%25"
    file(northern, "2025-01", extraction(1, number, "9"), stock(31, number, "9"))
    client.force_login(filer)
    lot = quote(BASE + lot_path(northern.uscc, number), safe="")
    address = f"/api/v1/epcis/epcs/{lot}/events"

    first = client.get(f"{address}?perPage=1")
    [told] = asks(first.headers["Link"][1:].partition(">")[0])

    assert told == asks(address)[1]
    assert told["bizStep"] == "cycle_counting"


def test_the_resources_of_the_standard_list_their_values(ledger, client, viewer, filer, northern):
    basis = "/api/v1/epcis"
    rebuild_derived()
    client.force_login(filer)
    lots = [BASE + lot_path(northern.uscc, lot) for lot in ("ORE1", "OX1", "OX2", "OX3")]
    own = BASE + party_path(northern.uscc)

    first = client.get(f"{basis}/epcs?perPage=3")
    rest = client.get(first.headers["Link"][1:].partition(">")[0])

    assert sorted([*first.json(), *rest.json()]) == lots
    assert "Link" not in rest.headers
    assert client.get(f"{basis}/readPoints").json()["readPoint"] == [own]
    assert client.get(f"{basis}/bizLocations").json()["bizLocation"] == []
    client.force_login(viewer)
    assert len(client.get(f"{basis}/readPoints").json()["readPoint"]) == 2
    for name in client.get(basis).json():
        assert client.get(f"{basis}/{name}").status_code in (200, 403)  # captures are of filers


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("eventTypes/ObjectEvent", 200),
        ("eventTypes/AggregationEvent", 200),
        ("eventTypes/MovieEvent", 404),
        ("eventTypes/MovieEvent/events", 404),
        ("bizSteps/cbv:BizStep-shipping", 200),
        ("bizSteps/singing", 404),
        ("dispositions/destroyed", 200),
        ("epcs/https%3A%2F%2Fx.example%2F8010%2FCODE%2F10%2FLOT", 200),
        ("epcs/urn:epc:id:sgtin:0614141.107346.2018", 404),
        ("readPoints/https%3A%2F%2Fx.example%2F417%2FCODE", 200),
        ("bizLocations/anywhere", 404),
        ("nonsense/anywhere", 404),
    ],
)
def test_a_value_of_a_resource_leads_to_its_events(client, viewer, address, status):
    client.force_login(viewer)

    answer = client.get(f"/api/v1/epcis/{address}")

    assert answer.status_code == status
    if status == 200:
        assert answer.json() == ["events"]
    else:
        assert answer.json()["type"] == "epcisException:NoSuchNameException"


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("POST", "events"),
        ("GET", "queries"),
        ("POST", "queries"),
        ("GET", "queries/SimpleEventQuery/events"),
        ("POST", "queries/mine/subscriptions"),
        ("DELETE", "nextPageToken/1-2-3"),
    ],
)
def test_what_is_left_out_of_the_standard_says_so(client, filer, method, address):
    client.force_login(filer)

    answer = client.generic(method, f"/api/v1/epcis/{address}")

    assert answer.status_code == 501
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["GS1-EPCIS-Version"] == "2.0"
    assert answer.json()["type"] == "epcisException:ImplementationException"
    assert "/api/v1/epcis/" in answer.json()["detail"]


def test_an_event_is_found_by_its_id(ledger, asks, client, viewer, filer, northern, southern):
    for event in everything(northern, southern):
        client.force_login(viewer)
        assert asks(f"/api/v1/epcis/events/{event['eventID']}") == [event]
        assert asks(EQ_eventID=event["eventID"]) == [event]
    bought = next(one for one in everything(southern))
    client.force_login(filer)

    assert client.get(f"/api/v1/epcis/events/{bought['eventID']}").status_code == 404
    assert client.get("/api/v1/epcis/events/urn:x:1").status_code == 404


def test_a_captured_event_goes_by_its_own_id(asks, client, filer, attester, northern, noon):
    capture = receive_capture(
        enterprise=northern,
        content=document(mined(northern.uscc, "L", eventID="urn:x:1")),
        behaviour="rollback",
        by=filer,
        at=noon,
    )
    work_capture(capture=capture, at=noon)
    client.force_login(filer)
    assert asks() == []  # a draft is not on record

    submit_filing(filing=Filing.objects.get(), by=attester, at=noon)

    [event] = asks("/api/v1/epcis/events/urn:x:1")
    assert event["eventID"] == "urn:x:1"
    assert [one["eventID"] for one in asks()] == ["urn:x:1"]


def test_a_page_takes_the_same_few_queries_whatever_it_holds(ledger, client, viewer):
    client.force_login(viewer)
    taken = []

    for most in ("1", "100"):
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("api:epcis_events"), {"maxEventCount": "100", "perPage": most})
        taken.append(len(queries))

    assert taken[0] == taken[1] <= 12  # with the session, the person and savepoints


def test_the_versions_are_told_with_every_answer(client, viewer):
    client.force_login(viewer)
    address = reverse("api:epcis_events")

    answer, options, wrong = (
        client.get(address),
        client.options(address),
        client.get(address + "?x="),
    )

    for told in (answer, options, wrong):
        assert told.headers["GS1-EPCIS-Version"] == told.headers["GS1-CBV-Version"] == "2.0"
    assert options.status_code == 204
    assert json.loads(options.headers["GS1-Extensions"])["reo"].endswith("/traceability/epcis/")
    assert client.get(address, headers={"accept": "application/ld+json"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0"}, 200),
        ({"GS1-EPCIS-Min": "1.2", "GS1-EPCIS-Max": "2.1"}, 200),
        ({"GS1-EPCIS-Version": "1.2"}, 406),
        ({"GS1-EPCIS-Max": "1.2"}, 406),
        ({"GS1-CBV-Min": "2.1"}, 406),
        ({"GS1-EPCIS-Version": "two"}, 406),
        ({"GS1-EPC-Format": "No_Preference"}, 200),
        ({"GS1-EPC-Format": "Always_EPC_URN"}, 406),
    ],
)
def test_only_version_2_0_is_spoken(client, viewer, headers, status):
    client.force_login(viewer)

    answer = client.get(reverse("api:epcis_events"), headers=headers)

    assert answer.status_code == status


def test_every_parameter_is_tried_here():
    tried = {name for parameters, _meets in CASES for name in parameters}

    assert set(PARAMETERS) - tried == {
        *("MATCH_inputEPC", "MATCH_outputEPC"),  # the same as those of classes
        *("orderBy", "orderDirection"),
        *("EQ_eventID", "eventCountLimit", "maxEventCount", "perPage", "nextPageToken"),
    }
