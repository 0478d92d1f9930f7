"""Months and civil days of Asia/Shanghai, as values."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

CIVIL = ZoneInfo("Asia/Shanghai")

_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month; filings, caps and findings are kept by it."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and 1900 <= self.year <= 9999):
            raise ValueError(f"no such month: {self.year}-{self.number}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2025-03`; raises ValueError for anything else."""
        if not (match := _MONTH.fullmatch(text)):
            raise ValueError(f"not a month (YYYY-MM): {text!r}")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """The month `day` lies in."""
        return cls(day.year, day.month)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def __add__(self, months: int) -> "Month":
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    def __sub__(self, months: int) -> "Month":
        return self + -months

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def year_months(year: int) -> list[Month]:
    """The twelve months of `year`."""
    return [Month(year, number) for number in range(1, 13)]


def civil_day(at: datetime) -> date:
    """The day in China at the instant `at` (aware)."""
    return at.astimezone(CIVIL).date()


def start_of(day: date) -> datetime:
    """The first instant of `day` in China."""
    return datetime.combine(day, time.min, tzinfo=CIVIL)


def end_of(day: date) -> datetime:
    """The first instant after `day` in China: what happens before it still happens that day."""
    return start_of(day + timedelta(days=1))


def deadline_of(month: Month, *, day: int) -> date:
    """The last day to file `month`: the `day`th of the month after it, that day included."""
    return (month + 1).first_day + timedelta(days=day - 1)
