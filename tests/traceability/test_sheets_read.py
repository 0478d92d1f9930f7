"""Reading what is uploaded: every way a spreadsheet comes, and every way it should not."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from portal.kernel.sheets.faults import FileRefused
from portal.kernel.sheets.read import letter
from traceability.rules.intake import CHINESE_HEADERS, COLUMNS
from traceability.sheets.read import Table, opened

ROW = ["sale", "2025-02-03", "L-1", "", "", 1234.5, "", "", "91360700R1W2XDH6RP", "INV1"]
NAMES = {"ORE-MIX": "ORE-MIX", "混合稀土精矿": "ORE-MIX"}


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], **options: Any) -> bytes:
    """An XLSX file of these sheets; dates become date cells."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(line, place, cell, day)
                    else:
                        sheet.write(line, place, cell)
    return file.getvalue()


def rows_of(content: bytes, name: str = "month.xlsx") -> list[tuple[int, list[str | None]]]:
    """Every row of a file."""
    with opened(content, name, product_names=NAMES) as table:
        return list(table.rows())


def record_of(content: bytes, name: str = "month.xlsx") -> dict[str, str | None]:
    """The only row of a file, by column."""
    [(_line, texts)] = rows_of(content, name)
    return dict(zip(COLUMNS, texts, strict=True))


def refusal_of(content: bytes, name: str = "month.xlsx") -> FileRefused:
    """Why a file is refused."""
    with pytest.raises(FileRefused) as caught:
        rows_of(content, name)
    return caught.value


def _csv(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


CHINESE = ",".join(CHINESE_HEADERS[name] for name in COLUMNS)
ENGLISH = ",".join(COLUMNS)
CHINESE_ROW = "销售,2025-02-03,批-1,,,1234.5,,,91360700R1W2XDH6RP,INV1,,,"


@pytest.mark.parametrize(
    "content",
    [
        _csv(ENGLISH, CHINESE_ROW),
        _csv(CHINESE, CHINESE_ROW),
        _csv(CHINESE, ENGLISH, CHINESE_ROW),
        _csv("二月流向记录", CHINESE, CHINESE_ROW, "", ",,,,,,,,,,,,"),
        _csv(CHINESE, CHINESE_ROW, encoding="utf-8-sig"),
        _csv(CHINESE, CHINESE_ROW, encoding="gb18030"),
        _csv(CHINESE, CHINESE_ROW, encoding="utf-16"),
        _csv(CHINESE.replace(",", "\t"), CHINESE_ROW.replace(",", "\t"), encoding="utf-16"),
        _csv(CHINESE.replace(",", ";"), CHINESE_ROW.replace(",", ";")),
        _csv(CHINESE.replace("(", "（").replace(")", "）"), CHINESE_ROW),
        _csv(CHINESE.replace("(%)", "（％）"), CHINESE_ROW),
    ],
)
def test_opened_reads_csv_in_every_usual_form(content: bytes) -> None:
    record = record_of(content, "month.csv")

    assert (record["kind"], record["lot"], record["gross_kg"]) == ("sale", "批-1", "1234.5")
    assert record["lot_maker"] is None


def test_opened_tells_the_line_a_csv_record_begins_on() -> None:
    content = _csv(
        ENGLISH, 'sale,2025-02-03,A,,,1,,,,,,,"two\r\nlines"', "", "loss,2025-02-04,B,,,2"
    )

    rows = rows_of(content, "month.csv")

    assert [line for line, _texts in rows] == [2, 5]
    assert rows[0][1][-1] == "two lines"


def test_opened_reads_a_workbook_as_people_see_it() -> None:
    cells = [
        "销售",
        date(2025, 2, 3),
        25020001,
        "",
        "ORE-MIX 混合稀土精矿",
        0.1 + 0.2,
        90.9,
        "",
        "",
    ]

    record = record_of(workbook({"a": [list(COLUMNS), cells]}))

    assert record["kind"] == "sale"
    assert record["date"] == "2025-02-03"
    assert record["lot"] == "25020001"
    assert record["product"] == "ORE-MIX"
    assert record["gross_kg"] == "0.3"
    assert record["reo_percent"] == "90.9"


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("gross_kg", 1234.5, "1234.5"),
        ("gross_kg", 1234.0, "1234"),
        ("gross_kg", 1234.5000000001, "1234.5"),
        ("gross_kg", 1234.56789, "1234.56789"),  # not noise: intake names the cell
        ("gross_kg", "1,234.5", "1234.5"),
        ("gross_kg", "１２３４．５", "1234.5"),
        ("gross_kg", "12,5", "12,5"),
        ("gross_kg", 1e12, "1000000000000"),
        ("reo_percent", "92.5%", "92.5"),
        ("reo_percent", 200 / 3, "66.666667"),
        ("date", "2025/2/3", "2025-02-03"),
        ("date", "2025年2月3日", "2025-02-03"),
        ("date", "20250203", "2025-02-03"),
        ("date", "2025.02.03", "2025-02-03"),
        ("date", 45691, "2025-02-03"),
        ("date", "soon", "soon"),
        ("kind", "盘存", "stock"),
        ("kind", "Sale ", "sale"),
        ("kind", "gift", "gift"),
        ("product", "ore-mix", "ORE-MIX"),
        ("product", "混合稀土精矿", "ORE-MIX"),
        ("counterparty", "91360700r1w2xdh6rp 南方公司", "91360700R1W2XDH6RP"),
        ("country", "jp", "JP"),
        ("assay", "La2O3：25.2； CeO2:50.1;", "La2O3:25.2;CeO2:50.1"),
        ("note", "=1+1", None),
        ("lot", "  L 1 ", "L 1"),
    ],
)
def test_opened_brings_cells_to_one_form(column: str, cell: Any, expected: str | None) -> None:
    row = [*ROW, "", "", ""]
    row[COLUMNS.index(column)] = cell

    record = record_of(workbook({"a": [list(COLUMNS), row]}))

    if expected is not None:
        assert record[column] == expected


def test_opened_takes_the_value_of_a_formula() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for place, name in enumerate(COLUMNS):
            sheet.write(0, place, name)
            sheet.write(1, place, [*ROW, "", "", ""][place])
        sheet.write_formula(1, 5, "=2*21", None, 42)

    assert record_of(file.getvalue())["gross_kg"] == "42"


def test_opened_finds_the_cell_of_a_fault_wherever_the_table_stands() -> None:
    rows = [[], [], ["", "", *COLUMNS], ["", "", *ROW], [], ["", "", *ROW]]
    content = workbook({"notes": [["nothing here"]], "data": rows})

    with opened(content, "a.xlsx", product_names=NAMES) as table:
        lines = [line for line, _texts in table.rows()]

    assert lines == [4, 6]
    assert table.sheet == "data"
    assert letter(table.columns["gross_kg"]) == "H"


def _faults(content: bytes) -> tuple[Table, list[str]]:
    with opened(content, "a.xlsx", product_names=NAMES) as table:
        list(table.rows())
    return table, [fault.code for fault in table.faults]


def test_opened_names_what_only_the_sheet_can_tell() -> None:
    digits = [*ROW[:9], 25312000000412345678.0]
    beside = [*ROW, "", "", "", "", "what is this"]

    table, codes = _faults(workbook({"a": [list(COLUMNS), digits, beside]}))

    assert codes == ["digits_lost", "stray"]
    assert [table.cell(fault) for fault in table.faults] == ["J2", "O3"]


def test_opened_counts_twenty_thousand_rows() -> None:
    content = workbook({"a": [list(COLUMNS), *([ROW] * 20_000)]}, constant_memory=True)

    with opened(content, "a.xlsx", product_names=NAMES) as table:
        count = sum(1 for _row in table.rows())

    assert count == table.count == 20_000


def _zip(parts: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def _with(parts: Mapping[str, bytes], *, base: bytes | None = None) -> bytes:
    """A good workbook with these parts put into it or in the place of its own."""
    given = base or workbook({"a": [list(COLUMNS), ROW]})
    with zipfile.ZipFile(io.BytesIO(given)) as package:
        own = {name: package.read(name) for name in package.namelist()}
    return _zip(own | parts)


def _far(cell: str) -> bytes:
    given = workbook({"a": [list(COLUMNS), ROW]})
    with zipfile.ZipFile(io.BytesIO(given)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    row = "".join(c for c in cell if c.isdigit())
    far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row></sheetData>'.encode()
    return _with({"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", far)}, base=given)


def _error_cell() -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for place, name in enumerate(COLUMNS):
            sheet.write(0, place, name)
        sheet.write_formula(1, 5, "=1/0", None, "#DIV/0!")
    return file.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("a.xlsx", b"", "empty"),
        ("a.csv", b"\0" * 50, "empty"),
        ("a.xlsx", b"no workbook at all", "not_a_workbook"),
        ("a.xlsx", b"%PDF-1.7", "not_a_workbook"),
        ("a.docx", _zip({"word/document.xml": b"<a/>"}), "not_a_workbook"),
        ("a.ods", _zip({"mimetype": b"application/vnd.oasis"}), "other_workbook"),
        ("a.xlsb", _zip({"xl/workbook.bin": b"x"}), "other_workbook"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("a.xls", OLE, "legacy_workbook"),
        ("a.xlsx", _with({"xl/vbaProject.bin": b"x"}), "macros"),
        ("a.xlsx", _with({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "external_links"),
        ("a.xlsx", _with({"xl/styles.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "damaged"),
        ("a.xlsx", _with({"../evil.xml": b"<a/>"}), "damaged"),
        ("a.xlsx", workbook({"a": [list(COLUMNS), ROW]})[:-700], "damaged"),
        ("a.xlsx", _with({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData"}), "damaged"),
        ("a.xlsx", _far("XFD1048576"), "far_cell"),
        ("a.xlsx", _far("AZ12"), "far_cell"),
        ("a.xlsx", _far("C1048576"), "too_many_rows"),
        ("a.xlsx", _error_cell(), "error_cells"),
        ("a.xlsx", workbook({"a": [["just", "some", "words"]]}), "header_missing"),
        ("a.xlsx", workbook({"a": [list(COLUMNS)]}), "no_rows"),
        ("a.xlsx", workbook({"a": []}), "header_missing"),
        ("a.csv", _csv(ENGLISH), "no_rows"),
        ("a.csv", b"\x89PNG\xff\xfe\xfd" + bytes(range(256)), "not_a_workbook"),
        ("a.csv", b"\x81\xff\xfe\xfd" + bytes(range(1, 256)), "encoding"),
        ("a.csv", _csv(ENGLISH, 'sale,2025-02-03,"never closed'), "quotes"),
        ("a.csv", _csv(ENGLISH.replace("gross_kg", "weight"), CHINESE_ROW), "unknown_columns"),
        ("a.csv", _csv("kind,date,lot,lot_maker,note", "a,b,c,d,e"), "missing_columns"),
        ("a.csv", _csv(ENGLISH + ",批号", CHINESE_ROW), "repeated_columns"),
        (
            "a.xlsx",
            workbook({"一": [list(COLUMNS), ROW], "二": [list(COLUMNS), ROW]}),
            "two_sheets",
        ),
    ],
)
def test_opened_refuses_what_is_no_table_of_records(name: str, content: bytes, fault: str) -> None:
    refusal = refusal_of(content, name)

    assert refusal.fault == fault
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert "%(" not in refusal.text


def test_opened_names_unknown_columns_and_the_ones_they_may_stand_for() -> None:
    refusal = refusal_of(_csv(ENGLISH.replace("gross_kg", "weight"), CHINESE_ROW), "a.csv")

    assert refusal.facts == {"names": "weight", "absent": "实物量(千克) (gross_kg)"}


def test_opened_names_the_cell_far_outside() -> None:
    assert refusal_of(_far("XFD1048576")).facts == {"cell": "XFD1048576"}


def test_opened_passes_over_formatted_empty_lines_to_the_end_of_the_sheet() -> None:
    given = workbook({"a": [list(COLUMNS), ROW]})
    with zipfile.ZipFile(io.BytesIO(given)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    styled = b'<row r="1048576"><c r="A1048576" s="1"/><c r="XFD1048576" s="1"/></row></sheetData>'

    rows = rows_of(_with({"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", styled)}))

    assert len(rows) == 1


@pytest.mark.parametrize(
    ("told", "fault"), [(500 * 1024 * 1024, "too_big_inside"), (10, "damaged")]
)
def test_opened_refuses_a_bomb_whatever_its_directory_tells(told: int, fault: str) -> None:
    file = io.BytesIO(workbook({"a": [list(COLUMNS), ROW]}))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet2.xml", b"<worksheet>" + b" " * 5_000_000)
        package.infolist()[-1].file_size = told

    assert refusal_of(file.getvalue()).fault == fault


def test_opened_refuses_more_rows_than_a_month_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("traceability.sheets.read.MOST_ROWS", 2)

    assert refusal_of(_csv(ENGLISH, *[CHINESE_ROW] * 3), "a.csv").fault == "too_many_rows"
