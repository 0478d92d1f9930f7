"""Files by machine: how they are meant, how far they are, what comes back, and stopping them."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from enterprises.models import Enterprise
from portal.accounts.models import User
from tests.traceability.machine import Machine, machine_for
from traceability.models import Record, Upload
from traceability.services.uploads import work_upload

pytestmark = pytest.mark.django_db

HEADER = "verb,line,kind,date,lot,product,gross_kg,reo_percent"
RIGHT = ",,extraction,2025-02-03,L-1,ORE-MIX,1000,60"
WRONG = ",,gift,2025-02-03,L-2,ORE-MIX,1000,60"


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch, noon: datetime) -> None:
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)


@pytest.fixture
def machine(northern: Enterprise, filer: User, noon: datetime) -> Machine:
    """A machine of Northern's."""
    return machine_for(filer, at=noon)


def send(machine: Machine, *rows: str, mode: str = "replace", **told: Any) -> dict[str, Any]:
    """Send a file, and let it be checked; what is told of it then."""
    header, rows = (HEADER, rows) if mode == "add" else (HEADER[10:], [row[2:] for row in rows])
    content = "\n".join([header, *rows]).encode()
    file = SimpleUploadedFile("february.csv", content)
    sent = machine.client.post(
        reverse("api:uploads"), {"month": "2025-02", "file": file, "mode": mode, **told}
    )
    assert sent.status_code == 202, sent.content
    upload = Upload.objects.get(pk=sent.json()["id"])
    work_upload(upload=upload, at=upload.at)
    return dict(machine.ask("GET", "upload", upload.pk).json())


def test_a_file_adds_to_the_draft_and_changes_lines_of_it(machine: Machine) -> None:
    first = send(machine, RIGHT)

    second = send(
        machine,
        "change,1,extraction,2025-02-03,L-1,ORE-MIX,900,60",
        "add,,extraction,2025-02-04,L-2,ORE-MIX,100,60",
        mode="add",
    )

    assert (first["mode"], first["state"]) == ("replace", "accepted")
    assert (second["mode"], second["state"]) == ("add", "accepted")
    assert (second["rows_done"], second["rows"], second["stopping"]) == (2, 2, False)
    records = Record.objects.order_by("line").values_list("lot__number", "gross_kg")
    assert list(records) == [("L-1", 900), ("L-2", 100)]


def test_what_is_right_goes_in_and_the_rest_comes_back(machine: Machine) -> None:
    told = send(machine, RIGHT, WRONG, keep_right=True)

    back = machine.ask("GET", "upload_rows", told["id"])

    assert (told["state"], told["error_count"], told["gives_rows_back"]) == ("partly", 1, True)
    assert [each["column"] for each in told["errors"]] == ["kind"]
    assert Record.objects.get().lot.number == "L-1"
    book = CalamineWorkbook.from_filelike(BytesIO(back.getvalue()))
    _header, codes, row = book.get_sheet_by_index(0).to_python()
    assert codes[:3] == ["problem", "verb", "line"]
    assert "gift" in row
    assert row[0]


def test_nothing_comes_back_of_a_file_that_was_taken_in(machine: Machine) -> None:
    told = send(machine, RIGHT)

    refused = machine.ask("GET", "upload_rows", told["id"])

    assert (told["gives_rows_back"], refused.status_code) == (False, 404)
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_a_mode_that_is_none_is_pointed_at(machine: Machine) -> None:
    file = SimpleUploadedFile("february.csv", b"kind")
    told = {"month": "2025-02", "file": file, "mode": "guess"}

    refused = machine.client.post(reverse("api:uploads"), told)

    assert refused.status_code == 400
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/mode"]


def test_the_file_itself_comes_as_it_was_sent(machine: Machine, southern_filer: User) -> None:
    told = send(machine, RIGHT)

    answer = machine.ask("GET", "upload_file", told["id"])

    assert answer.getvalue().decode().splitlines()[1] == RIGHT[2:]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "february.csv" in answer.headers["Content-Disposition"]
    stranger = machine_for(southern_filer, at=Upload.objects.get().at)
    for name in ("upload_file", "upload_rows", "upload"):
        assert stranger.ask("GET", name, told["id"]).status_code == 404
    assert stranger.ask("POST", "upload_stop", told["id"]).status_code == 404


def test_a_file_that_waits_is_stopped_once(machine: Machine) -> None:
    file = SimpleUploadedFile("february.csv", f"{HEADER[10:]}\n{RIGHT[2:]}".encode())
    sent = machine.client.post(reverse("api:uploads"), {"month": "2025-02", "file": file}).json()

    name = {"Idempotency-Key": "stop"}
    stopped = machine.ask("POST", "upload_stop", sent["id"], headers=name)
    repeated = machine.ask("POST", "upload_stop", sent["id"], headers=name)
    late = machine.ask("POST", "upload_stop", sent["id"])

    assert (stopped.status_code, stopped.json()["state"]) == (200, "stopped")
    assert repeated.content == stopped.content
    assert (late.status_code, late.json()["code"]) == (409, "upload_done")
    assert not Record.objects.exists()


def test_a_file_under_way_says_that_it_is_to_stop(machine: Machine) -> None:
    file = SimpleUploadedFile("february.csv", b"kind")
    sent = machine.client.post(reverse("api:uploads"), {"month": "2025-02", "file": file}).json()
    Upload.objects.update(state="working")

    told = machine.ask("POST", "upload_stop", sent["id"]).json()

    assert (told["state"], told["stopping"]) == ("working", True)


def test_files_are_listed_by_month_and_state(
    machine: Machine, django_assert_max_num_queries: Any
) -> None:
    first, second = send(machine, RIGHT), send(machine, WRONG)

    with django_assert_max_num_queries(5):
        told = machine.ask("GET", "uploads").json()["results"]
    refused = machine.ask("GET", "uploads", query="?state=refused").json()["results"]
    other = machine.ask("GET", "uploads", query="?month=2025-01").json()["results"]

    assert [each["id"] for each in told] == [first["id"], second["id"]]
    assert "errors" not in told[0]
    assert [each["id"] for each in refused] == [second["id"]]
    assert other == []


def test_a_key_that_reads_stops_nothing(machine: Machine, filer: User, noon: datetime) -> None:
    told = send(machine, RIGHT)
    reader = machine_for(filer, at=noon, scope="read")

    assert reader.ask("GET", "upload", told["id"]).status_code == 200
    assert reader.ask("POST", "upload_stop", told["id"]).status_code == 403
