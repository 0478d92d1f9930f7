"""cap_nearly_used: 90 % or more of a cap is used."""

import pytest

from tests.traceability.ledger import extraction, file, found, give_cap, said

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("mined", "fires"),
    [
        ("1799.9", False),
        ("1800", True),  # exactly nine tenths
        ("2000", True),  # the whole cap, and not over it
        ("2002", True),  # within the tolerance of over_cap
        ("2003", False),  # over_cap says it
    ],
)
def test_cap_nearly_used_from_nine_tenths_to_the_cap(northern, mined, fires):
    give_cap(northern, "mining_rock", "1000")
    file(northern, "2025-01", extraction(5, "A", mined))

    assert bool(found("cap_nearly_used")) is fires


def test_cap_nearly_used_says_what_is_left(northern):
    give_cap(northern, "mining_rock", "1000")
    file(northern, "2025-01", extraction(5, "A", "1000"))
    file(northern, "2025-02", extraction(5, "B", "900"))

    [finding] = found("cap_nearly_used")

    assert (str(finding.month), finding.severity) == ("2025-02", "low")
    assert "95.0 % of the cap of 1.000 t; 0.050 t are left" in said(finding)
