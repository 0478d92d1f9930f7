"""Rows on their way into a draft: what is refused, with its column, and what is kept."""

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Kind, Lot, Record
from traceability.rules.countries import COUNTRIES
from traceability.rules.intake import CHINESE_KINDS, COLUMNS, MESSAGES, NEEDS, OXIDES, RowError
from traceability.services import filings as services
from traceability.services.intake import RowsRefused, SourceRow

MINED = {
    "kind": "extraction",
    "date": "2025-02-10",
    "lot": "ORE-1",
    "product": "ORE-MIX",
    "gross_kg": "1000",
    "reo_percent": "55.5",
}
SOLD = {
    "kind": "sale",
    "date": "2025-02-11",
    "lot": "ORE-1",
    "gross_kg": "400.125",
    "counterparty": "SOUTHERN",
    "document": "INV1",
}
MADE = MINED | {"kind": "output", "lot": "OX-1", "product": "OX-PRND", "run": "R1"}
IMPORTED = MINED | {"kind": "import", "lot": "M-1", "country": "MM", "document": "CD1"}


def row(line: int, cells: dict[str, str]) -> SourceRow:
    """A row of a file from the cells that are filled in."""
    return SourceRow(line, [cells.get(column) for column in COLUMNS])


@pytest.fixture
def draft(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Filing:
    """Northern's empty draft of February."""
    return services.open_draft(enterprise=northern, month=february, by=filer, at=noon)


@pytest.fixture
def fill(draft: Filing, filer: User, noon: datetime, southern: Enterprise, northern: Enterprise):
    """Fill the draft with rows of cells; SOUTHERN and NORTHERN stand for credit codes."""
    codes = {"SOUTHERN": southern.uscc, "NORTHERN": northern.uscc}

    def deed(*rows: dict[str, str], filing: Filing = draft, at: datetime = noon) -> int:
        told = [
            row(line, {column: codes.get(cell, cell) for column, cell in cells.items()})
            for line, cells in enumerate(rows, start=2)
        ]
        return services.fill_draft(filing=filing, rows=told, by=filer, at=at)

    return deed


@pytest.fixture
def faults(fill: Any):
    """What is wrong with rows, as line, column and code."""

    def found(*rows: dict[str, str], **how: Any) -> list[tuple[int, str, str]]:
        try:
            fill(*rows, **how)
        except RowsRefused as refused:
            return [(fault.line, fault.column, fault.code) for fault in refused.rows]
        return []

    return found


CELLS = [
    # kind and date
    (MINED, "kind", "", "missing"),
    (MINED, "kind", "mining", "kind_unknown"),
    (MINED, "kind", "Extraction", "kind_unknown"),
    (MINED, "date", "", "missing"),
    (MINED, "date", "2025-02-01", None),
    (MINED, "date", "2025-02-28", None),
    (MINED, "date", "2025-02-29", "date_form"),
    (MINED, "date", "2025-02-00", "date_form"),
    (MINED, "date", "2025-13-01", "date_form"),
    (MINED, "date", "10.2.2025", "date_form"),
    (MINED, "date", "2025-2-10", "date_form"),
    (MINED, "date", "2025-02-10T00:00", "date_form"),
    (MINED, "date", "2025-01-31", "date_outside"),
    (MINED, "date", "2025-03-01", "date_outside"),
    # the lot and its maker
    (MINED, "lot", "", "missing"),
    (MINED, "lot", "批" * 40, None),
    (MINED, "lot", "批" * 41, "too_long"),
    (MINED, "lot_maker", "NORTHERN", None),
    (MINED, "lot_maker", "SOUTHERN", "maker_other"),
    (SOLD, "lot_maker", "SOUTHERN", None),
    (SOLD, "lot_maker", "91150000MA0000000X", "maker_unknown"),
    # product, mass and grade
    (MINED, "product", "", "missing"),
    (MINED, "product", "ORE", "product_unknown"),
    (SOLD, "product", "ORE", "product_unknown"),
    (MINED, "gross_kg", "", "missing"),
    (MINED, "gross_kg", "0.001", None),
    (MINED, "gross_kg", "0", "not_positive"),
    (MINED, "gross_kg", "0.000", "not_positive"),
    (MINED, "gross_kg", "-5", "not_positive"),
    (MINED, "gross_kg", "999999999.999", None),
    (MINED, "gross_kg", "1000000000", "too_large"),
    (MINED, "gross_kg", "1.0001", "number_form"),
    (MINED, "gross_kg", "1,000", "number_form"),
    (MINED, "gross_kg", "1e3", "number_form"),
    (MINED, "gross_kg", "NaN", "number_form"),
    (MINED, "gross_kg", "Infinity", "number_form"),
    (MINED, "gross_kg", "１０", "number_form"),
    (SOLD | {"kind": "stock"}, "gross_kg", "0", None),
    (MINED, "reo_percent", "", "missing"),
    (MINED, "reo_percent", "0", "grade_range"),
    (MINED, "reo_percent", "0.000001", None),
    (MINED, "reo_percent", "125", None),
    (MINED, "reo_percent", "125.000001", "grade_range"),
    (MINED, "reo_percent", "-1", "grade_range"),
    (MINED, "reo_percent", "5,5", "grade_form"),
    (MINED, "reo_percent", "1.0000001", "grade_form"),
    # where it went
    (MADE, "run", "", "missing"),
    (MADE, "run", "r" * 60, None),
    (MADE, "run", "r" * 61, "too_long"),
    (SOLD, "counterparty", "", "missing"),
    (SOLD, "counterparty", "91150000MA0000000X", "counterparty_unknown"),
    (SOLD, "counterparty", "NORTHERN", "counterparty_self"),
    (MINED, "counterparty", "91150000MA0000000X", "counterparty_unknown"),
    (SOLD, "document", "", "missing"),
    (SOLD, "document", "d" * 61, "too_long"),
    (IMPORTED, "country", "", "missing"),
    (IMPORTED, "country", "XX", "country_unknown"),
    (IMPORTED, "country", "mm", "country_unknown"),
    (IMPORTED, "document", "", "missing"),
    # the rest
    (MINED, "assay", "La2O3:25.2;CeO2:50.1", None),
    (MINED, "assay", "La2O3:50;CeO2:50.5", None),
    (MINED, "assay", "La2O3:50;CeO2:50.6", "assay_sum"),
    (MINED, "assay", "La2O3:10;La2O3:10", "assay_twice"),
    (MINED, "assay", "La:25", "assay_form"),
    (MINED, "assay", "La2O3=25", "assay_form"),
    (MINED, "assay", "La2O3:25;", "assay_form"),
    (SOLD | {"kind": "loss", "note": "spilt"}, "note", "", "missing"),
    (SOLD, "note", "字" * 500, None),
    (SOLD, "note", "字" * 501, "too_long"),
    (SOLD, "note", "bell \x07", "control"),
    (SOLD, "document", "null \x00", "control"),
]


@pytest.mark.parametrize(("cells", "column", "value", "code"), CELLS)
def test_fill_draft_judges_a_cell(
    faults: Any, cells: dict[str, str], column: str, value: str, code: str | None
) -> None:
    found = faults(cells | {column: value})

    assert found == ([(2, column, code)] if code else [])


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.kind)
def test_fill_draft_names_every_column_that_a_kind_lacks(faults: Any, need: Any) -> None:
    found = faults({"kind": need.kind})

    missing = {"date", "lot", "gross_kg", *need.columns}
    assert {column for _, column, _ in found} == missing
    assert {code for _, _, code in found} == {"missing"}


def test_fill_draft_names_every_fault_of_every_row_in_order(faults: Any) -> None:
    found = faults(
        MINED | {"date": "soon", "gross_kg": "much"},
        SOLD,
        SOLD | {"counterparty": "nobody", "kind": ""},
    )

    assert found == [
        (2, "date", "date_form"),
        (2, "gross_kg", "number_form"),
        (4, "kind", "missing"),
        (4, "counterparty", "counterparty_unknown"),
    ]


def test_fill_draft_tells_the_value_that_is_wrong(fill: Any) -> None:
    with pytest.raises(RowsRefused) as refused:
        fill(SOLD | {"country": 'Myanmar\'s, "the" country'})

    [fault] = refused.value.rows
    assert fault.value == 'Myanmar\'s, "the" country'
    with translation.override("en"):
        assert fault.text.startswith('“Myanmar\'s, "the" country” is no country code')


def test_fill_draft_refuses_days_that_are_still_to_come(
    faults: Any, filer: User, northern: Enterprise, noon: datetime
) -> None:
    march = services.open_draft(enterprise=northern, month=Month(2025, 3), by=filer, at=noon)

    today = faults(MINED | {"date": "2025-03-05"}, filing=march)
    tomorrow = faults(MINED | {"date": "2025-03-06"}, filing=march)

    assert today == []
    assert tomorrow == [(2, "date", "date_future")]


def test_fill_draft_saves_nothing_of_rows_with_a_fault(
    draft: Filing, fill: Any, filer: User, noon: datetime
) -> None:
    fill(MINED)

    with pytest.raises(RowsRefused):
        fill(MINED | {"lot": "OTHER"}, SOLD | {"gross_kg": "x"})

    assert [record.lot.number for record in draft.records.all()] == ["ORE-1"]
    assert not Lot.objects.filter(number="OTHER").exists()
    draft.refresh_from_db()
    assert draft.record_count == 1


def test_fill_draft_puts_rows_in_the_place_of_those_before(
    draft: Filing, fill: Any, later: datetime
) -> None:
    fill(MINED, SOLD)
    Filing.objects.filter(pk=draft.pk).update(ready_at=later)

    filled = fill(MINED | {"lot": "ORE-2"}, at=later)

    assert (filled.rows, filled.kept) == (1, 0)
    assert [record.lot.number for record in draft.records.all()] == ["ORE-2"]
    draft.refresh_from_db()
    assert (draft.record_count, draft.prepared_at, draft.ready_at) == (1, later, None)


def test_fill_draft_keeps_what_the_rows_say(
    draft: Filing, fill: Any, southern: Enterprise, northern: Enterprise
) -> None:
    fill(
        MINED | {"assay": "La2O3:25.2;CeO2:50.1", "lot": "  ORE-1 \n"},
        SOLD | {"country": "VN", "note": "two\nlines", "lot_maker": "SOUTHERN"},
    )

    mined, sold = draft.records.select_related("lot", "product").order_by("line")
    assert (mined.kind, str(mined.date), mined.lot.number) == (
        Kind.EXTRACTION,
        "2025-02-10",
        "ORE-1",
    )
    assert (mined.lot.maker_id, mined.product.code) == (northern.pk, "ORE-MIX")
    assert (str(mined.gross_kg), str(mined.reo_kg)) == ("1000.000", "555.000")
    assert mined.assay == "La2O3:25.2;CeO2:50.1"
    assert (sold.lot.maker_id, sold.counterparty_id) == (southern.pk, southern.pk)
    assert (sold.document, sold.country, sold.note) == ("INV1", "VN", "two lines")
    assert (sold.product, sold.reo_percent, sold.reo_kg) == (None, None, None)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("product", "ORE-MIX", None),
        ("product", "ORE-BAST", "lot_product"),
        ("reo_percent", "55.5", None),
        ("reo_percent", "55.50", None),
        ("reo_percent", "56", None),  # 55.5 to as many decimals as are given
        ("reo_percent", "55.4", "lot_grade"),
    ],
)
def test_a_row_that_repeats_what_a_known_lot_is_must_agree(
    faults: Any, column: str, value: str, code: str | None
) -> None:
    found = faults(MINED, SOLD | {column: value})

    assert found == ([(3, column, code)] if code else [])


def test_a_row_may_say_anything_of_a_lot_that_nobody_has_made(faults: Any) -> None:
    assert faults(SOLD | {"product": "ORE-MON", "reo_percent": "60"}) == []


def test_a_lot_of_two_creations_agrees_with_either(faults: Any) -> None:
    twice = MINED | {"product": "ORE-BAST", "reo_percent": "60"}

    assert faults(MINED, twice, SOLD | {"product": "ORE-BAST"}) == []
    assert faults(MINED, twice, SOLD | {"product": "ORE-MON"}) == [(4, "product", "lot_product")]


def test_an_amendment_agrees_with_itself_and_not_with_what_it_supersedes(
    draft: Filing, faults: Any, filer: User, attester: User, later: datetime, fill: Any
) -> None:
    fill(MINED)
    services.submit_filing(filing=draft, by=attester, at=later)
    amended = services.open_draft(
        enterprise=draft.enterprise, month=draft.month, by=filer, at=later, reason="typing"
    )
    corrected = MINED | {"product": "ORE-BAST"}
    at = later + timedelta(hours=1)

    assert faults(corrected, SOLD | {"product": "ORE-BAST"}, filing=amended, at=at) == []
    assert faults(corrected, SOLD | {"product": "ORE-MIX"}, filing=amended, at=at) == [
        (3, "product", "lot_product")
    ]


def test_rows_that_break_a_rule_of_the_regime_are_kept(faults: Any, outsider: Enterprise) -> None:
    more_than_there_is = SOLD | {"gross_kg": "900000"}
    twice_the_same = [MINED, MINED]

    assert faults(more_than_there_is, *twice_the_same, MADE) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_code_has_its_words(language: str) -> None:
    sql = Path(services.__file__).parent / "sql" / "check_rows.sql"
    said = set(re.findall(r"'[a-z_]+:([a-z_]+)'", sql.read_text()))

    assert said <= MESSAGES.keys()
    with translation.override(language):
        assert all(RowError(1, "kind", code, "x").text for code in MESSAGES)


def test_the_rules_name_the_kinds_of_the_model() -> None:
    assert [need.kind for need in NEEDS] == Kind.values
    assert list(CHINESE_KINDS) == Kind.values
    assert set(COLUMNS) - {"lot_maker"} <= {each.name for each in Record._meta.fields}


def test_codes_of_countries_and_oxides() -> None:
    assert len(COUNTRIES) == 249
    assert {"CN", "MM", "VN", "LA", "US", "JP"} <= COUNTRIES
    assert len(OXIDES) == 16
