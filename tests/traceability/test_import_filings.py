"""Filings of a dataset: refused or saved one by one, with every bad row named by its line."""

import threading
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.utils import translation

from allocations.queries import caps
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.accounts.queries import system_user
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL, Month
from traceability.models import Balance, CapUse, Filing, Lot, Record
from traceability.queries.replay import replay_differences
from traceability.services.filings import fill_draft, open_draft, submit_filing
from traceability.services.import_filings import ImportedFilings, import_filings
from traceability.services.intake import SourceRow

FIXTURES = Path(settings.BASE_DIR) / "traceability" / "fixtures"
COLUMNS = (
    "uscc,month,version,kind,date,lot,lot_maker,product,gross_kg,reo_percent,run,counterparty,"
    "document,country,assay,note"
)
JANUARY, FEBRUARY = "2025-02-05T09:30:00+08:00", "2025-03-05T09:30:00+08:00"
AT = datetime(2026, 1, 20, 12, tzinfo=CIVIL)


class Dataset:
    """Two files and the codes in them: N is Northern, S is Southern, O the outsider."""

    def __init__(self, folder: Path, codes: dict[str, str]) -> None:
        self.folder = folder
        self.codes = codes

    def text(self, lines: str) -> str:
        """The lines with codes in the place of letters."""
        for letter, code in self.codes.items():
            lines = lines.replace(f"<{letter}>", code)
        return lines

    def read(self, filings: str | None, records: str | bytes | None, **how: Any) -> ImportedFilings:
        """Write the files and import them."""
        self.write(filings, records)
        return self.take(**how)

    def write(self, filings: str | None, records: str | bytes | None) -> None:
        """Write the files."""
        headers = {"filings": "uscc,month,version,submitted_at\n", "records": COLUMNS + "\n"}
        for name, content in (("filings", filings), ("records", records)):
            (self.folder / f"{name}.csv").unlink(missing_ok=True)
            if content is None:
                continue
            path = self.folder / f"{name}.csv"
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif content.startswith(("uscc", "\ufeff", "note", "month")):
                path.write_text(self.text(content), newline="")
            else:
                path.write_text(headers[name] + self.text(content), newline="")

    def take(self, **how: Any) -> ImportedFilings:
        """Import the files that are there."""
        paths = {name: self.folder / f"{name}.csv" for name in ("filings", "records")}
        there = {name: path if path.exists() else None for name, path in paths.items()}
        with translation.override("en"):
            return import_filings(**there, by=system_user(), at=AT, **how)


@pytest.fixture
def dataset(
    tmp_path: Path, northern: Enterprise, southern: Enterprise, outsider: Enterprise
) -> Dataset:
    """A folder for files about Northern, Southern and the outsider."""
    codes = {"N": northern.uscc, "S": southern.uscc, "O": outsider.uscc}
    return Dataset(tmp_path, {letter: code or "" for letter, code in codes.items()})


FILINGS = f"<N>,2025-01,1,{JANUARY}\n<S>,2025-01,1,{JANUARY}\n"
MINED = "<N>,2025-01,1,extraction,2025-01-10,ORE-1,,ORE-MIX,1000,50,,,,,,\n"
SOLD = "<N>,2025-01,1,sale,2025-01-11,ORE-1,,,400,,,<S>,INV1,,,\n"
BOUGHT = "<S>,2025-01,1,purchase,2025-01-12,ORE-1,<N>,,400,,,<N>,INV1,,,\n"
RECORDS = MINED + SOLD + BOUGHT


def outcome(answer: ImportedFilings) -> tuple[int, int, int]:
    """Filings saved, unchanged and refused."""
    return answer.saved, answer.unchanged, answer.refused


# --- what works ----------------------------------------------------------------------------------
def test_filings_are_saved_as_submitted(dataset: Dataset, northern: Enterprise) -> None:
    answer = dataset.read(FILINGS, RECORDS)

    assert (outcome(answer), answer.errors) == ((2, 0, 0), [])
    filing = Filing.objects.get(enterprise=northern)
    assert (str(filing.month), filing.version, filing.status) == ("2025-01", 1, "submitted")
    assert filing.submitted_at == datetime(2025, 2, 5, 9, 30, tzinfo=CIVIL)
    assert filing.prepared_by == filing.attested_by == system_user()
    assert filing.receipt_no == f"2025-01-{northern.uscc}-v1"
    assert list(filing.records.values_list("line", "kind")) == [(1, "extraction"), (2, "sale")]
    assert CapUse.objects.get().reo_kg == 500
    assert Balance.objects.get(enterprise=northern).out_kg == 400
    assert AuditEvent.objects.filter(action="filing.transcribed").count() == 2
    assert replay_differences() == []


def test_the_same_files_twice_change_nothing(dataset: Dataset) -> None:
    dataset.read(FILINGS, RECORDS)
    events = AuditEvent.objects.count()

    answer = dataset.read(FILINGS, RECORDS)

    assert (outcome(answer), answer.errors) == ((0, 2, 0), [])
    assert (Filing.objects.count(), Record.objects.count()) == (2, 3)
    assert AuditEvent.objects.count() == events


def test_a_filing_without_records_is_a_nil_return(dataset: Dataset) -> None:
    answer = dataset.read(FILINGS, MINED)

    assert outcome(answer) == (2, 0, 0)
    assert sorted(Filing.objects.values_list("record_count", flat=True)) == [0, 1]
    assert outcome(dataset.read(FILINGS, None)) == (0, 1, 1)


def test_later_versions_amend_the_month(dataset: Dataset, northern: Enterprise) -> None:
    filings = f"{FILINGS}<N>,2025-01,2,2025-02-20T09:30:00+08:00\n"
    amended = "<N>,2025-01,2,extraction,2025-01-10,ORE-1,,ORE-MIX,900,50,,,,,,\n"

    answer = dataset.read(filings, RECORDS + amended)

    assert outcome(answer) == (3, 0, 0)
    assert list(
        Filing.objects.filter(enterprise=northern)
        .order_by("version")
        .values_list("status", flat=True)
    ) == ["superseded", "submitted"]
    assert CapUse.objects.get().reo_kg == 450
    assert replay_differences() == []


def test_an_amendment_may_come_with_a_later_dataset(dataset: Dataset) -> None:
    dataset.read(FILINGS, RECORDS)
    amended = "<N>,2025-01,2,extraction,2025-01-10,ORE-1,,ORE-MIX,900,50,,,,,,\n"

    answer = dataset.read("<N>,2025-01,2,2025-02-20T09:30:00+08:00\n", amended)

    assert outcome(answer) == (1, 0, 0)
    assert CapUse.objects.get().reo_kg == 450
    assert replay_differences() == []


def test_what_is_submitted_later_is_passed_over_with_its_records(dataset: Dataset) -> None:
    filings = FILINGS + f"<N>,2025-02,1,{FEBRUARY}\n"
    records = RECORDS + "<N>,2025-02,1,stock,2025-02-28,ORE-1,,,600,,,,,,,\n"
    until = datetime(2025, 3, 5, 9, 29, tzinfo=CIVIL)

    before = dataset.read(filings, records, until=until)
    after = dataset.read(filings, records, until=until + timedelta(minutes=1))

    assert (outcome(before), before.errors) == ((2, 0, 0), [])
    assert (outcome(after), after.errors) == ((1, 2, 0), [])


def test_a_filing_may_come_before_the_month_is_over(dataset: Dataset) -> None:
    early = "<N>,2025-01,1,2025-01-10T18:00:00+08:00\n"
    tomorrow = MINED.replace("01-10", "01-11")

    assert dataset.read(early, tomorrow).errors == [
        "records.csv:2: date: 2025-01-11 lies after the day of submission."
    ]
    assert outcome(dataset.read(early, MINED)) == (1, 0, 0)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda t: "\ufeff" + t, id="mark"),
        pytest.param(lambda t: t.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda t: t.removesuffix("\n"), id="no end of line at the end"),
        pytest.param(lambda t: t.replace("\n", "\n\n"), id="empty lines"),
        pytest.param(lambda t: t + ",,,,,,,,,,,,,,,\n", id="empty cells"),
        pytest.param(lambda t: t.replace(",", ", "), id="spaces"),
        pytest.param(lambda t: t.replace("ORE-1", "\u3000ORE-1\u00a0"), id="wide spaces"),
        pytest.param(lambda t: t.replace("ORE-1", '"ORE-1"'), id="quotes"),
        pytest.param(
            lambda t: "\n".join(",".join(reversed(line.split(","))) for line in t.splitlines()),
            id="columns in another order",
        ),
    ],
)
def test_the_same_records_may_be_written_in_many_ways(dataset: Dataset, written: Any) -> None:
    dataset.read(FILINGS, RECORDS)

    answer = dataset.read(FILINGS, written(COLUMNS + "\n" + RECORDS))

    assert (outcome(answer), answer.errors) == ((0, 2, 0), [])


def test_text_in_quotation_marks_is_kept(dataset: Dataset) -> None:
    note = MINED.removesuffix("\n") + '"two ""lines"",\r\nwith \\. in them\n\\.\n"\n'

    answer = dataset.read(FILINGS, note + SOLD)

    assert answer.errors == []
    assert Record.objects.get(kind="extraction").note == 'two "lines", with \\. in them \\.'
    assert Record.objects.count() == 2


# --- what is refused -----------------------------------------------------------------------------
def test_a_bad_row_refuses_its_filing_and_no_other(dataset: Dataset, southern: Enterprise) -> None:
    bad = SOLD.replace("400", "much").replace("INV1", "")

    answer = dataset.read(FILINGS, MINED + bad + BOUGHT)

    assert outcome(answer) == (1, 0, 1)
    assert answer.errors == [
        "records.csv:3: gross_kg: “much” is not a number with at most 3 decimals; write it like"
        " 1234.567, without separators.",
        "records.csv:3: document: This kind of record needs a value here.",
    ]
    assert Filing.objects.get().enterprise == southern
    assert not Lot.objects.filter(number="ORE-1", records__kind="extraction").exists()


def test_lines_are_those_of_the_file(dataset: Dataset) -> None:
    three_lines = MINED.removesuffix("\n") + '"a\nb\nc"\n'
    bad = SOLD.replace("400", "0")

    answer = dataset.read(FILINGS, three_lines + "\n" + bad)

    assert answer.errors == ["records.csv:6: gross_kg: The mass must be more than 0."]


LINES = [
    (SOLD.replace(",,,\n", ",,\n"), 3, "row: The row has 15 fields"),
    (SOLD.replace("INV1", 'INV1"'), 3, "row: A quotation mark is not closed."),
    (SOLD.replace("INV1", '"INV1'), 3, "row: A quotation mark is not closed."),
    (SOLD.replace("INV1", '"INV"1'), 3, "row: A quotation mark is not closed."),
    (SOLD.replace("INV1", "INV\x00"), 3, "row: The line holds a control character"),
    (SOLD.replace("INV1", "INV\x1b"), 3, "row: The line holds a control character"),
    (SOLD.replace("INV1", "发票").encode("gb18030"), 3, "row: The line is not UTF-8."),
    ("cut off in the mid", 3, "row: The row has 1 fields"),
    ("<N>,2025-0", 3, "row: The row has 2 fields"),
]


@pytest.mark.parametrize(("line", "number", "told"), LINES)
def test_a_line_that_is_no_row_refuses_its_filing(
    dataset: Dataset, line: str | bytes, number: int, told: str, southern: Enterprise
) -> None:
    codes = [(f"<{letter}>".encode(), code.encode()) for letter, code in dataset.codes.items()]
    content = line if isinstance(line, bytes) else line.encode()
    text = (COLUMNS + "\n" + MINED).encode() + content.removesuffix(b"\n") + b"\n" + BOUGHT.encode()
    for letter, code in codes:
        text = text.replace(letter, code)

    answer = dataset.read(FILINGS, text)

    assert len(answer.errors) == 1
    assert answer.errors[0].startswith(f"records.csv:{number}: {told}")
    assert outcome(answer) == (1, 0, 1)
    assert Filing.objects.get().enterprise == southern


def test_rows_of_a_filing_that_is_not_listed_are_named_each(dataset: Dataset) -> None:
    strange = BOUGHT.replace("<S>,2025-01", "<S>,2025-02") * 2 + BOUGHT.replace(
        "<S>", "Southern", 1
    )

    answer = dataset.read(FILINGS, RECORDS + strange)

    assert outcome(answer) == (2, 0, 0)
    assert answer.errors == [
        f"records.csv:{line}: row: filings.csv names no such filing." for line in (5, 6, 7)
    ]


def test_records_alone_name_no_filing(dataset: Dataset) -> None:
    answer = dataset.read(None, RECORDS)

    assert outcome(answer) == (0, 0, 0)
    assert answer.error_count == 3


def test_columns_nobody_knows_are_named(dataset: Dataset) -> None:
    answer = dataset.read(FILINGS, f"{COLUMNS},colour\n{MINED.strip()},blue\n")

    assert outcome(answer) == (0, 0, 2)
    assert len(answer.errors) == 1
    assert answer.errors[0].startswith("records.csv:1: colour: unknown column")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"NOBODY,2025-01,1,{JANUARY}", "uscc: NOBODY is not in the directory."),
        (f"<N>,2025-1,1,{JANUARY}", "month: “2025-1” is not a month"),
        (f"<N>,2025-13,1,{JANUARY}", "month: “2025-13” is not a month"),
        (f"<N>,2025-02,0,{JANUARY}", "version: “0” is not a version number"),
        (f"<N>,2025-02,01,{JANUARY}", "version: “01” is not a version number"),
        (f"<N>,2025-02,x,{JANUARY}", "version: “x” is not a version number"),
        ("<N>,2025-02,1,2025-03-05", "submitted_at: “2025-03-05” is not an instant"),
        ("<N>,2025-02,1,2025-03-05T09:30:00", "submitted_at: “2025-03-05T09:30:00” is not"),
        ("<N>,2025-01,2,2025-02-05T09:30:00+08:00", "submitted_at: 2025-02-05T09:30:00+08:00 is"),
        (f"<N>,2025-01,1,{JANUARY}", "version: the same as in line 2"),
    ],
)
def test_a_bad_row_of_filings_refuses_both_files_whole(
    dataset: Dataset, line: str, told: str
) -> None:
    answer = dataset.read(f"{FILINGS}{line}\n", MINED.replace("1000", "x") + BOUGHT)

    assert len(answer.errors) == 2
    assert answer.errors[0].startswith(f"filings.csv:4: {told}")
    assert answer.errors[1].startswith("records.csv:2: gross_kg: “x” is not a number")
    assert outcome(answer) == (0, 0, 3)
    assert not Filing.objects.exists()


def test_a_version_needs_the_one_before_it(dataset: Dataset) -> None:
    third = f"<N>,2025-02,2,{FEBRUARY}\n"

    answer = dataset.read(FILINGS + third, RECORDS)

    assert outcome(answer) == (2, 0, 1)
    assert answer.errors == [
        "filings.csv:4: version: Version 2 needs the one before it, which is not on record."
    ]


def test_a_refused_version_takes_the_later_ones_with_it(dataset: Dataset) -> None:
    filings = f"{FILINGS}<N>,2025-01,2,2025-02-20T09:30:00+08:00\n"

    answer = dataset.read(filings, MINED.replace("1000", "0"))

    assert outcome(answer) == (1, 0, 2)
    assert len(answer.errors) == 2


def test_what_is_on_record_with_other_content_stays(dataset: Dataset) -> None:
    dataset.read(FILINGS, RECORDS)

    answer = dataset.read(FILINGS, RECORDS.replace("1000", "1001"))

    assert outcome(answer) == (0, 1, 1)
    assert answer.errors == [
        "filings.csv:2: version: This version is on record with other content; what is submitted"
        " stays."
    ]
    assert Record.objects.get(kind="extraction").gross_kg == 1000


def test_a_draft_in_the_portal_stands_in_the_way(
    dataset: Dataset, northern: Enterprise, filer: User
) -> None:
    open_draft(enterprise=northern, month=Month(2025, 1), by=filer, at=AT)

    answer = dataset.read(FILINGS, RECORDS)

    assert outcome(answer) == (1, 0, 1)
    assert answer.errors == [
        "filings.csv:2: version: A draft of this month stands in the portal; submit it or throw it"
        " away first."
    ]


def test_what_was_filed_in_the_portal_is_the_same_in_a_dataset(
    dataset: Dataset, northern: Enterprise, filer: User, attester: User
) -> None:
    at = datetime(2025, 2, 5, 9, 30, tzinfo=CIVIL)
    draft = open_draft(enterprise=northern, month=Month(2025, 1), by=filer, at=at)
    cells = dataset.text(MINED).strip().split(",")[3:]
    fill_draft(filing=draft, rows=[SourceRow(2, [cell or None for cell in cells])], by=filer, at=at)
    submit_filing(filing=draft, by=attester, at=at)

    answer = dataset.read(FILINGS.splitlines()[0] + "\n", MINED)

    assert (outcome(answer), answer.errors) == ((0, 1, 0), [])


def test_errors_are_told_as_they_are_found(dataset: Dataset) -> None:
    told: list[str] = []

    answer = dataset.read(FILINGS, MINED + SOLD.replace("400", "0") * 500, report=told.append)

    assert (answer.error_count, answer.errors) == (500, [])
    assert [line.split(":")[1] for line in told] == [str(number) for number in range(3, 503)]


def test_a_dead_import_leaves_nothing(dataset: Dataset, monkeypatch: Any) -> None:
    def dies(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("traceability.services.import_filings.audit.record_many", dies)

    with pytest.raises(KeyboardInterrupt):
        dataset.read(FILINGS, RECORDS)

    assert not Filing.objects.exists()
    assert not Lot.objects.exists()
    monkeypatch.undo()
    assert outcome(dataset.read(FILINGS, RECORDS)) == (2, 0, 0)


def test_two_imports_at_once_save_everything_once(committed_db: str, dataset: Dataset) -> None:
    dataset.write(FILINGS, RECORDS)
    gate, outcomes = threading.Barrier(2), []

    def run() -> None:
        gate.wait(timeout=20)
        outcomes.append(outcome(dataset.take()))
        connection.close()

    imports = [threading.Thread(target=run) for _ in range(2)]
    for each in imports:
        each.start()
    for each in imports:
        each.join(timeout=60)

    assert sorted(outcomes) == [(0, 2, 0), (2, 0, 0)]
    assert Record.objects.count() == 3
    assert replay_differences() == []


# --- the sample worlds ---------------------------------------------------------------------------
@pytest.fixture(params=["sample-honest", "sample-falsified"])
def world(request: pytest.FixtureRequest, db: None, tmp_path: Path) -> Path:
    """A sample world whose registry is on record."""
    folder = FIXTURES / request.param
    for path in folder.glob("*.csv"):
        if path.name not in ("filings.csv", "records.csv"):
            (tmp_path / path.name).write_bytes(path.read_bytes())
    call_command("import_dataset", str(tmp_path), stdout=StringIO())
    return folder


def test_the_sample_worlds_are_taken_whole(world: Path) -> None:
    files = {"filings": world / "filings.csv", "records": world / "records.csv"}
    listed = len((world / "filings.csv").read_text().splitlines()) - 1

    answer = import_filings(**files, by=system_user(), at=AT)
    again = import_filings(**files, by=system_user(), at=AT)

    assert (outcome(answer), answer.errors) == ((listed, 0, 0), [])
    assert (outcome(again), again.errors) == ((0, listed, 0), [])
    assert replay_differences() == []
    over = {(cap.enterprise_id, cap.category) for cap, used in used_of_caps() if used > cap.cap_kg}
    assert bool(over) is (world.name == "sample-falsified")


def used_of_caps() -> list[tuple[Any, Decimal]]:
    """Every cap of 2025 with what is used of it."""
    sums = {
        (use["enterprise"], use["category"]): use["kg"]
        for use in CapUse.objects.values("enterprise", "category").annotate(kg=Sum("reo_kg"))
    }
    return [(cap, sums.get((cap.enterprise_id, cap.category), Decimal(0))) for cap in caps(2025)]
