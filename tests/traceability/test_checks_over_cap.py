"""over_cap: production counted against a cap exceeds it."""

import pytest

from tests.traceability.ledger import (
    MINED,
    extraction,
    feed,
    file,
    found,
    give_cap,
    kg,
    output,
    purchase,
    said,
)

pytestmark = pytest.mark.django_db
ROCK, SEPARATION = "mining_rock", "separation"


@pytest.mark.parametrize(
    ("mined", "over"),
    [
        ("2000", None),  # 1,000 kg REO: exactly the cap
        ("2002", None),  # one kg over: left alone, what rounding may add up to
        ("2002.004", "1.002"),
        ("4000", "1000"),
    ],
)
def test_over_cap_begins_beyond_the_tolerance(northern, mined, over):
    give_cap(northern, ROCK, "1000")
    file(northern, "2025-01", extraction(5, "A", mined))

    findings = found("over_cap")

    assert [finding.amount_kg for finding in findings] == ([kg(over)] if over else [])


def test_over_cap_is_one_finding_in_the_first_month_over(northern):
    give_cap(northern, ROCK, "1000")
    for month, lot in (("2025-01", "A"), ("2025-02", "B"), ("2025-03", "C")):
        file(northern, month, extraction(5, lot, "1200"))

    [finding] = found("over_cap")

    assert str(finding.month) == "2025-02"
    assert (finding.category, finding.severity) == (ROCK, "high")
    assert finding.amount_kg == kg("800")
    assert "1.800 t REO; the cap is 1.000 t; 0.800 t over" in said(finding)


def test_over_cap_counts_only_the_share_of_separation_that_came_from_ore(northern, southern):
    give_cap(southern, SEPARATION, "400")
    file(northern, "2025-01", extraction(5, "ORE", "1000"), output(6, "OX", "500", "R0"))
    file(
        southern,
        "2025-01",
        purchase(8, "ORE", "1000", northern),
        purchase(8, "OX", "500", northern, "INV2"),
        feed(10, "ORE", "1000", "R1", northern),
        feed(10, "OX", "500", "R1", northern),
        output(20, "S", "900", "R1"),
    )

    [finding] = [each for each in found("over_cap") if each.enterprise == southern]

    assert finding.amount_kg == kg("50")  # half of 900 came from ore


def test_over_cap_takes_the_inputs_up_to_the_month_of_the_output(northern):
    give_cap(northern, ROCK, "10000")
    give_cap(northern, SEPARATION, "100")
    file(northern, "2025-01", extraction(5, "ORE", "1000"), feed(20, "ORE", "1000", "R1"))
    file(northern, "2025-02", output(3, "S", "300", "R1"))

    [finding] = found("over_cap")

    assert (str(finding.month), finding.amount_kg) == ("2025-02", kg("200"))


def test_over_cap_leaves_recycled_feed_out(northern):
    give_cap(northern, SEPARATION, "100")
    scrap = extraction(5, "SCRAP", "1000", product="MAG-NDFEB", percent="30")
    file(
        northern,
        "2025-01",
        type(scrap)("recycled", 5, "SCRAP", "1000", None, scrap.fields | {"document": "R"}),
        feed(6, "SCRAP", "1000", "R1"),
        output(9, "S", "290", "R1"),
    )

    assert found("over_cap") == []


def test_over_cap_adds_up_every_decision_of_the_year(northern):
    give_cap(northern, ROCK, "1000")
    give_cap(northern, ROCK, "1000")
    give_cap(northern, ROCK, "1000", year=2024)
    file(northern, "2025-01", extraction(5, "A", "4000", MINED))

    assert found("over_cap") == []


def test_mining_given_undivided_counts_all_ores_together(northern):
    give_cap(northern, "mining", "1000")
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1000"),
        extraction(6, "B", "1200", product="ORE-ION-M"),
    )

    [finding] = found("over_cap")

    assert (finding.category, finding.amount_kg) == ("mining", kg("100"))
