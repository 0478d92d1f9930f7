"""When a cap will be reached at the present pace, and how far such a forecast was off before.

The method, simple on purpose. What was produced up to a month is divided by the part of a year that
these months usually hold: that is the year expected. Which part they usually hold is the median of
the enterprise's own earlier years, else of all enterprises in the category, else an even twelfth a
month. The range is what the rest of the year came to in earlier years, by the same forecast made at
the same month, as a fraction of what had been forecast: from the tenth to the ninetieth percentile
of all enterprises in the category. Masses are kg REO; months are 1 to 12.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median

from portal.kernel.quantity import ZERO

MONTHS = 12
EVEN = tuple(Decimal(1) / MONTHS for _month in range(MONTHS))
# With fewer forecasts of earlier years than these nothing is said of how far they were off.
FEWEST_TESTS = 5
# With fewer months than these nothing is said of how much the months of one year differ.
FEWEST_MONTHS = 3
LOW, HIGH = Decimal("0.1"), Decimal("0.9")

Shares = tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class YearUse:
    """What one enterprise produced of a category in each month of a year that it filed whole.

    `parts`: what each month held of the year, which is more than nothing.
    """

    year: int
    months: tuple[Decimal, ...]
    total: Decimal
    parts: Shares

    @classmethod
    def of(cls, year: int, months: Sequence[Decimal]) -> "YearUse | None":
        """A year; None where nothing was produced in it."""
        total = sum(months, ZERO)
        if total <= 0:
            return None
        return cls(year, tuple(months), total, tuple(kg / total for kg in months))


@dataclass(frozen=True, slots=True)
class Standing:
    """One cap of the present year, and what was produced under it.

    `through`: the last month filed, 0 before the first; `since`: the first one; `missing`: months
    between them that were not filed.
    """

    enterprise_id: int
    category: str
    cap_kg: Decimal
    months: tuple[Decimal, ...]
    through: int
    missing: int = 0
    since: int = 1

    @property
    def used_kg(self) -> Decimal:
        """What was produced up to the last month filed."""
        return sum(self.months[: self.through], ZERO)


@dataclass(frozen=True, slots=True)
class Tried:
    """The same forecast made at the same month of an earlier year, and what came of it.

    `error`: forecast less what was produced, as a fraction of that; `rest`: what the rest of the
    year came to, as a fraction of what had been forecast for it, None where that was nothing.
    """

    year: int
    forecast_kg: Decimal
    produced_kg: Decimal
    error: Decimal
    rest: Decimal | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of one cap. A month of reaching it is 1 to 12; None: not in this year.

    `reached`: it has been. `basis`: own, category or even, whose months the pace was read by.
    `range_basis`: tests (earlier years), months (of this year), or nothing known. `tests` are the
    enterprise's own earlier years; `typical_error` is the median of all tests of the category.
    """

    standing: Standing
    basis: str
    total_kg: Decimal | None = None
    low_kg: Decimal | None = None
    high_kg: Decimal | None = None
    path: tuple[Decimal | None, ...] = ()
    low_path: tuple[Decimal | None, ...] = ()
    high_path: tuple[Decimal | None, ...] = ()
    reached: int | None = None
    reaches: int | None = None
    earliest: int | None = None
    latest: int | None = None
    range_basis: str = ""
    tests: tuple[Tried, ...] = ()
    typical_error: Decimal | None = None
    tested: int = 0


def month_shares(years: Sequence[YearUse]) -> Shares | None:
    """The part of a year that each month usually holds: the median over years; None without any."""
    if not years:
        return None
    parts = [Decimal(median(held)) for held in zip(*(each.parts for each in years), strict=True)]
    total = sum(parts, ZERO)
    return tuple(part / total for part in parts) if total else None


def expected_total(
    months: Sequence[Decimal], through: int, shares: Shares, *, since: int = 1
) -> Decimal | None:
    """The year, going on as its months from `since` to `through` went; None: nothing says."""
    held = sum(shares[since - 1 : through], ZERO)
    used = sum(months[since - 1 : through], ZERO)
    return used / held * sum(shares[since - 1 :], ZERO) if held else None


def tried_forecast(past: YearUse, through: int, shares: Shares) -> Tried | None:
    """Make the forecast at `through` of a year that is over; None where nothing was to forecast."""
    total = expected_total(past.months, through, shares)
    if total is None:
        return None
    used = sum(past.months[:through], ZERO)
    asked = total - used
    return Tried(
        past.year,
        total,
        past.total,
        (total - past.total) / past.total,
        (past.total - used) / asked if asked > 0 else None,
    )


@dataclass(frozen=True, slots=True)
class Pool:
    """What the tests of everybody in a category say together.

    `typical_error`: the median of the errors without their signs. `low` and `high`: the tenth and
    the ninetieth percentile of what rests came to. None with too few tests.
    """

    tested: int = 0
    typical_error: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


def pool_of(tests: Sequence[Tried]) -> Pool:
    """Put tests together; with fewer than FEWEST_TESTS nothing is said but their number."""
    rests = sorted(each.rest for each in tests if each.rest is not None)
    if len(rests) < FEWEST_TESTS:
        return Pool(len(tests))
    return Pool(
        len(tests),
        Decimal(median(abs(each.error) for each in tests)),
        _quantile(rests, LOW),
        _quantile(rests, HIGH),
    )


def spread_of_months(
    months: Sequence[Decimal], through: int, shares: Shares
) -> tuple[Decimal, Decimal] | None:
    """The slowest and the fastest three months running of this year, beside its mean pace."""
    held = [
        (sum(months[i : i + FEWEST_MONTHS], ZERO), sum(shares[i : i + FEWEST_MONTHS], ZERO))
        for i in range(through - FEWEST_MONTHS + 1)
    ]
    paces = [kg / part for kg, part in held if part]
    mean = expected_total(months, through, shares)
    return (min(paces) / mean, max(paces) / mean) if paces and mean else None


def forecast(
    standing: Standing,
    *,
    shares: Shares,
    basis: str,
    tests: Sequence[Tried],
    pool: Pool,
) -> Forecast:
    """What is expected of one cap; `tests` are its own, `pool` all of the category."""
    told = Forecast(
        standing,
        basis,
        reached=_first_over(_running(standing.months, standing.through), standing.cap_kg),
        tests=tuple(tests),
        typical_error=pool.typical_error,
        tested=pool.tested,
    )
    total = expected_total(standing.months, standing.through, shares, since=max(standing.since, 1))
    if total is None:
        return told
    spread, range_basis = None, ""
    if pool.low is not None and pool.high is not None:
        spread, range_basis = (pool.low, pool.high), "tests"
    elif within := spread_of_months(standing.months, standing.through, shares):
        spread, range_basis = within, "months"
    return _with_range(told, total, shares, spread, range_basis)


def _with_range(
    told: Forecast,
    total: Decimal,
    shares: Shares,
    spread: tuple[Decimal, Decimal] | None,
    range_basis: str,
) -> Forecast:
    standing = told.standing
    used = standing.used_kg
    rest = max(total - used, ZERO)
    low, high = (used + rest * each for each in spread) if spread else (None, None)

    def path(year_kg: Decimal | None) -> tuple[Decimal | None, ...]:
        return () if year_kg is None else tuple(_path(standing, year_kg, shares))

    def reaches(path: Sequence[Decimal | None]) -> int | None:
        return told.reached or _first_over(path, standing.cap_kg)

    expected, low_path, high_path = path(used + rest), path(low), path(high)
    return replace(
        told,
        total_kg=used + rest,
        low_kg=low,
        high_kg=high,
        path=expected,
        low_path=low_path,
        high_path=high_path,
        reaches=reaches(expected),
        earliest=reaches(high_path),
        latest=reaches(low_path),
        range_basis=range_basis,
    )


def _running(months: Sequence[Decimal], through: int) -> list[Decimal | None]:
    """What is used up to the end of each month filed."""
    return [sum(months[: i + 1], ZERO) if i < through else None for i in range(MONTHS)]


def _path(standing: Standing, total: Decimal, shares: Shares) -> list[Decimal | None]:
    """What will be used up to the end of each month still to come; before it nothing is said."""
    used, through = standing.used_kg, standing.through
    left = sum(shares[through:], ZERO)
    path: list[Decimal | None] = [None] * MONTHS
    if through:
        path[through - 1] = used
    for i in range(through, MONTHS):
        part = sum(shares[through : i + 1], ZERO) / left if left else ZERO
        path[i] = used + (total - used) * part
    return path


def _first_over(path: Sequence[Decimal | None], cap_kg: Decimal) -> int | None:
    """The first month at whose end the cap is used up; exactly used up is."""
    for month, kg in enumerate(path, start=1):
        if kg is not None and kg > 0 and kg >= cap_kg:
            return month
    return None


def _quantile(ordered: Sequence[Decimal], share: Decimal) -> Decimal:
    """Between the two values that the place lies between, linearly."""
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)
