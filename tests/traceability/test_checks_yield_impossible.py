"""yield_impossible: a run's outputs hold more REO than its inputs, beyond the tolerance."""

from datetime import date

import pytest

from tests.traceability.ledger import (
    extraction,
    feed,
    file,
    found,
    kg,
    months,
    nil,
    output,
    runs,
    said,
)

pytestmark = pytest.mark.django_db


def one_run(enterprise, given: str, **fields: str) -> None:
    """A thousand kg REO go into a run in January."""
    file(
        enterprise,
        "2025-01",
        extraction(2, "A", "2000"),
        feed(3, "A", "2000", "R1"),
        output(9, "B", given, "R1", **fields),
    )
    nil(enterprise, *months(2, 12))


@pytest.mark.parametrize(
    ("given", "excess"),
    [
        ("970", None),
        ("1000", None),  # nothing lost: odd, not impossible
        ("1005.5", None),  # half a percent and half a kilogram: exactly the tolerance
        ("1005.501", "5.501"),
        ("1400", "400"),
    ],
)
def test_yield_impossible_beyond_the_tolerance(northern, given, excess):
    one_run(northern, given)

    findings = found("yield_impossible")

    assert [each.amount_kg for each in findings] == ([kg(excess)] if excess else [])


def test_yield_impossible_tells_the_arithmetic(northern):
    one_run(northern, "1400")

    [finding] = found("yield_impossible")

    assert (finding.run, finding.lot.number, str(finding.month)) == ("R1", "B", "2025-01")
    assert finding.severity == "high"
    assert "was fed 1,000.000 kg REO and gave 1,400.000 kg REO, 400.000 kg more" in said(finding)
    assert "140.00 % recovery" in said(finding)


def test_a_run_out_of_nothing(northern):
    file(northern, "2025-01", output(9, "B", "50", "R1"))
    nil(northern, *months(2, 12))

    [finding] = found("yield_impossible")

    assert finding.amount_kg == kg("50")
    assert "∞" in said(finding)


def test_a_run_fed_in_the_month_before(northern):
    file(northern, "2025-01", extraction(2, "A", "2000"), feed(30, "A", "2000", "R1"))
    file(northern, "2025-02", output(2, "B", "950", "R1"))
    nil(northern, *months(3, 12))

    assert found("yield_impossible") == []


def test_a_feed_whose_grade_nobody_filed_leaves_the_run_unjudged(northern, southern):
    file(northern, "2025-01", feed(3, "X", "10", "R1", southern), output(9, "B", "950", "R1"))
    nil(northern, *months(2, 12))

    assert found("yield_impossible") == []


def test_a_month_that_was_not_filed_may_hold_the_feed(northern):
    nil(northern, "2025-01")
    file(northern, "2025-03", output(2, "B", "950", "R1"))
    nil(northern, *months(4, 12))

    assert found("yield_impossible") == []

    file(northern, "2025-02")
    assert len(found("yield_impossible", date(2026, 6, 1))) == 1


@pytest.mark.parametrize(
    ("shares", "fires"),
    [
        (["1.004"] * 8, True),
        (["1.004"] * 5, False),  # too few to tell
        (["1.001"] * 8, False),  # goods that are only repacked, on scales that err
        (["0.985", "1.004"] * 4, False),
    ],
)
def test_runs_that_never_lose_anything(northern, shares, fires):
    runs(northern, shares)

    findings = found("yield_impossible")

    assert [each.key for each in findings] == (
        [f"{northern.pk}:together:compound"] if fires else []
    )
    assert all("every real run loses some" in said(each) for each in findings)
