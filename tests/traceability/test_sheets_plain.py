"""CSV files that are copied as they stand: which are, and that it makes no difference."""

from datetime import datetime
from typing import Any

import pytest

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Upload
from traceability.queries.uploads import sheet_rows
from traceability.services import intake
from traceability.services.uploads import receive_upload, work_upload
from traceability.sheets.plain import plain_columns

HEADER = "kind,date,lot,gross_kg,product,reo_percent,note"
ROW = "extraction,2025-02-03,L-1,1000.5,ORE-MIX,60,早班"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (f"{HEADER}\n{ROW}\n", HEADER.split(",")),
        (f"{HEADER}\r\n{ROW}\r\n", HEADER.split(",")),
        (f"\ufeff{HEADER}\n{ROW}", HEADER.split(",")),
        (f"类别,日期,批号,实物量(千克)\n{ROW}\n", ["kind", "date", "lot", "gross_kg"]),
        (f"{HEADER}\n", None),
        (f"title\n{HEADER}\n{ROW}\n", None),
        (f"{HEADER},colour\n{ROW},red\n", None),
        (f"{HEADER},\n{ROW},\n", None),
        (f'{HEADER}\n{ROW}"\n', None),
        (f"{HEADER}\n{ROW}\\\n", None),
        (f"{HEADER}\n{ROW} \n", None),
        (f"{HEADER}\n {ROW}\n", None),
        (f"{HEADER}\n{ROW}\u3000\n", None),
        (f"{HEADER}\n{ROW}\t\n", None),
        (f"{HEADER}\n{ROW}\x00\n", None),
        (HEADER.replace(",", ";") + f"\n{ROW}\n", None),
    ],
)
def test_plain_columns(text: str, columns: list[str] | None) -> None:
    assert plain_columns(text.encode()) == columns


@pytest.mark.parametrize("piece", [3, 4, 5, 6, 7])
@pytest.mark.parametrize("mark", ['"', "\\", " \n", "\u3000", "\u2009", "\t"])
def test_plain_columns_sees_what_is_cut_in_two(
    monkeypatch: pytest.MonkeyPatch, piece: int, mark: str
) -> None:
    monkeypatch.setattr("portal.kernel.sheets.content.PIECE", piece)

    assert plain_columns(f"\ufeff{HEADER}\n{ROW}\n".encode())
    assert plain_columns(f"{HEADER}\n{ROW}{mark}\n".encode()) is None


def test_another_encoding_is_not_plain() -> None:
    assert plain_columns(f"{HEADER}\n{ROW}\n".encode("gb18030")) is None


@pytest.fixture
def upload(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Any:
    """Uploads a CSV file of February; what became of it."""

    def send(text: str) -> Upload:
        sent = receive_upload(
            enterprise=northern,
            month=february,
            file_name="f.csv",
            content=text.encode(),
            by=filer,
            at=noon,
        )
        return work_upload(upload=sent, at=noon)

    return send


@pytest.mark.parametrize(
    "rows",
    [
        [ROW, "stock,2025-02-28,L-1,0,,,"],
        [ROW.replace("extraction", "开采"), ",,,,,,", "stock,2025-02-28,L-1,0,,,"],
        [ROW.replace("2025-02-03", "2025/2/3")],  # brought into form, cell by cell
        [f"{ROW} ", "", "stock,2025-02-28,L-1,0"],
    ],
)
def test_a_plain_file_says_what_it_says_cell_by_cell(
    upload: Any, monkeypatch: pytest.MonkeyPatch, rows: list[str]
) -> None:
    text = "\n".join([HEADER, *rows, ""])
    first = upload(text)
    copied = list(sheet_rows(first.filing))
    monkeypatch.setattr("traceability.services.uploads.plain_columns", lambda _content: None)

    second = upload(text)

    assert (first.state, second.state) == ("accepted", "accepted")
    assert copied == list(sheet_rows(second.filing))
    assert [record.line for record in second.filing.records.order_by("line")] == list(
        range(1, len(copied) + 1)
    )
    assert (first.done, first.total) == (second.done, second.total)


def test_faults_of_a_plain_file_are_told_by_their_lines(upload: Any) -> None:
    refused = upload(f"{HEADER}\n{ROW}\ngift,2025-02-03,L-1,5,,,\n")

    assert (refused.state, refused.error_count) == ("refused", 1)
    assert (refused.errors[0]["line"], refused.errors[0]["code"]) == (3, "kind_unknown")
    assert Filing.objects.count() == 0


@pytest.mark.parametrize("row", [f"{ROW},beside", "extraction,2025-02-03"])
def test_what_cannot_be_copied_is_read_cell_by_cell(upload: Any, row: str) -> None:
    refused = upload(f"{HEADER}\n{ROW}\n{row}\n")

    assert (refused.state, refused.errors[0]["line"]) == ("refused", 3)


def test_a_plain_file_is_copied(upload: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "stage_rows", None)

    assert upload(f"{HEADER}\n{ROW}\n").filing.record_count == 1
