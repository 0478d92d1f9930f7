"""Caps of the present year, what was produced under them month by month, and in earlier years."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import connection

from allocations.queries import caps
from portal.kernel.quantity import ZERO
from traceability.rules.forecast import (
    EVEN,
    MONTHS,
    Forecast,
    Pool,
    Shares,
    Standing,
    Tried,
    YearUse,
    forecast,
    month_shares,
    pool_of,
    tried_forecast,
)

HISTORY_YEARS = 5
# Mining undivided is history; nothing is counted in it.
Key = tuple[int, str]

# Twelve months in a row for each enterprise, category and year, the latest year first.
_MONTHS = ", ".join(
    f"coalesce(sum(reo_kg) filter (where extract(month from month) = {number}), 0)"
    for number in range(1, MONTHS + 1)
)
_USED = f"""
select enterprise_id, category, extract(year from month)::int as year, array[{_MONTHS}]
  from traceability_capuse
 where month between %(from)s and %(to)s
 group by 1, 2, 3
 order by 3 desc
"""
# The months filed of each enterprise and year, as one number with a bit for each.
_FILED = """
select enterprise_id, extract(year from month)::int,
       bit_or(1 << (extract(month from month)::int - 1))
  from traceability_filing
 where status = 'submitted' and month between %(from)s and %(to)s
 group by 1, 2
"""
WHOLE_YEAR = (1 << MONTHS) - 1


@dataclass
class Ledger:
    """Production by enterprise and category: the months of `year`, and earlier years filed whole.

    Read for all enterprises at once: what earlier years tell is told by all of a category.
    """

    year: int
    months: dict[Key, list[Decimal]] = field(default_factory=dict)
    past: dict[Key, list[YearUse]] = field(default_factory=dict)
    filed: dict[tuple[int, int], int] = field(default_factory=dict)
    _of_category: dict[tuple[str, int | None], Shares | None] = field(default_factory=dict)
    _pools: dict[tuple[str, int], Pool] = field(default_factory=dict)

    def shares(self, key: Key, *, without: int | None = None) -> tuple[Shares, str]:
        """What each month usually holds, and who tells it; `without` leaves a year out."""
        own = month_shares([each for each in self.past.get(key, ()) if each.year != without])
        if own is not None:
            return own, "own"
        of_all = self._category_shares(key[1], without)
        return (of_all, "category") if of_all is not None else (EVEN, "even")

    def tests(self, key: Key, through: int) -> list[Tried]:
        """The forecast at `through`, made in each of the enterprise's earlier years."""
        made = []
        for past in self.past.get(key, ()):
            shares, _basis = self.shares(key, without=past.year)
            if (tried := tried_forecast(past, through, shares)) is not None:
                made.append(tried)
        return made

    def pool(self, category: str, through: int) -> Pool:
        """What the tests of everybody in a category say together."""
        if (category, through) not in self._pools:
            self._pools[category, through] = pool_of(
                [
                    tried
                    for key in self.past
                    if key[1] == category
                    for tried in self.tests(key, through)
                ]
            )
        return self._pools[category, through]

    def _category_shares(self, category: str, without: int | None) -> Shares | None:
        if (category, without) not in self._of_category:
            sums: dict[int, list[Decimal]] = {}
            for key, years in self.past.items():
                for past in years if key[1] == category else ():
                    if past.year != without:
                        whole = sums.setdefault(past.year, [ZERO] * MONTHS)
                        sums[past.year] = [a + b for a, b in zip(whole, past.months, strict=True)]
            found = [YearUse.of(year, months) for year, months in sums.items()]
            self._of_category[category, without] = month_shares([each for each in found if each])
        return self._of_category[category, without]


def ledger_of(year: int) -> Ledger:
    """Production and filings of `year` and the years before it, of everybody."""
    ledger = Ledger(year)
    facts = {"from": date(year - HISTORY_YEARS, 1, 1), "to": date(year, 12, 1)}
    with connection.cursor() as cursor:
        cursor.execute(_FILED, facts)
        ledger.filed = {(pk, of_year): bits for pk, of_year, bits in cursor.fetchall()}
        cursor.execute(_USED, facts)
        for enterprise, category, of_year, months in cursor:
            if of_year == year:
                ledger.months[enterprise, category] = months
            elif ledger.filed.get((enterprise, of_year)) == WHOLE_YEAR and (
                past := YearUse.of(of_year, months)
            ):
                ledger.past.setdefault((enterprise, category), []).append(past)
    return ledger


def forecasts_of(year: int, enterprises: Collection[int] | None = None) -> list[Forecast]:
    """A forecast of every cap of `year` above nothing, or of those of `enterprises`."""
    ledger = ledger_of(year)
    told = []
    for standing in _standings(ledger, enterprises):
        key = (standing.enterprise_id, standing.category)
        shares, basis = ledger.shares(key)
        told.append(
            forecast(
                standing,
                shares=shares,
                basis=basis,
                tests=ledger.tests(key, standing.through),
                pool=ledger.pool(key[1], standing.through) if standing.through else Pool(),
            )
        )
    return told


def reached_of(year: int, enterprises: Collection[int]) -> Mapping[Key, int]:
    """The month in which each cap of `year` was or will be reached, of those that are expected to.

    `allocations` asks it through the setting FORECAST_SOURCE. Without ranges and errors, which
    take longer.
    """
    ledger = ledger_of(year)
    months: dict[Key, int] = {}
    for standing in _standings(ledger, enterprises):
        key = (standing.enterprise_id, standing.category)
        shares, basis = ledger.shares(key)
        told = forecast(standing, shares=shares, basis=basis, tests=(), pool=Pool())
        if told.reaches is not None:
            months[key] = told.reaches
    return months


def _standings(ledger: Ledger, enterprises: Collection[int] | None) -> Iterator[Standing]:
    """Every cap of the year above nothing, or those of `enterprises`, with what is used of it."""
    for row in caps(ledger.year, None if enterprises is None else list(enterprises)):
        if row.cap_kg > 0:
            key = (row.enterprise_id, row.category)
            bits = ledger.filed.get((row.enterprise_id, ledger.year), 0)
            through, since = bits.bit_length(), (bits & -bits).bit_length()
            yield Standing(
                *key,
                cap_kg=row.cap_kg,
                months=tuple(ledger.months.get(key, [ZERO] * MONTHS)),
                through=through,
                missing=through - since + 1 - bits.bit_count() if bits else 0,
                since=since,
            )
