"""cap_relief_amendment: counted production lowered after a cap was exceeded or nearly used."""

from datetime import datetime

import pytest

from portal.kernel.period import CIVIL
from tests.traceability.ledger import (
    extraction,
    feed,
    file,
    found,
    give_cap,
    kg,
    months,
    nil,
    output,
    recycled,
    said,
)

pytestmark = pytest.mark.django_db

LATER = datetime(2026, 1, 12, 10, tzinfo=CIVIL)


def mined(enterprise, *masses: str) -> None:
    """One extraction a month, kg REO; the rest of the year is idle."""
    for number, mass in enumerate(masses, start=1):
        file(enterprise, f"2025-{number:02}", extraction(2, f"A{number}", mass, percent="100"))
    nil(enterprise, *months(len(masses) + 1, 12))


@pytest.mark.parametrize(
    ("cap", "severity"),
    [("290", "high"), ("300", "medium"), ("333.333", "medium"), ("333.334", None)],
)
def test_lowered_after_a_cap_was_exceeded_or_nearly_used(northern, cap, severity):
    give_cap(northern, "mining_rock", cap)
    mined(northern, "100", "100", "100")
    file(northern, "2025-02", extraction(2, "A2", "60", percent="100"), at=LATER, reason="recount")

    findings = found("cap_relief_amendment")

    assert [each.severity for each in findings] == ([severity] if severity else [])


def test_cap_relief_amendment_tells_what_it_did(northern):
    give_cap(northern, "mining_rock", "290")
    mined(northern, "100", "100", "100")
    file(northern, "2025-02", extraction(2, "A2", "60", percent="100"), at=LATER, reason="recount")

    [finding] = found("cap_relief_amendment")

    assert (finding.category, str(finding.month)) == ("mining_rock", "2025-02")
    assert finding.amount_kg == kg("40")
    assert "Version 2 of 2025-02, submitted on 2026-01-12" in said(finding)
    assert "from 0.100 to 0.060 t REO. By then 0.300 t of the cap of 0.290 t" in said(finding)
    assert "recount" in said(finding)


def test_what_was_filed_later_did_not_use_the_cap_yet(northern):
    give_cap(northern, "mining_rock", "290")
    file(northern, "2025-01", extraction(2, "A1", "100", percent="100"))
    file(northern, "2025-01", extraction(2, "A1", "90", percent="100"), reason="typing error")
    file(northern, "2025-02", extraction(2, "A2", "100", percent="100"))
    file(northern, "2025-03", extraction(2, "A3", "100", percent="100"))
    nil(northern, *months(4, 12))

    assert found("cap_relief_amendment") == []


def test_an_amendment_that_raises_or_leaves_production(northern):
    give_cap(northern, "mining_rock", "290")
    mined(northern, "100", "100", "100")
    file(northern, "2025-02", extraction(2, "A2", "101", percent="100"), at=LATER)
    file(northern, "2025-03", extraction(3, "A3", "100", percent="100"), at=LATER)

    assert found("cap_relief_amendment") == []


def test_the_slip_of_a_decimal_point_put_right(northern):
    give_cap(northern, "mining_rock", "1000")
    mined(northern, "100", "980", "100", "105")
    file(northern, "2025-02", extraction(2, "A2", "98", percent="100"), at=LATER, reason="slip")

    assert found("cap_relief_amendment") == []


def test_feed_renamed_to_scrap_lowers_what_counts(northern):
    give_cap(northern, "separation", "900")
    rows = [extraction(2, "A", "1000", percent="100"), output(9, "B", "900", "R1")]
    file(northern, "2025-01", *rows, feed(3, "A", "1000", "R1"))
    nil(northern, *months(2, 12))
    scrap = recycled(1, "S", "505.051")
    file(
        northern,
        "2025-01",
        *rows,
        scrap,
        feed(3, "A", "500", "R1"),
        feed(3, "S", "500", "R1"),
        at=LATER,
    )

    [finding] = [each for each in found("cap_relief_amendment") if each.category == "separation"]

    assert finding.arithmetic["old_kg"] == "900.000"
