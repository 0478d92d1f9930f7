"""Files as people send them: each works, or gets a message that says what to do.

Every file is made here in code; the message is the one its sender reads.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.sheets.package import OLE
from traceability.models import Upload
from traceability.queries.uploads import errors_of, file_fault
from traceability.rules.intake import CHINESE_HEADERS, COLUMNS
from traceability.services.uploads import receive_upload, work_upload

pytestmark = pytest.mark.django_db
GOOD = ["extraction", "2025-02-03", "L-1", "", "ORE-MIX", "1000", "60", "", "", "", "", "", ""]
HEADER = list(COLUMNS)
CHINESE = [CHINESE_HEADERS[name] for name in COLUMNS]
OTHER = "911502000XAWRMT8LE"


def row(**cells: Any) -> list[Any]:
    """A good row but for these cells."""
    return [cells.get(name, text) for name, text in zip(COLUMNS, GOOD, strict=True)]


def csv(*rows: Sequence[str], header: Sequence[str] = HEADER, encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    return "\n".join(",".join(each) for each in (header, *rows)).encode(encoding)


def xlsx(
    *rows: Sequence[Any],
    header: Sequence[str] = HEADER,
    touch: Callable[[Any, Any], object] = lambda book, sheet: None,
    title: str = "",
) -> bytes:
    """A workbook with one sheet, touched before it is closed."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Records")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, cells in enumerate((header, *rows)):
            for place, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(line, place, cell, day)
                else:
                    sheet.write(line, place, cell)
        touch(book, sheet)
        if title:
            book.set_properties({"title": title})
    return file.getvalue()


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            inside = old.read(entry.filename)
            new.writestr(entry, change(inside) if entry.filename == part else inside)
    return out.getvalue()


def with_part(content: bytes, name: str, inside: bytes) -> bytes:
    """A workbook with one part more."""
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr(name, inside, zipfile.ZIP_DEFLATED)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def unsaved_formula() -> bytes:
    """A formula written by a program that does not calculate."""
    book = xlsx(GOOD, touch=lambda _book, sheet: sheet.write_formula("F2", "=500*2", None, ""))
    return repacked(
        book, SHEET, lambda inside: inside.replace(b"<v></v>", b"").replace(b"<v/>", b"")
    )


def zip_bomb() -> bytes:
    """A sheet that unpacks to 500 MB."""
    out = io.BytesIO(xlsx(GOOD))
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as package,
        package.open("xl/worksheets/sheet2.xml", "w", force_zip64=True) as part,
    ):
        for _nth in range(500):
            part.write(bytes(1 << 20))
    return out.getvalue()


def encrypted_zip() -> bytes:
    """A package whose entries claim to be encrypted."""
    content = bytearray(xlsx(GOOD))
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def last_row(_book: Any, sheet: Any) -> None:
    """Something in the last line that a sheet can have."""
    sheet.write(1_048_575, 0, "x")


def hidden_sheet(book: Any, _sheet: Any) -> None:
    """A second sheet with records that nobody sees."""
    other = book.add_worksheet("Old")
    for place, name in enumerate(HEADER):
        other.write(0, place, name)
        other.write(1, place, GOOD[place])
    other.hide()


ACCEPTED, REFUSED, FAILED = "accepted", "refused", "failed"
CASES: list[tuple[str, Any, str, str, str]] = [
    # --- files that are something else ---
    ("picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a.png", FAILED, "not a spreadsheet"),
    ("photograph", b"\xff\xd8\xff\xe0 JFIF", "a.jpg", FAILED, "not a spreadsheet"),
    ("rar archive", b"Rar!\x1a\x07", "a.rar", FAILED, "not a spreadsheet"),
    ("rich text", b"{\\rtf1 records}", "a.rtf", FAILED, "No row with the column headers"),
    ("pdf named xlsx", b"%PDF-1.7 ...", "a.xlsx", FAILED, "not a spreadsheet"),
    ("html named xls", b"<html><table><tr><td>x</table>", "a.xls", FAILED, "not a spreadsheet"),
    ("text named xlsx", csv(GOOD), "a.xlsx", FAILED, "not a spreadsheet"),
    ("zip of csv", lambda: with_part(b"", "month.csv", csv(GOOD)), "a.zip", FAILED, "not a spreadsheet"),  # noqa: E501
    ("word document", lambda: with_part(b"", "word/document.xml", b"<x/>"), "a.docx", FAILED, "not a spreadsheet"),  # noqa: E501
    ("gzip", gzip.compress(csv(GOOD), mtime=0), "a.csv.gz", FAILED, "not a spreadsheet"),
    ("old workbook", OLE + bytes(2_000), "a.xls", FAILED, "old kind (.xls)"),
    ("binary workbook", lambda: with_part(b"", "xl/workbook.bin", b"x"), "a.xlsb", FAILED, "This kind of workbook"),  # noqa: E501
    ("open document", lambda: with_part(b"", "mimetype", b"application/vnd.oasis"), "a.ods", FAILED, "This kind of workbook"),  # noqa: E501
    ("only blanks", b" \r\n \t\r\n\0", "a.csv", FAILED, "The file is empty"),
    # --- protected, damaged, hostile ---
    ("password", OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", FAILED, "protected by a password"),  # noqa: E501
    ("encrypted zip", encrypted_zip, "a.xlsx", FAILED, "protected by a password"),
    ("cut off", lambda: xlsx(GOOD)[:-400], "a.xlsx", FAILED, "damaged"),
    ("bytes lost", lambda: repacked(xlsx(GOOD), SHEET, lambda x: x[:200]), "a.xlsx", FAILED, "damaged"),  # noqa: E501
    ("not xml inside", lambda: repacked(xlsx(GOOD), "xl/workbook.xml", lambda _x: b"?"), "a.xlsx", FAILED, "damaged"),  # noqa: E501
    ("doctype", lambda: repacked(xlsx(GOOD), SHEET, lambda x: x.replace(b"<worksheet", b"<!DOCTYPE a><worksheet", 1)), "a.xlsx", FAILED, "damaged"),  # noqa: E501
    ("part twice", lambda: with_part(xlsx(GOOD), "XL/workbook.xml", b"<x/>"), "a.xlsx", FAILED, "damaged"),  # noqa: E501
    ("path upwards", lambda: with_part(xlsx(GOOD), "../../etc/passwd", b"x"), "a.xlsx", FAILED, "damaged"),  # noqa: E501
    ("zip bomb", zip_bomb, "a.xlsx", FAILED, "unpacks to far more"),
    ("macros", lambda: with_part(xlsx(GOOD), "xl/vbaProject.bin", b"x"), "a.xlsm", FAILED, "contains macros"),  # noqa: E501
    ("links to files", lambda: with_part(xlsx(GOOD), "xl/externalLinks/externalLink1.xml", b"<x/>"), "a.xlsx", FAILED, "links to other files"),  # noqa: E501
    ("1,048,576 rows", lambda: xlsx(GOOD, touch=last_row), "a.xlsx", FAILED, "holds at most 200,000 rows; this one has more. Divide it"),  # noqa: E501
    ("far column", lambda: xlsx(GOOD, touch=lambda _b, s: s.write(1, 60, "x")), "a.xlsx", FAILED, "far outside the table"),  # noqa: E501
    # --- headers ---
    ("no header", b"\n".join([b"a,b,c"] * 3), "a.csv", FAILED, "No row with the column headers"),
    ("header alone", csv(), "a.csv", FAILED, "no rows beneath"),
    ("header alone in a workbook", lambda: xlsx(), "a.xlsx", FAILED, "no rows beneath"),
    ("renamed column", csv(GOOD, header=[*HEADER[:2], "charge", *HEADER[3:]]), "a.csv", FAILED, "not known: charge"),  # noqa: E501
    ("missing column", csv(GOOD[:5], header=[*HEADER[:2], *HEADER[3:6]]), "a.csv", FAILED, "missing: 批号 (lot)"),  # noqa: E501
    ("column twice", csv([*GOOD, "x"], header=[*HEADER, "lot"]), "a.csv", FAILED, "there twice: 批号 (lot)"),  # noqa: E501
    ("another template", csv(["a"] * 5, header=["uscc", "category", "tonnes", "reason", "name"]), "a.csv", FAILED, "No row with the column headers"),  # noqa: E501
    ("verbs in a whole month", csv([*GOOD, "add"], header=[*HEADER, "verb"]), "a.csv", FAILED, "not known: verb"),  # noqa: E501
    ("header too far down", b"\n" * 0 + b"\n".join([b"title"] * 12) + b"\n" + csv(GOOD), "a.csv", FAILED, "among the first 10"),  # noqa: E501
    ("title above", b"February\n" + csv(GOOD), "a.csv", ACCEPTED, ""),
    ("columns in another order", csv(GOOD[::-1], header=HEADER[::-1]), "a.csv", ACCEPTED, ""),
    ("two header rows", csv(HEADER, GOOD, header=CHINESE), "a.csv", ACCEPTED, ""),
    # --- whose and when ---
    ("another month", csv(row(date="2025-01-03"), row(date="2025-01-04", lot="L-2")), "a.csv", FAILED, "dated in 2025-01; this is the filing of 2025-02"),  # noqa: E501
    ("another enterprise", lambda: xlsx(GOOD, title=f"{OTHER} 2025-02"), "a.xlsx", FAILED, f"made for the enterprise {OTHER}"),  # noqa: E501
    ("another year's date", csv(row(date="2024-02-03"), GOOD), "a.csv", REFUSED, "does not lie in the month"),  # noqa: E501
    # --- sheets and cells ---
    ("merged cells", lambda: xlsx(GOOD, row(lot="L-2"), touch=lambda _b, s: s.merge_range("B2:B3", "2025-02-03")), "a.xlsx", FAILED, "merged: B2:B3"),  # noqa: E501
    ("merged title", lambda: xlsx(HEADER, GOOD, header=["February"], touch=lambda _b, s: s.merge_range("A1:D1", "February")), "a.xlsx", ACCEPTED, ""),  # noqa: E501
    ("hidden rows are read", lambda: xlsx(GOOD, row(lot="L-2"), touch=lambda _b, s: s.set_row(2, None, None, {"hidden": True})), "a.xlsx", ACCEPTED, ""),  # noqa: E501
    ("hidden sheet with rows", lambda: xlsx(GOOD, touch=hidden_sheet), "a.xlsx", FAILED, "More than one sheet"),  # noqa: E501
    ("empty second sheet", lambda: xlsx(GOOD, touch=lambda b, _s: b.add_worksheet("Notes")), "a.xlsx", ACCEPTED, ""),  # noqa: E501
    ("formula with a result", lambda: xlsx(GOOD, touch=lambda _b, s: s.write_formula("F2", "=500*2", None, 1000)), "a.xlsx", ACCEPTED, ""),  # noqa: E501
    ("formula without a result", unsaved_formula, "a.xlsx", FAILED, "no result saved with them: F2"),  # noqa: E501
    ("formula that failed", lambda: xlsx(GOOD, touch=lambda _b, s: s.write_formula("F2", "=1/0", None, "#DIV/0!")), "a.xlsx", FAILED, "#N/A or #REF!: F2"),  # noqa: E501
    ("text numbers", csv([*GOOD[:5], '"1,234.5"', *GOOD[6:]]), "a.csv", ACCEPTED, ""),
    ("full-width digits", csv(row(gross_kg="１，２３４．５".replace("，", ""), reo_percent="６０％")), "a.csv", ACCEPTED, ""),  # noqa: E501
    ("Excel dates", lambda: xlsx(row(date=date(2025, 2, 3), gross_kg=1000.0)), "a.xlsx", ACCEPTED, ""),  # noqa: E501
    ("Excel dates as numbers", lambda: xlsx(row(date=45691)), "a.xlsx", ACCEPTED, ""),
    ("Chinese dates", csv(row(date="2025年2月3日")), "a.csv", ACCEPTED, ""),
    ("trailing blank rows", lambda: xlsx(GOOD, *[[""] * 13] * 500, touch=lambda _b, s: s.write_blank(900, 0, None)), "a.xlsx", ACCEPTED, ""),  # noqa: E501
    ("trailing commas", csv(GOOD, *[[""] * 13] * 50), "a.csv", ACCEPTED, ""),
    ("value beside the table", csv([*GOOD, "see below"]), "a.csv", REFUSED, "stands outside the columns"),  # noqa: E501
    ("16 digits as a number", lambda: xlsx(row(lot=1234567890123456)), "a.xlsx", REFUSED, "more than 15 digits"),  # noqa: E501
    ("day before month", csv(row(date="03/02/2025")), "a.csv", REFUSED, "is not a date"),
    ("31 February", csv(row(date="2025-02-31")), "a.csv", REFUSED, "is not a date"),
    ("comma for a point", csv([*GOOD[:5], '"1000,5"', *GOOD[6:]]), "a.csv", REFUSED, "is not a number"),  # noqa: E501
    ("unit in the cell", csv(row(gross_kg="1000 kg")), "a.csv", REFUSED, "is not a number"),
    ("tonnes by mistake", csv(row(gross_kg="10000000000")), "a.csv", REFUSED, "more than one record can hold"),  # noqa: E501
    ("negative mass", csv(row(gross_kg="-5")), "a.csv", REFUSED, "must be more than 0"),
    ("grade of a thousand", csv(row(reo_percent="600")), "a.csv", REFUSED, "at most 125 percent"),
    ("unknown kind", csv(row(kind="gift")), "a.csv", REFUSED, "no kind of record"),
    ("unknown product", csv(row(product="ORE-X")), "a.csv", REFUSED, "no product code"),
    ("unknown buyer", csv(row(kind="sale", product="", reo_percent="", counterparty="91150000MA0000000X", document="I")), "a.csv", REFUSED, "not in the directory"),  # noqa: E501
    ("nothing but a lot", csv(["", "", "L-1"] + [""] * 10), "a.csv", REFUSED, "needs a value here"),
    ("lot too long", csv(row(lot="L" * 41)), "a.csv", REFUSED, "too long"),
    ("assay over a hundred", csv(row(assay="La2O3:60;CeO2:60")), "a.csv", REFUSED, "more than 100 percent"),  # noqa: E501
    # --- text files ---
    ("GB18030", csv(row(note="二月"), header=CHINESE, encoding="gb18030"), "a.csv", ACCEPTED, ""),
    ("UTF-16", csv(row(note="二月"), encoding="utf-16"), "a.csv", ACCEPTED, ""),
    ("semicolons", csv(GOOD).replace(b",", b";"), "a.csv", ACCEPTED, ""),
    ("neither UTF-8 nor GB18030", csv(GOOD) + b"\n\xff\xff\xff", "a.csv", FAILED, "neither UTF-8 nor GB18030"),  # noqa: E501
    ("quotation mark left open", csv(GOOD) + b'\n"sale,2025-02-03', "a.csv", FAILED, "quotation mark is not closed"),  # noqa: E501
    ("a cell of a book", csv(row(note="x" * 6_000)), "a.csv", FAILED, "a cell is far too long"),
    ("control character", csv(row(note="a\x07b")), "a.csv", REFUSED, "control character"),
]  # fmt: skip


def test_the_corpus_is_large() -> None:
    assert len([case for case in CASES if case[3] != ACCEPTED]) >= 60
    assert len({name for name, *_rest in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("content", "file_name", "state", "said"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_file_works_or_is_told_what_to_do(
    content: Any,
    file_name: str,
    state: str,
    said: str,
    northern: Enterprise,
    february: Month,
    filer: User,
    noon: datetime,
) -> None:
    made = content() if callable(content) else content

    upload = work_upload(
        upload=receive_upload(
            enterprise=northern, month=february, file_name=file_name, content=made,
            by=filer, at=noon,
        ),
        at=noon,
    )  # fmt: skip

    texts = [file_fault(upload), *(error.text for error in errors_of(upload))]
    assert (upload.state, said in " ".join(texts)) == (state, True), texts
    assert (upload.filing is not None) == (state == ACCEPTED)
    assert bytes(Upload.objects.get().content) == made
