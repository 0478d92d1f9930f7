"""Working days: the week, but for public holidays and make-up working days."""

from dataclasses import dataclass, field
from datetime import date, timedelta

_SATURDAY = 5
_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which work differs from the week; all others follow it."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    make_up_days: frozenset[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        """Whether offices work on `day`."""
        if day in self.make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add(self, day: date, working_days: int) -> date:
        """The n-th working day after `day`; `day` itself for none. Raises ValueError below 0."""
        if working_days < 0:
            raise ValueError(f"no working days back: {working_days}")
        while working_days:
            day += _ONE
            working_days -= self.is_working(day)
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days lie after `first`, up to and including `last`."""
        return sum(
            self.is_working(first + n * _ONE) for n in range(1, max((last - first).days, 0) + 1)
        )

    def covers(self, year: int) -> bool:
        """Whether anything is on record for `year`; without, weekends alone are free."""
        return any(day.year == year for day in self.holidays)
