"""Months and civil days."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.kernel.period import Month, civil_day, deadline_of, end_of, start_of, year_months


@pytest.mark.parametrize("text", ["2025-3", "2025-13", "2025-00", "25-03", "2025-03-01", "", "x"])
def test_parse_refuses_what_is_no_month(text):
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


@pytest.mark.parametrize(
    ("month", "months", "expected"),
    [("2025-12", 1, "2026-01"), ("2025-01", -1, "2024-12"), ("2025-03", 24, "2027-03")],
)
def test_months_add_over_the_year(month, months, expected):
    assert str(Month.parse(month) + months) == expected
    assert Month.parse(expected) - months == Month.parse(month)


def test_month_knows_its_days():
    february = Month(2024, 2)

    assert (february.first_day, february.last_day) == (date(2024, 2, 1), date(2024, 2, 29))
    assert date(2024, 2, 29) in february
    assert date(2024, 3, 1) not in february


def test_months_have_an_order():
    assert sorted([Month(2025, 2), Month(2024, 12)]) == [Month(2024, 12), Month(2025, 2)]
    assert [str(month) for month in year_months(2025)][::11] == ["2025-01", "2025-12"]


def test_civil_day_is_the_day_in_china():
    assert civil_day(datetime(2025, 3, 9, 15, 59, tzinfo=UTC)) == date(2025, 3, 9)
    assert civil_day(datetime(2025, 3, 9, 16, 0, tzinfo=UTC)) == date(2025, 3, 10)


def test_a_day_ends_where_the_next_begins():
    assert end_of(date(2025, 3, 10)) == start_of(date(2025, 3, 11))
    assert end_of(date(2025, 3, 10)) - start_of(date(2025, 3, 10)) == timedelta(days=1)


def test_deadline_lies_in_the_month_after():
    assert deadline_of(Month(2025, 12), day=10) == date(2026, 1, 10)
