"""no_cap: counted production in a category without an allocation."""

import pytest

from tests.traceability.ledger import extraction, feed, file, found, give_cap, kg, output

pytestmark = pytest.mark.django_db


def test_no_cap_names_the_category_without_an_allocation(northern):
    give_cap(northern, "mining_rock", "1000")
    file(
        northern,
        "2025-03",
        extraction(5, "A", "1000"),
        extraction(6, "B", "500", product="ORE-ION-M"),
    )

    [finding] = found("no_cap")

    assert (finding.category, finding.amount_kg) == ("mining_ionic", kg("250"))
    assert (str(finding.month), finding.lot.number) == ("2025-03", "B")
    assert found("over_cap") == []


def test_no_cap_is_one_finding_for_the_year(northern):
    for month, lot in (("2025-01", "A"), ("2025-05", "B")):
        file(northern, month, extraction(5, lot, "1000"))

    [finding] = found("no_cap")

    assert (str(finding.month), finding.amount_kg, finding.lot) == ("2025-01", kg("1000"), None)


def test_no_cap_leaves_metal_works_alone(northern, southern):
    file(
        southern,
        "2025-01",
        feed(3, "OX", "100", "R1", northern),
        output(4, "M", "80", "R1", product="MET-PRND", percent="115"),
    )

    assert found("no_cap") == []


def test_a_cap_of_another_year_is_none(northern):
    give_cap(northern, "mining_rock", "1000", year=2024)
    file(northern, "2025-01", extraction(5, "A", "1000"))

    assert len(found("no_cap")) == 1
