"""When a cap will be reached: the pace, the range, and how far earlier forecasts were off."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from traceability.rules.forecast import (
    EVEN,
    MONTHS,
    Pool,
    Standing,
    Tried,
    YearUse,
    expected_total,
    forecast,
    month_shares,
    pool_of,
    spread_of_months,
    tried_forecast,
)

D = Decimal
TEN = (D(10),) * MONTHS
LATE = (D(0),) * 6 + (D(20),) * 6


def standing(cap="120", through=6, months=TEN, **facts):
    return Standing(1, "separation", D(cap), tuple(months), through, **facts)


def told(given=None, *, shares=EVEN, pool=(), tests=()):
    return forecast(
        given or standing(), shares=shares, basis="even", tests=tests, pool=pool_of(pool)
    )


def tried(*rests):
    return [Tried(2020 + n, D(100), D(100), D(n) / 100, D(rest)) for n, rest in enumerate(rests)]


def test_an_even_pace_reaches_the_cap_at_the_end_of_the_year():
    assert told().total_kg == pytest.approx(D(120))
    assert told(standing(cap="119.999")).reaches == 12
    assert told(standing(cap="120.001")).reaches is None


@pytest.mark.parametrize(
    ("cap", "month"), [("60", 6), ("60.001", 7), ("70", 7), ("90", 9), ("59.999", 6), ("5", 1)]
)
def test_the_month_is_the_first_at_whose_end_the_cap_is_used_up(cap, month):
    assert told(standing(cap=cap)).reaches == month


def test_what_was_reached_is_reached_whatever_the_pace():
    one = told(standing(cap="30"), pool=tried("0", "0", "0", "0", "5"))

    assert (one.reached, one.reaches, one.earliest, one.latest) == (3, 3, 3, 3)


def test_the_pace_is_read_by_what_the_months_usually_hold():
    shares = month_shares([YearUse.of(2024, LATE)])

    assert expected_total(LATE, 9, shares) == 120
    assert expected_total(LATE, 6, shares) is None  # nothing is usually made until then
    assert expected_total(TEN, 6, EVEN) == pytest.approx(D(120))


def test_who_began_in_the_year_is_measured_from_its_first_month():
    months = (D(0),) * 6 + (D(10),) * 6

    total = expected_total(months, 9, EVEN, since=7)

    assert total == pytest.approx(D(60))


def test_month_shares_are_medians_that_add_up_to_one():
    spike = (D(1000), *(D(10),) * 11)

    shares = month_shares([YearUse.of(2020, months) for months in (TEN, TEN, spike)])

    assert sum(shares) == pytest.approx(D(1))
    assert shares[0] == pytest.approx(D(1) / 12)
    assert month_shares([]) is None
    assert YearUse.of(2024, (D(0),) * 12) is None


def test_an_earlier_year_tells_how_far_the_forecast_would_have_been_off():
    tested = tried_forecast(YearUse.of(2024, LATE), 9, EVEN)

    assert tested.forecast_kg == pytest.approx(D(80))
    assert tested.error == pytest.approx(D(-40) / 120)
    assert tested.rest == pytest.approx(D(3))  # 60 came where 20 had been forecast
    assert tried_forecast(YearUse.of(2024, TEN), 0, EVEN) is None


def test_the_range_is_what_the_rest_came_to_in_earlier_years():
    one = told(pool=tried("0.5", "0.5", "1", "1.5", "1.5"))

    assert (one.low_kg, one.high_kg) == (pytest.approx(D(90)), pytest.approx(D(150)))
    assert one.range_basis == "tests"
    assert (one.typical_error, one.tested) == (D("0.02"), 5)
    assert (one.earliest, one.latest) == (10, None)
    assert one.high_path[11] == pytest.approx(D(150))


def test_with_too_few_earlier_years_the_months_of_this_one_give_the_range_and_no_error():
    months = (D(5), D(5), D(5), D(15), D(15), D(15), *(D(0),) * 6)

    one = told(standing(months=months), pool=tried("1", "1", "1", "1"))

    assert one.range_basis == "months"
    assert (one.typical_error, one.tested) == (None, 4)
    assert (one.low_kg, one.high_kg) == (pytest.approx(D(90)), pytest.approx(D(150)))


def test_with_two_months_filed_nothing_is_said_of_a_range():
    one = told(standing(through=2))

    assert (one.low_kg, one.high_kg, one.range_basis) == (None, None, "")
    assert one.total_kg == pytest.approx(D(120))


def test_before_anything_is_filed_nothing_is_expected():
    one = told(standing(through=0))

    assert (one.total_kg, one.reaches, one.path) == (None, None, ())


def test_who_made_nothing_is_not_expected_to_reach_its_cap():
    one = told(standing(months=(D(0),) * 12))

    assert (one.total_kg, one.reaches) == (0, None)


def test_spreads_need_enough_to_say_anything():
    assert pool_of(tried("1", "1", "1", "1")) == Pool(4)
    five = pool_of(tried("5", "1", "3", "2", "4"))
    assert (five.low, five.high, five.typical_error) == (D("1.4"), D("4.6"), D("0.02"))
    assert spread_of_months(TEN, 2, EVEN) is None
    assert spread_of_months((D(0),) * 12, 6, EVEN) is None


masses = st.decimals(min_value=0, max_value=10**7, places=3)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(masses, min_size=12, max_size=12),
    st.integers(0, 12),
    st.decimals(min_value=1, max_value=10**8, places=3),
    st.lists(st.lists(masses, min_size=12, max_size=12), max_size=3),
)
def test_whatever_the_figures_the_range_is_around_and_the_path_never_falls(
    months, through, cap, past
):
    years = [each for months in past if (each := YearUse.of(2024, months))]
    shares = month_shares(years) or EVEN
    given_standing = standing(cap=cap, through=through, months=months)

    one = forecast(given_standing, shares=shares, basis="own", tests=(), pool=Pool())

    if one.total_kg is not None:
        assert one.total_kg >= given_standing.used_kg
        ahead = [kg for kg in one.path if kg is not None]
        assert ahead == sorted(ahead)
    if one.low_kg is not None:
        assert one.low_kg <= one.high_kg
        assert (one.latest or 13) >= (one.earliest or 13)
