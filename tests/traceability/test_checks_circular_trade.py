"""circular_trade: a lot returns to a seller through others without processing."""

from itertools import pairwise

import pytest

from tests.cast import make_enterprise
from tests.traceability.ledger import (
    extraction,
    feed,
    file,
    found,
    kg,
    output,
    purchase,
    said,
    sale,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def houses(inner_mongolia):
    """Trading houses that buy of one another."""
    return [make_enterprise(f"House {place}", inner_mongolia, "trade") for place in range(4)]


def pass_on(maker, *chain, day: int = 10, mass: str = "50") -> None:
    """The maker's lot goes along the chain, each step filed by both sides, a day for each."""
    rows: dict = {}
    for step, (seller, buyer) in enumerate(pairwise(chain)):
        document = f"INV{step}{day}"
        rows.setdefault(seller, []).append(sale(day + step, "A", mass, buyer, document, maker))
        rows.setdefault(buyer, []).append(purchase(day + step, "A", mass, seller, document, maker))
    for enterprise, said_by_it in rows.items():
        creation = [extraction(1, "A", "1000")] if enterprise == maker else []
        file(enterprise, "2025-01", *creation, *said_by_it)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_lot_comes_back_through_others(northern, houses, length):
    pass_on(northern, northern, *houses[: length + 1], houses[0])

    [finding] = found("circular_trade")

    assert (finding.enterprise, finding.amount_kg) == (houses[0], kg("50"))
    assert finding.arithmetic["through"] == length
    assert finding.counterparty == houses[length]
    assert "50.000 kg (gross) of lot A of Northern" in said(finding)


def test_a_lot_comes_back_to_its_maker(northern, houses):
    pass_on(northern, northern, houses[0], houses[1], northern)

    [finding] = found("circular_trade")

    assert finding.enterprise == northern


def test_a_circle_within_a_day(northern, houses):
    one, two, three, _ = houses
    file(northern, "2025-01", extraction(1, "A", "1000"), sale(9, "A", "90", one, "INV1"))
    ring = [(one, two, "INV2"), (two, three, "INV3"), (three, one, "INV4")]
    for house in (one, two, three):
        bought = [purchase(9, "A", "90", northern, "INV1", northern)] if house == one else []
        file(
            house,
            "2025-01",
            *bought,
            *[sale(9, "A", "20", b, d, northern) for a, b, d in ring if a == house],
            *[purchase(9, "A", "20", a, d, northern) for a, b, d in ring if b == house],
        )

    [finding] = found("circular_trade")

    assert finding.enterprise == one


def test_a_return_that_its_receiver_hides(northern, houses):
    one, two, *_ = houses
    file(northern, "2025-01", extraction(1, "A", "1000"), sale(9, "A", "90", one, "INV1"))
    file(
        one,
        "2025-01",
        purchase(9, "A", "90", northern, "INV1", northern),
        sale(10, "A", "20", two, "INV2", northern),
    )
    file(
        two,
        "2025-01",
        purchase(11, "A", "20", one, "INV2", northern),
        sale(12, "A", "20", one, "INV3", northern),
    )

    [finding] = found("circular_trade")

    assert finding.enterprise == one


def test_several_deliveries_and_several_sellers_are_no_circle(northern, houses):
    one, two, three, _ = houses
    file(
        northern,
        "2025-01",
        extraction(1, "A", "1000"),
        sale(5, "A", "90", one, "INV1"),
        sale(15, "A", "90", one, "INV2"),
        sale(5, "A", "90", two, "INV3"),
    )
    file(
        one,
        "2025-01",
        purchase(5, "A", "90", northern, "INV1", northern),
        sale(10, "A", "40", three, "INV4", northern),
        purchase(15, "A", "90", northern, "INV2", northern),
        purchase(20, "A", "30", two, "INV5", northern),
    )
    file(
        two,
        "2025-01",
        purchase(5, "A", "90", northern, "INV3", northern),
        sale(20, "A", "30", one, "INV5", northern),
    )
    file(three, "2025-01", purchase(11, "A", "40", one, "INV4", northern))

    assert found("circular_trade") == []


@pytest.mark.parametrize(
    ("product", "given", "fires"),
    [("OX-PRND", "49.8", True), ("OX-PRND", "40", False), ("MET-PRND", "49.8", False)],
)
def test_a_lot_that_comes_back_under_another_number(northern, houses, product, given, fires):
    one, two, *_ = houses
    file(northern, "2025-01", output(1, "A", "1000", "R0"), sale(5, "A", "90", one, "INV1"))
    file(
        one,
        "2025-01",
        purchase(5, "A", "90", northern, "INV1", northern),
        sale(8, "A", "50", two, "INV2", northern),
        purchase(20, "Z", given, two, "INV3", two),
    )
    file(
        two,
        "2025-01",
        purchase(9, "A", "50", one, "INV2", northern),
        feed(12, "A", "50", "R1", northern),
        output(13, "Z", given, "R1", product),
        sale(19, "Z", given, one, "INV3"),
    )

    findings = found("circular_trade")

    assert [each.enterprise for each in findings] == ([one] if fires else [])
    assert not fires or "out of a run that changed nothing but the lot number" in said(findings[0])


def test_a_member_that_buys_of_the_maker_too_hides_no_circle(northern, houses):
    """The lot comes back to the first house; the second has some of the maker's, bought later."""
    one, two, three, _ = houses
    file(
        northern,
        "2025-01",
        extraction(1, "A", "1000"),
        sale(2, "A", "90", one, "INV1"),
        sale(9, "A", "90", two, "INV2"),
    )
    file(
        one,
        "2025-01",
        purchase(2, "A", "90", northern, "INV1", northern),
        sale(5, "A", "40", two, "INV3", northern),
        purchase(12, "A", "40", three, "INV5", northern),
    )
    file(
        two,
        "2025-01",
        purchase(6, "A", "40", one, "INV3", northern),
        purchase(10, "A", "90", northern, "INV2", northern),
        sale(8, "A", "40", three, "INV4", northern),
    )
    file(
        three,
        "2025-01",
        purchase(9, "A", "40", two, "INV4", northern),
        sale(11, "A", "40", one, "INV5", northern),
    )

    [finding] = found("circular_trade")

    assert finding.enterprise == one


def test_a_lot_that_is_renamed_twice_on_its_way_back(northern, houses):
    one, two, *_ = houses
    file(
        northern,
        "2025-01",
        output(1, "A", "1000", "R0"),
        sale(5, "A", "90", one, "INV1"),
        purchase(25, "C", "89", two, "INV3"),
    )
    file(
        one,
        "2025-01",
        purchase(5, "A", "90", northern, "INV1", northern),
        feed(6, "A", "90", "R1", northern),
        output(8, "B", "89.5", "R1"),
        sale(9, "B", "89.5", two, "INV2"),
    )
    file(
        two,
        "2025-01",
        purchase(10, "B", "89.5", one, "INV2"),
        feed(11, "B", "89.5", "R2", one),
        output(12, "C", "89", "R2"),
        sale(24, "C", "89", northern, "INV3"),
    )

    [finding] = found("circular_trade")

    assert (finding.enterprise, finding.lot.number) == (northern, "C")
    assert finding.arithmetic["through"] == 2
