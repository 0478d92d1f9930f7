"""The template: what is filled into it comes back as it was meant."""

import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.utils import translation

from portal.kernel.period import Month
from portal.kernel.sheets.faults import FileRefused
from traceability.rules.intake import CHINESE_HEADERS, CHINESE_KINDS, COLUMNS
from traceability.sheets import template
from traceability.sheets.read import opened
from traceability.sheets.template import Asked, Named, write_template

ASKED = Asked(
    month=Month(2025, 2),
    enterprise=Named("91150000MA0000001X", "北方公司", "Northern"),
    products=[Named("ORE-MIX", "混合稀土精矿", "mixed concentrate")],
    partners=[Named("91360700R1W2XDH6RP", "南方公司", "Southern")],
)
FILLED = [
    ["销售", "2025-02-03", "L-1", "", "ORE-MIX 混合稀土精矿", 1.5, "", "",
     "91360700R1W2XDH6RP 南方公司", "INV1", "", "", ""],
    ["stock", "2025-02-28", "L-2", "", "", 0, "", "", "", "", "", "", "counted"],
]  # fmt: skip


class _Filling(xlsxwriter.Workbook):
    """A workbook whose first sheet has been filled in when it is closed."""

    def close(self) -> None:
        sheet = self.worksheets()[0]
        for line, row in enumerate(FILLED, start=template.HEADER_ROWS):
            for place, cell in enumerate(row):
                sheet.write(line, place, cell)
        super().close()


def _template(language: str = "en") -> bytes:
    file = io.BytesIO()
    with translation.override(language):
        write_template(file, ASKED)
    return file.getvalue()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_write_template_then_fill_then_read(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr(template.xlsxwriter, "Workbook", _Filling)

    with opened(_template(language), "a.xlsx", product_names={"ORE-MIX": "ORE-MIX"}) as table:
        rows = list(table.rows())

    assert [line for line, _texts in rows] == [3, 4]
    sale, stock = (dict(zip(COLUMNS, texts, strict=True)) for _line, texts in rows)
    assert sale["kind"] == "sale"
    assert sale["product"] == "ORE-MIX"
    assert sale["counterparty"] == "91360700R1W2XDH6RP"
    assert (stock["kind"], stock["gross_kg"], stock["note"]) == ("stock", "0", "counted")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_write_template_unfilled_has_headers_and_no_rows(language: str) -> None:
    with (
        pytest.raises(FileRefused) as refused,
        opened(_template(language), "a.xlsx", product_names={}) as table,
    ):
        list(table.rows())

    assert refused.value.fault == "no_rows"


def _texts(content: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read("xl/sharedStrings.xml").decode(), package.read(
            "xl/worksheets/sheet1.xml"
        ).decode()


def test_write_template_explains_columns_kinds_and_products() -> None:
    strings, sheet = _texts(_template())

    for word in (*COLUMNS, *CHINESE_HEADERS.values(), *CHINESE_KINDS.values(), "ORE-MIX"):
        assert word in strings
    assert "<dataValidation" in sheet
    assert 'state="frozen"' in sheet


def test_write_template_offers_kinds_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        chinese, _sheet = _texts(_template("zh-hans"))

    assert "91360700R1W2XDH6RP 南方公司" in chinese
