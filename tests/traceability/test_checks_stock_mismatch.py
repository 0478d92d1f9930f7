"""stock_mismatch: a stock count differs from the book balance beyond the tolerance."""

import pytest

from tests.traceability.ledger import (
    extraction,
    file,
    found,
    kg,
    months,
    nil,
    purchase,
    said,
    sale,
    stock,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("counted", "apart"),
    [
        ("600", None),
        ("592.5", None),  # 0.75 percent of the thousand that came: exactly the tolerance
        ("592.499", "7.501"),
        ("607.5", None),
        ("607.501", "7.501"),
        ("0", "600"),
    ],
)
def test_stock_mismatch_beyond_the_tolerance(northern, outsider, counted, apart):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "1000"),
        sale(9, "A", "400", outsider),
        stock(31, "A", counted),
    )
    nil(northern, *months(2, 12))

    findings = found("stock_mismatch")

    assert [each.amount_kg for each in findings] == ([kg(apart)] if apart else [])


def test_stock_mismatch_tells_since_when_and_how_much_at_the_worst(northern, outsider):
    file(northern, "2025-01", extraction(2, "A", "1000"), stock(31, "A", "1002"))
    file(northern, "2025-02", stock(28, "A", "980"))
    file(northern, "2025-03", sale(9, "A", "400", outsider), stock(31, "A", "550"))
    nil(northern, *months(4, 12))

    [finding] = found("stock_mismatch")

    assert (str(finding.month), finding.amount_kg) == ("2025-02", kg("50"))
    assert finding.severity == "low"
    assert "At the end of 2025-03, 550.000 kg" in said(finding)
    assert "by the books there were 600.000 kg: 50.000 kg, too little" in said(finding)


def test_goods_that_nobody_brought(northern, southern):
    file(southern, "2025-01", extraction(2, "A", "1000"))
    nil(southern, *months(2, 12))
    file(northern, "2025-01", stock(31, "A", "80", southern))
    nil(northern, *months(2, 12))

    [finding] = found("stock_mismatch")

    assert (finding.amount_kg, finding.counterparty) == (kg("80"), southern)
    assert "too much" in said(finding)


def test_a_lot_that_was_oversold_is_said_once(northern, outsider):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "1000"),
        sale(9, "A", "1300", outsider),
        stock(31, "A", "10"),
    )
    nil(northern, *months(2, 12))

    assert found("stock_mismatch") == []
    assert len(found("oversold_lot")) == 1


def test_months_after_one_that_is_missing_are_left_alone(northern, southern):
    nil(southern, *months(1, 12))
    file(northern, "2025-01", extraction(2, "A", "1000"))
    file(northern, "2025-03", stock(31, "A", "500"))
    nil(northern, *months(4, 12))

    assert found("stock_mismatch") == []


def test_what_is_held_over_the_year_s_end(northern, southern):
    file(southern, "2024-12", extraction(2, "A", "1000"), sale(8, "A", "1000", northern))
    nil(southern, *months(1, 12))
    file(northern, "2024-12", purchase(9, "A", "1000", southern))
    file(northern, "2025-01", stock(31, "A", "700", southern))
    nil(northern, *months(2, 12))

    [finding] = found("stock_mismatch")

    assert finding.amount_kg == kg("300")


@pytest.mark.parametrize(
    ("counted", "fires"),
    [
        (["994"] * 8, True),
        (["994"] * 7, False),  # too few to tell
        (["996"] * 8, False),  # it dried a little
        (["994", "1006"] * 4, False),  # now this way and now that
    ],
)
def test_counts_within_the_tolerance_that_all_differ_one_way(northern, counted, fires):
    made = [extraction(2, f"A{n}", "1000") for n in range(len(counted))]
    held = [stock(31, f"A{n}", mass) for n, mass in enumerate(counted)]
    file(northern, "2025-01", *made, *held)
    nil(northern, *months(2, 12))

    findings = found("stock_mismatch")

    assert [each.amount_kg for each in findings] == ([kg("48")] if fires else [])
    assert all("by 0.60 % of the lot in the middle" in said(each) for each in findings)


@pytest.mark.parametrize(
    ("counted", "apart"),
    [("42.4", None), ("42.401", "2.401"), ("37.6", None), ("37.599", "2.401"), ("47", "7")],
)
def test_stock_mismatch_of_a_lot_that_has_mostly_left(northern, outsider, counted, apart):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "1000"),
        sale(9, "A", "900", outsider),
        stock(31, "A", "100"),
    )
    # 60 kg more leave: of the 160 kg that were there or moved, twice 0.75 percent are 2.4 kg.
    file(northern, "2025-02", sale(9, "A", "60", outsider), stock(28, "A", counted))
    nil(northern, *months(3, 12))

    findings = found("stock_mismatch")

    assert [each.amount_kg for each in findings] == ([kg(apart)] if apart else [])
    assert all("by the count before and what came and left since" in said(one) for one in findings)
