"""Working days."""

from datetime import date

import pytest

from portal.kernel.calendar import Calendar
from portal.kernel.models import Parameter
from portal.kernel.parameters import value_of, working_calendar

# Thursday 1 to Sunday 4 May are free, Sunday 27 April is worked for it.
LABOUR = Calendar(
    holidays=frozenset({date(2025, 5, 1), date(2025, 5, 2), date(2025, 5, 5)}),
    make_up_days=frozenset({date(2025, 4, 27)}),
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 4, 25), True),  # Friday
        (date(2025, 4, 26), False),  # Saturday
        (date(2025, 4, 27), True),  # Sunday, worked
        (date(2025, 5, 1), False),
        (date(2025, 5, 6), True),
    ],
)
def test_is_working(day, works):
    assert LABOUR.is_working(day) is works


@pytest.mark.parametrize(
    ("day", "days", "then"),
    [
        (date(2025, 4, 30), 0, date(2025, 4, 30)),
        (date(2025, 4, 25), 1, date(2025, 4, 27)),  # the worked Sunday
        (date(2025, 4, 30), 1, date(2025, 5, 6)),  # over the holiday
        (date(2025, 5, 3), 1, date(2025, 5, 6)),  # from a free day
        (date(2025, 12, 31), 2, date(2026, 1, 2)),  # over the year's end, nothing on record
    ],
)
def test_add(day, days, then):
    assert LABOUR.add(day, days) == then


def test_add_refuses_to_count_back():
    with pytest.raises(ValueError, match="-1"):
        LABOUR.add(date(2025, 4, 30), -1)


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2025, 4, 30), date(2025, 4, 30), 0),
        (date(2025, 4, 30), date(2025, 5, 5), 0),
        (date(2025, 4, 30), date(2025, 5, 6), 1),
        (date(2025, 4, 25), date(2025, 4, 28), 2),
        (date(2025, 4, 28), date(2025, 4, 25), 0),
    ],
)
def test_between_is_the_reverse_of_add(first, last, count):
    assert LABOUR.between(first, last) == count


@pytest.mark.django_db
def test_the_calendar_on_record_knows_spring_festival_and_its_years():
    calendar = working_calendar()

    assert not calendar.is_working(date(2026, 2, 16))
    assert calendar.is_working(date(2026, 2, 14))
    assert [calendar.covers(year) for year in (2025, 2026, 2027)] == [True, True, False]


@pytest.mark.django_db
def test_value_of_follows_the_day():
    name = Parameter.Name.COOLING_OFF_WORKING_DAYS
    Parameter.objects.create(name=name, value=4, from_day=date(2026, 1, 1))

    assert value_of(name, on=date(2025, 12, 31)) == 1
    assert value_of(name, on=date(2026, 1, 1)) == 4
