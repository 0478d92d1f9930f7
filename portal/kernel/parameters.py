"""The settings that hold on a day, and the calendar of working days."""

from datetime import date

from portal.kernel.calendar import Calendar
from portal.kernel.models import Holiday, Parameter


def value_of(name: Parameter.Name, *, on: date) -> int:
    """The value of one setting as it holds on a day. Raises Parameter.DoesNotExist before any."""
    return (
        Parameter.objects.filter(name=name, from_day__lte=on)
        .order_by("-from_day", "-id")
        .values_list("value", flat=True)[:1]
        .get()
    )


def working_calendar() -> Calendar:
    """The calendar as it is on record."""
    rows = list(Holiday.objects.values_list("day", "is_working"))
    return Calendar(
        holidays=frozenset(day for day, is_working in rows if not is_working),
        make_up_days=frozenset(day for day, is_working in rows if is_working),
    )
