"""unconfirmed_sale: a sale that the buyer, who files, has not recorded as bought in time."""

from datetime import date

import pytest

from tests.traceability.ledger import extraction, file, found, kg, months, nil, purchase, said, sale

pytestmark = pytest.mark.django_db


def sold(northern, southern, *, day: int = 10, document: str = "INV1", mass: str = "1000") -> None:
    """Northern's March with one shipment to Southern, and nothing else all year."""
    nil(northern, "2025-01", "2025-02")
    file(
        northern,
        "2025-03",
        extraction(1, "A", "5000"),
        sale(day, "A", mass, southern, document),
    )
    nil(northern, *months(4, 12))


def test_unconfirmed_sale_names_both_sides(northern, southern):
    sold(northern, southern)
    nil(southern, *months(1, 12))

    [finding] = found("unconfirmed_sale")

    assert (finding.enterprise, finding.counterparty) == (northern, southern)
    assert (finding.document, finding.lot.number) == ("INV1", "A")
    assert (finding.amount_kg, str(finding.month)) == (kg("1000"), "2025-03")
    assert "sold to Southern on 2025-03-10" in said(finding)
    assert "up to 2025-03-25, 15 days later" in said(finding)


@pytest.mark.parametrize(
    ("day", "as_of", "fires"),
    [
        (16, date(2025, 4, 10), False),  # March may still be filed that day
        (16, date(2025, 4, 11), True),  # it may have arrived by 31 March, and March is over
        (17, date(2025, 4, 11), False),  # it may arrive on 1 April
        (17, date(2025, 5, 10), False),
        (17, date(2025, 5, 11), True),
    ],
)
def test_unconfirmed_once_every_month_it_may_arrive_in_is_settled(
    northern, southern, day, as_of, fires
):
    sold(northern, southern, day=day)
    nil(southern, *months(1, 12))

    assert bool(found("unconfirmed_sale", as_of)) is fires


def test_confirmed_in_the_month_after(northern, southern):
    sold(northern, southern, day=30)
    nil(southern, *months(1, 3))
    file(southern, "2025-04", purchase(4, "A", "1002", northern))
    nil(southern, *months(5, 12))

    assert found("unconfirmed_sale") == []


def test_a_buyer_that_has_not_filed_is_missing_not_unconfirming(northern, southern):
    sold(northern, southern, day=20)
    nil(southern, "2025-01", "2025-02", "2025-03", *months(5, 12))

    assert found("unconfirmed_sale") == []
    assert [str(each.month) for each in found("missing_filing")] == ["2025-04"]


def test_a_buyer_outside_the_platform_confirms_nothing(northern, outsider):
    sold(northern, outsider)

    assert found("unconfirmed_sale") == []


def test_one_of_several_deliveries_of_a_lot(northern, southern):
    nil(northern, "2025-01", "2025-02")
    file(
        northern,
        "2025-03",
        extraction(1, "A", "5000"),
        sale(3, "A", "1000", southern, "INV1"),
        sale(5, "A", "1500", southern, "INV2"),
    )
    nil(northern, *months(4, 12))
    nil(southern, "2025-01", "2025-02")
    file(southern, "2025-03", purchase(6, "A", "1000", northern, "INV1"))
    nil(southern, *months(4, 12))

    [finding] = found("unconfirmed_sale")

    assert (finding.document, finding.amount_kg) == ("INV2", kg("1500"))


def test_several_lots_on_one_invoice(northern, southern):
    nil(northern, "2025-01", "2025-02")
    file(
        northern,
        "2025-03",
        extraction(1, "A", "1000"),
        extraction(1, "B", "1000"),
        sale(3, "A", "1000", southern),
        sale(3, "B", "1000", southern),
    )
    nil(northern, *months(4, 12))
    nil(southern, "2025-01", "2025-02")
    file(southern, "2025-03", purchase(6, "A", "1000", northern))
    nil(southern, *months(4, 12))

    [finding] = found("unconfirmed_sale")

    assert finding.lot.number == "B"


@pytest.mark.parametrize(
    ("document", "mass", "pairs"),
    [
        (" inv1", "1000", True),  # the same number, typed loosely
        ("INV7", "1005", True),  # another number, the same goods
        ("INV7", "1050", False),  # another number, other goods
    ],
)
def test_a_mistyped_document_is_no_missing_purchase(northern, southern, document, mass, pairs):
    sold(northern, southern)
    nil(southern, "2025-01", "2025-02")
    file(southern, "2025-03", purchase(12, "A", mass, northern, document))
    nil(southern, *months(4, 12))

    assert bool(found("unconfirmed_sale")) is not pairs
    assert bool(found("unmatched_purchase")) is not pairs


def test_two_deliveries_entered_as_one(northern, southern):
    nil(northern, "2025-01", "2025-02")
    file(
        northern,
        "2025-03",
        extraction(1, "A", "5000"),
        sale(3, "A", "1000", southern, "INV1"),
        sale(5, "A", "1500", southern, "INV2"),
    )
    nil(northern, *months(4, 12))
    nil(southern, "2025-01", "2025-02")
    file(southern, "2025-03", purchase(7, "A", "2499", northern, "INV1+2"))
    nil(southern, *months(4, 12))

    assert found("unconfirmed_sale") == []


def test_december_waits_for_january(northern, southern):
    nil(northern, *months(1, 11))
    file(northern, "2025-12", extraction(1, "A", "1000"), sale(28, "A", "1000", southern))
    nil(southern, *months(1, 12))

    assert found("unconfirmed_sale", date(2026, 1, 16)) == []
    file(southern, "2026-01", purchase(3, "A", "1000", northern))
    assert found("unconfirmed_sale", date(2026, 2, 16)) == []
