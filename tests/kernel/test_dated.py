"""Which dated row holds."""

from datetime import date

import pytest

from portal.kernel.dated import holding

ROWS = [
    (1, "cooling off", date(2025, 1, 1)),
    (2, "cooling off", date(2025, 7, 1)),
    (3, "deadline", date(2025, 1, 1)),
    (4, "deadline", date(2025, 1, 1)),  # entered later, for the same day
]


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date(2024, 12, 31), set()),
        (date(2025, 1, 1), {1, 4}),  # its first day
        (date(2025, 6, 30), {1, 4}),
        (date(2025, 7, 1), {2, 4}),
    ],
)
def test_holding(day, held):
    assert holding(ROWS, day=day) == held
