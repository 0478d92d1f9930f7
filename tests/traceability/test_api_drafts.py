"""A month by machine: drafts, records in bulk, conditions, deeds."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.accounts.queries import system_user
from portal.kernel.models import AuditEvent
from tests.traceability.machine import Machine, machine_for
from traceability.models import CapUse, Filing, Finding, Record
from traceability.queries.findings import message_of
from traceability.rules.checks import CODES
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

pytestmark = pytest.mark.django_db

MINED = {
    "kind": "extraction",
    "date": "2025-02-03",
    "lot": "L-1",
    "product": "ORE-MIX",
    "gross_kg": "1000.5",
    "reo_percent": 60,
}
STOCK = {"kind": "stock", "date": "2025-02-28", "lot": "L-1", "gross_kg": 10}


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)


@pytest.fixture
def make_machine(filer: User, attester: User, noon: datetime) -> Callable[..., Machine]:
    """Makes a machine of Northern's."""

    def make(*, attests: bool = False, by: User = filer, scope: str = "file") -> Machine:
        return machine_for(by, at=noon, attester=attester if attests else None, scope=scope)

    return make


@pytest.fixture
def machine(make_machine: Any) -> Machine:
    """A machine that files and has opened February."""
    made: Machine = make_machine()
    made.open()
    return made


# --- drafts --------------------------------------------------------------------------------------
def test_a_draft_is_opened_once(make_machine: Any) -> None:
    machine = make_machine()

    first, again = machine.open(), machine.open()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["Location"] == reverse("api:filing", args=[first.json()["id"]])
    assert first.headers["ETag"] == again.headers["ETag"]


def test_a_month_ahead_is_refused(make_machine: Any) -> None:
    refused = make_machine().open("2025-04")

    assert (refused.status_code, refused.json()["code"]) == (409, "month_not_begun")


def test_a_reading_key_and_a_stranger_open_and_write_nothing(
    machine: Machine, make_machine: Any, southern_filer: User, attester: User
) -> None:
    reading, stranger = make_machine(scope="read"), make_machine(by=southern_filer)
    assert reading.open().status_code == 403
    for other in (reading, stranger):
        other.draft, other.etag = machine.draft, machine.etag
    assert reading.write("PUT", [MINED]).status_code == 403
    assert stranger.write("PUT", [MINED]).status_code == 404
    client = Client()
    client.force_login(attester)
    answer = client.put(
        reverse("api:filing_records", args=[machine.draft["id"]]),
        {"records": [MINED]},
        content_type="application/json",
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 403
    assert not Record.objects.exists()


def test_a_draft_is_thrown_away_as_it_was_read(machine: Machine) -> None:
    before = machine.etag
    machine.write("PUT", [MINED])
    address = ("filing", machine.draft["id"])

    late = machine.ask("DELETE", *address, headers={"If-Match": before})
    done = machine.ask("DELETE", *address, headers={"If-Match": machine.etag})

    assert (late.status_code, done.status_code) == (412, 204)
    assert not Filing.objects.exists()


# --- conditions ----------------------------------------------------------------------------------
def test_a_write_says_which_state_it_read(machine: Machine) -> None:
    read = machine.etag
    machine.etag = ""
    unsaid = machine.write("PUT", [MINED])
    machine.etag = read
    first = machine.write("PUT", [MINED])
    after = machine.etag
    machine.etag = read
    late = machine.write("PUT", [STOCK])

    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "version_needed")
    assert (first.status_code, after != read) == (200, True)
    assert (late.status_code, late.json()["code"]) == (412, "version_passed")
    assert [record["kind"] for record in machine.records()] == ["extraction"]
    told = machine.ask("GET", "filing", machine.draft["id"])
    assert told.headers["ETag"] == after


@pytest.mark.parametrize(
    ("tag", "status"), [("*", 200), ('"other", {}', 200), ("W/{}", 412), ('"other"', 412)]
)
def test_if_match(machine: Machine, tag: str, status: int) -> None:
    machine.etag = tag.format(machine.etag)

    assert machine.write("PUT", [MINED]).status_code == status


def test_a_write_that_is_repeated_is_answered_before_its_condition_is_asked(
    machine: Machine,
) -> None:
    read = machine.etag
    first = machine.write("PUT", [MINED], name="february")
    machine.etag = read

    again = machine.write("PUT", [MINED], name="february")

    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert AuditEvent.objects.filter(action="filing.filled").count() == 1


# --- records in bulk -----------------------------------------------------------------------------
def test_records_are_put_in_and_read_again(machine: Machine) -> None:
    answer = machine.write("PUT", [MINED, STOCK | {"line": 7}])

    told = answer.json()
    assert answer.status_code == 200
    assert told["accepted"] == [{"index": 0, "line": 8}, {"index": 1, "line": 7}]
    assert (told["refused"], told["filing"]["record_count"]) == ([], 2)
    stock, mined = machine.records()
    assert (stock["line"], stock["gross_kg"], stock["lot"]) == (7, "10.000", "L-1")
    assert (mined["gross_kg"], mined["reo_percent"]) == ("1000.500", "60")


def test_what_was_read_can_be_put_back(machine: Machine) -> None:
    machine.write("PUT", [MINED, STOCK])
    read = machine.records()

    assert machine.write("PUT", read).status_code == 200
    assert machine.records() == read


def test_one_bad_record_and_nothing_is_saved(machine: Machine) -> None:
    machine.write("PUT", [MINED])
    before = machine.etag

    refused = machine.write("PUT", [STOCK, MINED | {"gross_kg": "1,5"}, {"kind": "gift", "x": "1"}])

    told = refused.json()
    assert (refused.status_code, told["code"]) == (422, "rows_refused")
    assert [error["pointer"] for error in told["errors"]] == [
        "/records/1/gross_kg",
        "/records/2/x",
    ]
    assert (told["errors"][0]["value"], told["errors"][0]["code"]) == ("1,5", "number_form")
    assert [record["kind"] for record in machine.records()] == ["extraction"]
    assert machine.ask("GET", "filing", machine.draft["id"]).headers["ETag"] == before


def test_partial_mode_keeps_what_is_right_and_tells_both(machine: Machine) -> None:
    answer = machine.write("PUT", [MINED, MINED | {"product": "GOLD"}, STOCK], mode="partial")

    told = answer.json()
    assert answer.status_code == 207
    assert told["accepted"] == [{"index": 0, "line": 1}, {"index": 2, "line": 2}]
    assert [(each["index"], each["errors"][0]["pointer"]) for each in told["refused"]] == [
        (1, "/records/1/product")
    ]
    assert [record["kind"] for record in machine.records()] == ["extraction", "stock"]


def test_records_are_added_changed_and_cancelled_by_their_lines(machine: Machine) -> None:
    machine.write("PUT", [MINED, STOCK, MINED | {"lot": "L-3", "line": 30}])

    answer = machine.write(
        "POST",
        [
            STOCK | {"lot": "L-3"},
            {"verb": "cancel", "line": 31},
            MINED | {"verb": "change", "line": 30, "lot": "L-3", "gross_kg": 7},
            MINED | {"verb": "add", "line": 5, "lot": "L-4"},
        ],
    )

    assert answer.status_code == 200, answer.json()
    assert [(each["index"], each["line"]) for each in answer.json()["accepted"]] == [
        (0, 33),
        (1, 31),
        (2, 30),
        (3, 5),
    ]
    assert [(r["line"], r["kind"], r["lot"], r["gross_kg"]) for r in machine.records()] == [
        (5, "extraction", "L-4", "1000.500"),
        (30, "extraction", "L-3", "7.000"),
        (32, "stock", "L-1", "10.000"),
        (33, "stock", "L-3", "10.000"),
    ]
    assert answer.json()["filing"]["record_count"] == 4


@pytest.mark.parametrize(
    ("record", "pointer", "code"),
    [
        ({"verb": "cancel", "line": 9}, "line", "line_unknown"),
        ({"verb": "cancel"}, "line", "line_needed"),
        (MINED | {"verb": "change", "line": 9}, "line", "line_unknown"),
        (MINED | {"line": 1}, "line", "line_taken"),
        (MINED | {"line": 0}, "line", "line_form"),
        (MINED | {"line": "one"}, "line", "line_form"),
        (MINED | {"line": 10**9}, "line", "line_form"),
        (MINED | {"verb": "upsert"}, "verb", "verb_unknown"),
        (MINED | {"note": ["a"]}, "note", "text_needed"),
        (MINED | {"note": True}, "note", "text_needed"),
        (MINED | {"note": "a\x00b"}, "note", "control"),
        (MINED | {"note": "\ud800"}, "note", "control"),
        (MINED | {"gross_kg": 1e99}, "gross_kg", "number_form"),
        ("gift", "kind", "text_needed"),
        # The draft's line 2 says that L-1 is bastnaesite no longer.
        (MINED | {"verb": "change", "line": 1, "product": "ORE-BAST"}, "product", "lot_differs"),
    ],
)
def test_a_change_that_is_refused(machine: Machine, record: Any, pointer: str, code: str) -> None:
    machine.write("PUT", [MINED, STOCK | {"product": "ORE-MIX"}])

    refused = machine.write("POST", [STOCK | {"lot": "L-9"}, record])

    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        (f"/records/1/{pointer}", code)
    ]
    assert len(machine.records()) == 2


def test_a_line_is_named_once(machine: Machine) -> None:
    twice = machine.write("PUT", [MINED | {"line": 1}, STOCK | {"line": 1}])

    assert {e["pointer"] for e in twice.json()["errors"]} == {"/records/0/line", "/records/1/line"}


def test_a_lot_may_become_another_product_together_with_what_speaks_of_it(
    machine: Machine,
) -> None:
    machine.write("PUT", [MINED, STOCK | {"product": "ORE-MIX"}])

    answer = machine.write(
        "POST",
        [
            MINED | {"verb": "change", "line": 1, "product": "ORE-BAST"},
            STOCK | {"verb": "change", "line": 2, "product": "ORE-BAST"},
        ],
    )

    assert answer.status_code == 200
    assert {record["product"] for record in machine.records()} == {"ORE-BAST"}


@pytest.mark.parametrize(
    "header",
    [
        "verb,line,kind,date,lot,gross_kg,product,reo_percent",
        "操作,行号,类别,日期,批号,实物量(千克),产品,折氧化物品位(%)",
    ],
)
def test_records_as_csv(machine: Machine, header: str) -> None:
    machine.write(
        "PUT", 'kind,date,lot,gross_kg,product,reo_percent\n开采,2025/2/3,L-1,"1,000",ORE-MIX,60\n'
    )

    answer = machine.write(
        "POST",
        f"{header}\n取消,1,,,,,,\n,,开采,2025-02-03,L-2,5,ORE-MIX,60\nchange,1,stock,2025-02-03,L-2,5,,\n",
        mode="partial",
    )

    assert answer.status_code == 207
    refused = [(e["index"], e["errors"][0]["line"]) for e in answer.json()["refused"]]
    assert refused == [(0, 2), (2, 4)]  # both name line 1
    assert [r["lot"] for r in machine.records()] == ["L-1", "L-2"]


def test_csv_that_is_no_table_is_refused(machine: Machine) -> None:
    refused = machine.write("PUT", "nonsense\n1\n")

    assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")


@pytest.mark.parametrize(
    "body", ["", "[", "[]", "{}", '{"records": 1}', '{"records": [], "x": 1}', "[" * 100_000, "NaN"]
)
def test_json_that_is_no_list_of_records_is_refused(machine: Machine, body: str) -> None:
    answer = machine.client.put(
        reverse("api:filing_records", args=[machine.draft["id"]]),
        body,
        content_type="application/json",
        headers={"If-Match": machine.etag},
    )

    assert answer.status_code == 400


def test_more_than_can_be_read_at_once_is_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traceability.api.records.FilingRecordsApi.most_bytes", 100)

    refused = machine.write("PUT", [MINED, MINED])

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_many_records_take_as_many_queries_as_few(
    machine: Machine, django_assert_max_num_queries: Any
) -> None:
    many = [MINED | {"lot": f"L-{n}"} for n in range(3_000)]

    with django_assert_max_num_queries(60):
        answer = machine.write("PUT", many)

    assert answer.status_code == 200
    assert Record.objects.count() == 3_000


def test_records_are_read_by_cursor(machine: Machine) -> None:
    machine.write("PUT", [MINED | {"lot": f"L-{n}"} for n in range(5)])
    seen, address = [], reverse("api:filing_records", args=[machine.draft["id"]]) + "?limit=2"

    while address:
        page = machine.client.get(address).json()
        seen += [record["line"] for record in page["results"]]
        address = page["next"]
        # What comes in meanwhile shifts nothing.
        machine.write("POST", [{"verb": "cancel", "line": 1}] if len(seen) == 2 else [])

    assert seen == [1, 2, 3, 4, 5]
    lost = reverse("api:filing_records", args=[machine.draft["id"]]) + "?cursor=cD1hYmM="
    assert machine.client.get(lost).status_code == 404


# --- deeds ---------------------------------------------------------------------------------------
def test_a_month_is_filed_by_a_key_that_an_attester_allowed(
    make_machine: Any, filer: User, attester: User, northern: Enterprise
) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", [MINED])

    early = machine.do("submit", truthful=True)
    handed = machine.do("hand_over")
    silent = machine.do("submit", truthful=False)
    done = machine.do("submit", truthful=True)
    receipt = machine.ask("GET", "filing_receipt", machine.draft["id"]).json()

    assert (early.status_code, early.json()["code"]) == (409, "not_handed_over")
    assert handed.json()["ready_at"]
    assert (silent.status_code, silent.json()["errors"][0]["pointer"]) == (400, "/truthful")
    assert (done.status_code, done.json()["status"]) == (200, "submitted")
    filing = Filing.objects.get()
    assert (filing.prepared_by, filing.attested_by) == (filer, attester)
    assert receipt["receipt_no"] == done.json()["receipt_no"] == filing.receipt_no
    assert receipt["kinds"] == [{"kind": "extraction", "count": 1, "gross_kg": "1000.500"}]
    assert receipt["counted"] == [{"category": "mining_rock", "reo_kg": "600.300"}]
    assert CapUse.objects.count() == 1


def test_what_is_submitted_is_written_no_more(make_machine: Any) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", [MINED])
    machine.do("hand_over")
    machine.do("submit", truthful=True)

    refused = machine.write("POST", [STOCK])

    assert (refused.status_code, refused.json()["code"]) == (409, "already_submitted")


def test_a_key_that_nobody_allowed_submits_nothing(machine: Machine, attester: User) -> None:
    machine.write("PUT", [MINED])
    machine.do("hand_over")

    refused = machine.do("submit", truthful=True)

    assert (refused.status_code, refused.json()["code"]) == (403, "attestation_not_allowed")
    assert Filing.objects.get().status == "draft"


def test_an_attester_who_left_attests_no_more(make_machine: Any, attester: User) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", [MINED])
    machine.do("hand_over")
    attester.is_active = False
    attester.save()

    assert machine.do("submit", truthful=True).status_code == 403
    assert Filing.objects.get().status == "draft"


def test_a_nil_return(make_machine: Any) -> None:
    machine = make_machine(attests=True)

    answer = machine.ask("POST", "nil_returns", body={"month": "2025-02"})
    machine.draft, machine.etag = answer.json(), answer.headers["ETag"]
    done = machine.do("submit", truthful=True)

    assert (answer.status_code, done.json()["record_count"]) == (200, 0)
    assert done.json()["status"] == "submitted"


def test_an_amendment_begins_with_what_stands_and_changes_something(make_machine: Any) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", [MINED])
    machine.do("hand_over")
    machine.do("submit", truthful=True)

    silent = machine.open()
    machine.open(reason="weighed again")
    begun = machine.records()
    same = machine.do("hand_over")
    machine.write("POST", [MINED | {"verb": "change", "line": 1, "gross_kg": 900}])
    machine.do("hand_over")
    done = machine.do("submit", truthful=True)

    assert (silent.status_code, silent.json()["code"]) == (409, "reason_needed")
    assert silent.json()["errors"][0]["pointer"] == "/reason"
    assert [record["lot"] for record in begun] == ["L-1"]
    assert (same.status_code, same.json()["code"]) == (409, "nothing_differs")
    assert (done.json()["version"], done.json()["status"]) == (2, "submitted")
    assert CapUse.objects.get().reo_kg == 540


def test_an_amendment_may_begin_empty(make_machine: Any) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", [MINED])
    machine.do("hand_over")
    machine.do("submit", truthful=True)

    machine.open(reason="nothing was mined", empty=True)

    assert machine.records() == []
    assert machine.do("hand_over", nil=True).status_code == 200


# --- what a draft would do -----------------------------------------------------------------------
def test_a_preview_is_what_the_submission_then_does(make_machine: Any, noon: datetime) -> None:
    machine = make_machine(attests=True)
    machine.open()
    loss = {"kind": "loss", "date": "2025-02-20", "lot": "L-1", "gross_kg": 1200, "note": "spill"}
    machine.write("PUT", [MINED, loss])
    before = machine.etag

    told = machine.ask("GET", "filing_preview", machine.draft["id"]).json()

    assert machine.ask("GET", "filing", machine.draft["id"]).headers["ETag"] == before
    assert Filing.objects.get().status == "draft"
    assert not CapUse.objects.exists()
    assert told["caps"] == [
        {
            "category": "mining_rock",
            "cap_kg": "0.000",
            "before_kg": "0.000",
            "added_kg": "600.300",
            "after_kg": "600.300",
            "left_kg": "-600.300",
            "over_kg": "600.300",
        }
    ]
    assert [(each["lot"], each["after_kg"]) for each in told["balances"]] == [("L-1", "-199.500")]
    assert sorted(each["code"] for each in told["opened"]) == ["no_cap", "oversold_lot"]
    machine.do("hand_over")
    machine.do("submit", truthful=True)
    assert [(each.code, each.message) for each in _found(noon)] == sorted(
        (each["code"], each["message"]) for each in told["opened"]
    )
    held = machine.ask("GET", "balances").json()["results"]
    assert [(each["lot"], each["held_kg"]) for each in held] == [("L-1", "-199.500")]
    standing = machine.ask("GET", "cap_standing").json()
    assert standing["positions"][0]["used_kg"] == "600.300"


def _found(at: datetime) -> list[Any]:
    """What a reconciliation of the year finds of Northern, with its words."""
    run = ask_reconciliation(year=2025, as_of=at.date(), by=system_user(), at=at)
    run_reconciliation(reconciliation=run, at=at)
    found = Finding.objects.filter(enterprise__filings__isnull=False).distinct().order_by("code")
    for each in found:
        each.message = message_of(each)
    return list(found)


def test_a_preview_of_an_amendment_tells_what_it_would_clear(
    make_machine: Any, noon: datetime
) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", [MINED])
    machine.do("hand_over")
    machine.do("submit", truthful=True)
    _found(noon)

    machine.open(reason_kind="not_so", reason="nothing was mined", empty=True)
    told = machine.ask("GET", "filing_preview", machine.draft["id"]).json()

    assert machine.draft["reason_kind"] == "not_so"
    assert [each["code"] for each in told["cleared"]] == ["no_cap"]
    assert (told["opened"], told["opened_count"], told["cleared_count"]) == ([], 0, 1)
    assert told["caps"][0]["added_kg"] == "-600.300"
    assert [(each["lot"], each["after_kg"]) for each in told["balances"]] == [("L-1", "0.000")]


def test_what_was_submitted_is_previewed_no_more(make_machine: Any) -> None:
    machine = make_machine(attests=True)
    answer = machine.ask("POST", "nil_returns", body={"month": "2025-02"})
    machine.draft, machine.etag = answer.json(), answer.headers["ETag"]
    machine.do("submit", truthful=True)

    refused = machine.ask("GET", "filing_preview", machine.draft["id"])

    assert (refused.status_code, refused.json()["code"]) == (409, "already_submitted")


# --- reference tables ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "code", "count"),
    [("products", "ORE-MIX", 34), ("kinds", "stock", 10), ("countries", "JP", 249)],
)
def test_reference_tables(machine: Machine, name: str, code: str, count: int) -> None:
    told = machine.ask("GET", name).json()

    assert len(told) == count
    assert code in {each["code"] for each in told}


def test_finding_codes_say_what_clears_them(machine: Machine) -> None:
    told = machine.ask("GET", "finding_codes").json()

    assert [each["code"] for each in told] == list(CODES)
    assert all(each["title"] and each["source"] and each["clears"] for each in told)


def test_a_counterparty_is_known_by_its_name_alone(machine: Machine, southern: Enterprise) -> None:
    told = machine.ask("GET", "enterprise_name", southern.uscc)
    unknown = machine.ask("GET", "enterprise_name", "91150000MA0000000X")

    assert told.json() == {
        "uscc": southern.uscc,
        "name_zh": southern.name_zh,
        "name_en": southern.name_en,
    }
    assert unknown.status_code == 404


@pytest.mark.parametrize("query", ["?year=never", "?year=99999"])
def test_a_year_that_is_none(machine: Machine, query: str) -> None:
    assert machine.ask("GET", "cap_standing", query=query).status_code == 400


# --- records out ---------------------------------------------------------------------------------
KINDS_OF_ALL = [
    MINED | {"note": 'Heap "3", north\nside', "assay": "La2O3:60;CeO2:40"},
    {
        "kind": "input",
        "date": "2025-02-04",
        "lot": "L-1",
        "gross_kg": "400.125",
        "run": "R1",
    },
    STOCK | {"line": 20},
]


def test_records_come_out_as_csv_and_go_in_again(machine: Machine, southern: Enterprise) -> None:
    bought = {"kind": "purchase", "date": "2025-02-10", "lot": "S-1", "lot_maker": southern.uscc}
    bought |= {"gross_kg": "5", "counterparty": southern.uscc, "document": "=1+1"}
    assert machine.write("PUT", [*KINDS_OF_ALL, bought]).status_code == 200
    before = machine.records()

    out = machine.ask("GET", "filing_records", machine.draft["id"], headers={"Accept": "text/csv"})
    table = b"".join(out.streaming_content).decode()
    back = machine.write("PUT", table)

    assert (out.status_code, out.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert table.splitlines()[0].split(",")[:4] == ["line", "kind", "date", "lot"]
    assert back.status_code == 200, back.content
    assert machine.records() == before


def test_a_submitted_version_begins_an_amendment_by_csv(make_machine: Any) -> None:
    machine = make_machine(attests=True)
    machine.open()
    machine.write("PUT", KINDS_OF_ALL)
    machine.do("hand_over")
    assert machine.do("submit", truthful=True).status_code == 200
    first, before = machine.draft["id"], machine.records()

    out = machine.ask("GET", "filing_records", first, query="?format=csv")
    machine.open(reason="Corrected", reason_kind="typing", empty=True)
    back = machine.write("PUT", b"".join(out.streaming_content).decode())

    assert back.status_code == 200, back.content
    assert machine.records() == before


def test_records_of_one_kind_and_of_others_as_csv(
    machine: Machine, make_machine: Any, southern_filer: User
) -> None:
    machine.write("PUT", KINDS_OF_ALL)
    about = machine.draft["id"]

    stock = machine.ask("GET", "filing_records", about, query="?format=csv&kind=stock")
    unknown = machine.ask("GET", "filing_records", about, query="?format=csv&kind=gift")
    foreign = make_machine(by=southern_filer).ask(
        "GET", "filing_records", about, query="?format=csv"
    )

    assert len(b"".join(stock.streaming_content).splitlines()) == 2
    assert (unknown.status_code, foreign.status_code) == (400, 404)
    assert foreign.headers["Content-Type"] == "application/problem+json"


def test_a_csv_in_place_of_all_records_says_nothing_of_verbs(machine: Machine) -> None:
    told = "verb,kind,date,lot,gross_kg\ncancel,stock,2025-02-28,L-1,10\n"

    refused = machine.write("PUT", told)

    assert [each["pointer"] for each in refused.json()["errors"]] == ["/records/0/verb"]
