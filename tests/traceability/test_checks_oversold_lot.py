"""oversold_lot: more of a lot left an enterprise than it held."""

from datetime import date, datetime

import pytest

from portal.kernel.period import CIVIL
from tests.traceability.ledger import (
    Row,
    extraction,
    feed,
    file,
    found,
    kg,
    months,
    nil,
    output,
    purchase,
    said,
    sale,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("left", "fires"),
    [
        ("1000", False),
        ("1010", False),  # one percent: exactly the tolerance
        ("1010.001", True),
    ],
)
def test_oversold_beyond_the_percentage(northern, outsider, left, fires):
    file(northern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", left, outsider))

    assert bool(found("oversold_lot")) is fires


@pytest.mark.parametrize(("left", "fires"), [("11", False), ("11.001", True)])
def test_oversold_beyond_the_least_mass_for_a_small_lot(northern, outsider, left, fires):
    file(northern, "2025-01", extraction(5, "A", "10"), sale(9, "A", left, outsider))

    assert bool(found("oversold_lot")) is fires


def test_oversold_adds_up_every_way_out(northern, outsider):
    export = Row("export", 11, "A", "300", None, {"document": "CD1", "country": "KR"})
    loss = Row("loss", 12, "A", "100", None, {"note": "spilt"})
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1000"),
        sale(9, "A", "500", outsider),
        feed(10, "A", "400", "R1"),
        export,
        loss,
    )

    [finding] = found("oversold_lot")

    assert (finding.amount_kg, finding.severity) == (kg("300"), "high")
    assert finding.arithmetic["by_kind"]["loss"] == "100.000"
    assert "1,300.000 kg (gross) left" in said(finding)
    assert "only 1,000.000 kg had come: 300.000 kg too much" in said(finding)


def test_oversold_in_the_first_month_it_shows_and_at_its_worst(northern, outsider):
    file(northern, "2025-01", extraction(5, "A", "1000"))
    file(northern, "2025-02", sale(5, "A", "1100", outsider))
    file(northern, "2025-04", sale(5, "A", "200", outsider, "INV2"))

    [finding] = found("oversold_lot")

    assert (str(finding.month), finding.amount_kg) == ("2025-02", kg("300"))
    assert finding.arithmetic["month"] == "2025-04-01"


def test_what_comes_in_a_later_month_does_not_explain_what_left(northern, outsider):
    file(northern, "2025-01", sale(30, "A", "500", outsider))
    file(northern, "2025-02", extraction(5, "A", "1000"))

    assert [str(each.month) for each in found("oversold_lot")] == ["2025-01"]


def test_days_within_a_month_are_not_held_against_one_another(northern, outsider):
    file(northern, "2025-01", sale(5, "A", "500", outsider), extraction(9, "A", "1000"))

    assert found("oversold_lot") == []


def test_a_lot_lives_on_over_the_year(northern, outsider):
    file(northern, "2024-12", extraction(5, "A", "1000"))
    file(northern, "2025-01", sale(5, "A", "1000", outsider))

    assert found("oversold_lot") == []


def test_a_lot_bought_of_nobody_points_to_its_maker(northern, southern):
    file(northern, "2025-01", extraction(5, "A", "1000"))
    file(southern, "2025-01", feed(9, "A", "200", "R1", northern), output(10, "S", "90", "R1"))

    [finding] = found("oversold_lot")

    assert (finding.enterprise, finding.counterparty) == (southern, northern)
    assert finding.lot.maker == northern


def test_a_sale_on_record_explains_what_a_missing_month_hides(northern, southern, outsider):
    file(northern, "2025-01", extraction(5, "A", "1000"))
    file(northern, "2025-02", sale(20, "A", "1000", southern))
    nil(northern, *months(3, 12))
    nil(southern, "2025-01")
    file(southern, "2025-03", sale(5, "A", "1000", outsider, "INV9", northern))
    nil(southern, *months(4, 12))

    assert found("oversold_lot") == []
    assert [str(each.month) for each in found("missing_filing")] == ["2025-02"]


def test_a_sale_on_record_explains_no_more_than_it_says(northern, southern, outsider):
    file(northern, "2025-01", extraction(5, "A", "1000"))
    file(northern, "2025-02", sale(20, "A", "400", southern))
    nil(northern, *months(3, 12))
    nil(southern, "2025-01")
    file(southern, "2025-03", sale(5, "A", "1000", outsider, "INV9", northern))
    nil(southern, *months(4, 12))

    [finding] = found("oversold_lot")

    assert finding.enterprise == southern


def test_an_own_lot_that_a_missing_month_may_have_made(northern, outsider):
    nil(northern, "2025-01")
    file(northern, "2025-03", sale(5, "A", "1000", outsider))
    nil(northern, *months(4, 12))

    assert found("oversold_lot") == []
    assert len(found("missing_filing")) == 1


def test_oversold_clears_with_the_amendment(northern, southern, outsider):
    file(northern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", "1500", outsider))
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1500"),
        sale(9, "A", "1500", outsider),
        at=datetime(2025, 3, 1, 9, tzinfo=CIVIL),
        reason="weighing slip misread",
    )

    assert len(found("oversold_lot", date(2025, 2, 28))) == 1
    assert found("oversold_lot", date(2025, 3, 1)) == []


def test_purchases_come_in(northern, southern, outsider):
    file(northern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", "1000", southern))
    file(
        southern,
        "2025-01",
        purchase(12, "A", "1003", northern),
        sale(20, "A", "1003", outsider, "INV2", northern),
    )

    assert found("oversold_lot") == []
