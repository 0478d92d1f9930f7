"""quantity_mismatch: both sides recorded a shipment, apart by more than the tolerance."""

from datetime import date
from decimal import Decimal

import pytest

from tests.traceability.ledger import extraction, file, found, kg, months, nil, purchase, said, sale
from traceability.models import Tolerance

pytestmark = pytest.mark.django_db


def shipped(northern, southern, sold: str, *arrivals: tuple[str, int, str]) -> None:
    """One sale of March and its arrivals (month, day, kg), in otherwise empty years."""
    for each in months(1, 12):
        rows = [extraction(1, "A", "9000"), sale(25, "A", sold, southern)]
        file(northern, each, *(rows if each == "2025-03" else []))
    for each in months(1, 12):
        file(
            southern,
            each,
            *[purchase(day, "A", mass, northern) for month, day, mass in arrivals if month == each],
        )


@pytest.mark.parametrize(
    ("sold", "arrived", "apart"),
    [
        ("1000", "996.5", None),  # two scales
        ("1000", "990", None),  # one percent of the larger: exactly the tolerance
        ("1000", "989.999", "10.001"),
        ("990", "1000", None),
        ("989.999", "1000", "10.001"),
        ("20", "19", None),  # one kg: exactly the least
        ("20", "18.999", "1.001"),
    ],
)
def test_quantity_mismatch_beyond_the_tolerance(northern, southern, sold, arrived, apart):
    shipped(northern, southern, sold, ("2025-03", 27, arrived))

    findings = found("quantity_mismatch")

    assert [each.amount_kg for each in findings] == ([kg(apart)] if apart else [])


def test_quantity_mismatch_shows_both_sides(northern, southern):
    shipped(northern, southern, "1000", ("2025-04", 1, "900"))

    [finding] = found("quantity_mismatch")

    assert (finding.enterprise, finding.counterparty) == (northern, southern)
    assert (str(finding.month), finding.severity) == ("2025-03", "medium")
    assert len(finding.arithmetic["records"]) == len(finding.arithmetic["other_records"]) == 1
    assert "100.000 kg, 10.00 %, apart" in said(finding)


def test_deliveries_under_one_document_add_up(northern, southern):
    shipped(northern, southern, "1000", ("2025-03", 27, "600"), ("2025-04", 2, "399"))

    assert found("quantity_mismatch") == []


@pytest.mark.parametrize(
    ("as_of", "fires"), [(date(2025, 5, 10), False), (date(2025, 5, 11), True)]
)
def test_a_part_may_still_be_under_way(northern, southern, as_of, fires):
    shipped(northern, southern, "1000", ("2025-03", 27, "600"))

    assert bool(found("quantity_mismatch", as_of)) is fires


def test_a_buyer_that_has_not_filed_may_hold_the_rest(northern, southern):
    nil(northern, "2025-01", "2025-02")
    file(northern, "2025-03", extraction(1, "A", "9000"), sale(25, "A", "1000", southern))
    nil(northern, *months(4, 12))
    nil(southern, "2025-01", "2025-02")
    file(southern, "2025-03", purchase(27, "A", "600", northern))
    nil(southern, *months(5, 12))

    assert found("quantity_mismatch") == []


def test_a_finding_keeps_the_tolerances_that_judged_it(northern, southern):
    Tolerance.objects.create(
        name="quantity_tolerance_percent", value=Decimal("5"), valid_from=date(2025, 6, 1)
    )
    shipped(northern, southern, "1000", ("2025-03", 27, "970"))

    [early] = found("quantity_mismatch", date(2025, 5, 31))
    assert early.arithmetic["tolerances"]["quantity_tolerance_percent"] == "1.0000"

    assert found("quantity_mismatch", date(2025, 6, 1)) == []


@pytest.mark.parametrize(
    ("shares", "fires"),
    [
        (["0.994"] * 8, True),
        (["1.006"] * 8, True),
        (["0.994"] * 7, False),  # too few to tell
        (["0.996"] * 8, False),  # as far as two scales may lie apart
        (["0.994", "1.006"] * 4, False),  # now this way and now that
    ],
)
def test_shipments_within_the_tolerance_that_all_differ_one_way(northern, southern, shares, fires):
    sold = [sale(9, f"A{n}", "1000", southern, f"INV{n}") for n in range(len(shares))]
    came = [
        purchase(11, f"A{n}", str(1000 * Decimal(share)), northern, f"INV{n}")
        for n, share in enumerate(shares)
    ]
    made = [extraction(1, f"A{n}", "9000") for n in range(len(shares))]
    file(northern, "2025-03", *made, *sold)
    file(southern, "2025-03", *came)

    findings = found("quantity_mismatch")

    assert [each.amount_kg for each in findings] == ([kg("48")] if fires else [])
    assert all("nearly all differ the same way, by 0.60 %" in said(each) for each in findings)
