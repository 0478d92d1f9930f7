"""What the desk does for a month, done by machine: standing, templates, shapes, papers, looks."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.downloads import XLSX
from portal.kernel.period import Month
from tests.traceability.machine import Machine, machine_for
from traceability.models import UnfinishedRow
from traceability.services.supervision import extend_deadline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

MINED = {"kind": "extraction", "date": "2025-02-03", "lot": "L-1", "product": "ORE-MIX"}
MINED |= {"gross_kg": "1000.5", "reo_percent": 60}


@pytest.fixture
def stranger(southern_filer: User, noon: datetime) -> Machine:
    """A machine of Southern's."""
    return machine_for(southern_filer, at=noon)


def submit(machine: Machine, *records: Any, **opened: Any) -> int:
    """A month from its draft to its receipt; the id of the filing."""
    machine.open(**opened)
    assert machine.write("PUT", list(records)).status_code == 200
    machine.do("hand_over")
    assert machine.do("submit", truthful=True).status_code == 200
    return int(machine.draft["id"])


# --- where a month stands ------------------------------------------------------------------------
def test_the_months_tell_what_is_due_and_what_is_begun(
    machine: Machine, northern: Enterprise, supervisor: User, noon: datetime
) -> None:
    Enterprise.objects.filter(pk=northern.pk).update(files_from=Month(2025, 1))
    machine.open()
    extend_deadline(
        month=Month(2025, 2),
        enterprises=[northern],
        last_day=datetime(2025, 3, 20).date(),
        reason="Flood",
        by=supervisor,
        at=noon,
    )

    february, january = machine.ask("GET", "months").json()

    assert (february["month"], february["status"], february["draft"]) == (
        "2025-02",
        "draft",
        machine.draft["id"],
    )
    assert (february["deadline"], february["extended"]) == ("2025-03-20", True)
    assert (january["status"], january["in_force"], january["extended"]) == ("missing", None, False)
    assert machine.ask("GET", "month", "2025-02").json() == february
    assert len(machine.ask("GET", "months", query="?last=1").json()) == 1


def test_drafts_of_others_are_nobodys_business(
    machine: Machine, client: Any, supervisor: User, northern: Enterprise
) -> None:
    machine.open()
    client.force_login(supervisor)

    told = client.get(reverse("api:month", args=["2025-02"]), {"uscc": northern.uscc}).json()

    assert (told["draft"], told["status"]) == (None, "due")


@pytest.mark.parametrize("month", ["2025-13", "never", "2025-2"])
def test_a_month_that_is_none(machine: Machine, month: str) -> None:
    for name in ("month", "month_template"):
        assert machine.ask("GET", name, month).status_code == 404
    assert machine.ask("POST", "month_shape", month).status_code == 404


# --- the spreadsheet -----------------------------------------------------------------------------
def sheet_of(answer: Any, nth: int = 0) -> list[list[Any]]:
    """The rows of a workbook that was answered."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, XLSX)
    assert answer.headers["Cache-Control"] == "no-store"
    book = CalamineWorkbook.from_filelike(BytesIO(answer.getvalue()))
    return book.get_sheet_by_index(nth).to_python()


def test_the_template_is_the_desks(machine: Machine, client: Any, filer: User) -> None:
    client.force_login(filer)

    by_machine = machine.ask("GET", "month_template", "2025-02")

    page = client.get(reverse("traceability:filing_template", args=["2025-02"]))
    assert sheet_of(by_machine) == sheet_of(page)


def test_a_template_with_records_and_their_lines(machine: Machine, stranger: Machine) -> None:
    machine.open()
    machine.write("PUT", [MINED | {"line": 7}])
    about = f"?filing={machine.draft['id']}"

    whole = machine.ask("GET", "month_template", "2025-02", query=about)
    lines = machine.ask("GET", "month_template", "2025-02", query=f"{about}&lines=true")
    foreign = stranger.ask("GET", "month_template", "2025-02", query=about)

    assert "L-1" in str(sheet_of(whole))
    assert sheet_of(lines)[2][1:3] == ["change", 7]
    assert foreign.status_code == 404


# --- the shape of the month before ---------------------------------------------------------------
@pytest.fixture
def january(machine: Machine, southern: Enterprise) -> int:
    """What Northern submitted for January: mined, and sold a part."""
    mined = MINED | {"date": "2025-01-03", "lot": "L-0", "gross_kg": "1000"}
    sold = {"kind": "sale", "date": "2025-01-09", "lot": "L-0", "gross_kg": "400"}
    sold |= {"counterparty": southern.uscc, "document": "INV-1"}
    return submit(machine, mined, sold, month="2025-01")


def test_a_month_starts_from_the_shape_of_the_one_before(machine: Machine, january: int) -> None:
    answer = machine.ask("POST", "month_shape", "2025-02", headers={"Idempotency-Key": "shape"})

    draft = answer.json()
    rows = machine.ask("GET", "filing_unfinished_rows", draft["id"]).json()["results"]
    assert (answer.status_code, draft["month"], draft["record_count"]) == (200, "2025-02", 0)
    assert answer.headers["ETag"]
    assert sorted(row["cells"]["kind"] for row in rows) == ["extraction", "sale", "stock"]
    assert {fault["column"] for row in rows for fault in row["faults"]} >= {"gross_kg", "date"}
    assert all(fault["detail"] for row in rows for fault in row["faults"])
    again = machine.ask("POST", "month_shape", "2025-02")
    assert (again.status_code, again.json()["code"]) == (409, "rows_in_the_way")


def test_rows_that_wait_are_settled_by_their_lines(machine: Machine, january: int) -> None:
    answer = machine.ask("POST", "month_shape", "2025-02")
    machine.draft, machine.etag = answer.json(), answer.headers["ETag"]
    rows = machine.ask("GET", "filing_unfinished_rows", machine.draft["id"]).json()["results"]
    line = {row["cells"]["kind"]: row["line"] for row in rows}

    written = machine.write(
        "POST",
        [
            {"verb": "add", "line": line["extraction"], **MINED},
            {"verb": "cancel", "line": line["sale"]},
            {"verb": "cancel", "line": line["stock"]},
            MINED | {"lot": "L-2"},
        ],
    )

    assert written.status_code == 200, written.content
    assert not UnfinishedRow.objects.exists()
    assert [record["lot"] for record in machine.records()] == ["L-1", "L-2"]
    assert machine.records()[1]["line"] == max(line.values()) + 1
    assert machine.do("hand_over").status_code == 200


def test_an_added_record_takes_no_line_on_which_a_row_waits(machine: Machine, january: int) -> None:
    answer = machine.ask("POST", "month_shape", "2025-02")
    machine.draft, machine.etag = answer.json(), answer.headers["ETag"]

    machine.write("POST", [MINED])

    waiting = UnfinishedRow.objects.values_list("line", flat=True)
    assert len(waiting) == 3
    assert machine.records()[0]["line"] not in waiting
    refused = machine.do("hand_over")
    assert (refused.status_code, refused.json()["code"]) == (409, "unfinished_rows")


def test_rows_that_wait_are_their_enterprises_own(
    machine: Machine, stranger: Machine, january: int
) -> None:
    draft = machine.ask("POST", "month_shape", "2025-02").json()

    assert stranger.ask("GET", "filing_unfinished_rows", draft["id"]).status_code == 404


# --- what may be meant ---------------------------------------------------------------------------
def test_lots_and_partners_are_looked_up(
    machine: Machine, january: int, southern: Enterprise
) -> None:
    machine.open()
    machine.write("PUT", [MINED])
    draft = f"?filing={machine.draft['id']}"

    lots = machine.ask("GET", "lots_offered", query=draft).json()
    partners = machine.ask("GET", "partners_offered").json()
    nobody = machine.ask("GET", "partners_offered", query="?search=Nowhere").json()

    assert [(lot["lot"], lot["place"], lot["gross_kg"]) for lot in lots] == [
        ("L-0", "held", "600.000"),
        ("L-1", "in_draft", "1000.500"),
    ]
    assert [partner["uscc"] for partner in partners] == [southern.uscc]
    assert nobody == []


# --- the receipt on paper ------------------------------------------------------------------------
def test_the_receipt_is_the_paper_of_the_page(machine: Machine, client: Any, viewer: User) -> None:
    about = submit(machine, MINED)
    client.force_login(viewer)

    asked = machine.ask("GET", "filing_receipt", about, headers={"Accept": "application/pdf"})
    by_format = machine.ask("GET", "filing_receipt", about, query="?format=pdf")
    page = client.get(reverse("traceability:filing_receipt_pdf", args=[about]))

    assert asked.headers["Content-Type"] == "application/pdf"
    assert asked.headers["Cache-Control"] == "no-store"
    assert asked.getvalue() == by_format.getvalue() == page.getvalue()
    assert machine.ask("GET", "filing_receipt", about).json()["receipt_no"]


def test_a_draft_has_no_receipt_in_any_form(machine: Machine) -> None:
    machine.open()

    refused = machine.ask("GET", "filing_receipt", machine.draft["id"], query="?format=pdf")

    assert refused.status_code == 404
    assert refused.headers["Content-Type"] == "application/problem+json"


# --- differences ---------------------------------------------------------------------------------
def test_a_preview_tells_how_an_amendment_differs_and_what_that_does_to_caps(
    machine: Machine,
) -> None:
    first = submit(machine, MINED, MINED | {"lot": "L-2"}, MINED | {"lot": "L-3"})
    machine.open(reason_kind="typing", reason="Weighed anew")
    machine.write(
        "POST",
        [
            {"verb": "change", "line": 1, **MINED, "gross_kg": "900.5"},
            {"verb": "cancel", "line": 2},
            MINED | {"lot": "L-4"},
        ],
    )

    told = machine.ask("GET", "filing_preview", machine.draft["id"]).json()

    found = told["differences"]
    assert told["amends"] == first
    assert (found["added"], found["changed"], found["cancelled"]) == (1, 1, 1)
    changed = next(each for each in found["records"] if each["verb"] == "change")
    assert (changed["before"]["gross_kg"], changed["after"]["gross_kg"]) == ("1000.500", "900.500")
    assert [each["verb"] for each in found["records"] if each["before"] is None] == ["add"]
    assert told["caps"][0]["added_kg"] == "-60.000"


def test_a_first_version_differs_from_nothing(machine: Machine) -> None:
    machine.open()
    machine.write("PUT", [MINED])

    told = machine.ask("GET", "filing_preview", machine.draft["id"]).json()

    assert (told["amends"], told["differences"]) == (None, None)


def test_a_later_version_tells_how_it_differs_from_the_one_before(
    machine: Machine, stranger: Machine, client: Any, supervisor: User
) -> None:
    first = submit(machine, MINED, MINED | {"lot": "L-2"})
    second = submit(
        machine, MINED | {"gross_kg": "900.5"}, reason_kind="typing", reason="Weighed anew"
    )
    client.force_login(supervisor)

    told = machine.ask("GET", "filing_differences", second).json()

    assert (told["added"], told["changed"], told["cancelled"]) == (0, 1, 1)
    assert [each["verb"] for each in told["records"]] == ["change", "cancel"]
    assert client.get(reverse("api:filing_differences", args=[second])).json() == told
    assert machine.ask("GET", "filing_differences", first).status_code == 404
    assert stranger.ask("GET", "filing_differences", second).status_code == 404
