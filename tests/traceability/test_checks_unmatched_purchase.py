"""unmatched_purchase: a purchase that the seller, who files, has not recorded as sold."""

from datetime import date

import pytest

from tests.traceability.ledger import extraction, file, found, kg, months, nil, purchase, said, sale

pytestmark = pytest.mark.django_db


def bought(northern, southern, *, day: int = 20, month: str = "2025-03", maker=None) -> None:
    """Southern's year with one shipment of Northern's lot A."""
    for each in months(1, 12):
        rows = [purchase(day, "A", "1000", northern, maker=maker)] if each == month else []
        file(southern, each, *rows)


def made(northern, month: str = "2025-01") -> None:
    """Northern's year, in which lot A is made and never sold."""
    for each in months(1, 12):
        file(northern, each, *([extraction(2, "A", "5000")] if each == month else []))


def test_unmatched_purchase_names_both_sides(northern, southern):
    made(northern)
    bought(northern, southern)

    [finding] = found("unmatched_purchase")

    assert (finding.enterprise, finding.counterparty) == (southern, northern)
    assert (finding.document, finding.lot.number) == ("INV1", "A")
    assert (finding.amount_kg, str(finding.month)) == (kg("1000"), "2025-03")
    assert "arrived from Northern on 2025-03-20" in said(finding)
    assert "every month since 2025-03-05" in said(finding)


@pytest.mark.parametrize(
    ("as_of", "fires"), [(date(2025, 4, 10), False), (date(2025, 4, 11), True)]
)
def test_unmatched_once_the_sellers_month_is_settled(northern, southern, as_of, fires):
    made(northern)
    bought(northern, southern)

    assert bool(found("unmatched_purchase", as_of)) is fires


def test_matched_by_the_sale_of_the_month_before(northern, southern):
    nil(northern, "2025-01")
    file(northern, "2025-02", extraction(2, "A", "5000"), sale(27, "A", "1001", southern))
    nil(northern, *months(3, 12))
    bought(northern, southern, day=3)

    assert found("unmatched_purchase") == []


def test_a_seller_that_has_not_filed_is_missing_not_hiding(northern, southern):
    nil(northern, "2025-01", *months(3, 12))
    bought(northern, southern, day=3)

    assert found("unmatched_purchase") == []


def test_a_seller_outside_the_platform_records_nothing(northern, southern, outsider):
    made(northern)
    for each in months(1, 12):
        rows = [purchase(5, "X", "10", outsider)] if each == "2025-03" else []
        file(southern, each, *rows)

    assert found("unmatched_purchase") == []


def test_goods_that_may_have_left_before_the_platform_began(northern, southern):
    nil(northern, *months(1, 12))
    bought(northern, southern, day=5, month="2025-01")

    assert found("unmatched_purchase") == []


def test_goods_can_not_leave_before_they_are_made(northern, southern):
    made(northern)
    bought(northern, southern, day=5, month="2025-01")

    assert len(found("unmatched_purchase")) == 1


def test_a_second_delivery_of_a_lot_that_the_seller_left_out(northern, southern):
    nil(northern, "2025-01", "2025-02")
    file(
        northern,
        "2025-03",
        extraction(1, "A", "5000"),
        sale(3, "A", "1000", southern, "INV1"),
    )
    nil(northern, *months(4, 12))
    nil(southern, "2025-01", "2025-02")
    file(
        southern,
        "2025-03",
        purchase(5, "A", "1000", northern, "INV1"),
        purchase(5, "A", "1000", northern, "INV2"),
    )
    nil(southern, *months(4, 12))

    [finding] = found("unmatched_purchase")

    assert finding.document == "INV2"
