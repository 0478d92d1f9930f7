"""Masses, and dividing them to the gram."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.quantity import apportion, reo_kg, share, shares, to_kg, to_tonnes


@pytest.mark.parametrize(
    ("gross", "percent", "expected"),
    [("1000", "90.89", "908.900"), ("0.001", "50", "0.001"), ("0.001", "49.9", "0.000")],
)
def test_reo_kg_rounds_halves_up(gross, percent, expected):
    assert reo_kg(Decimal(gross), Decimal(percent)) == Decimal(expected)


def test_tonnes_and_kilograms():
    assert to_kg(Decimal("1.2345678")) == Decimal("1234.568")
    assert to_tonnes(Decimal("1234.5")) == Decimal("1.235")


def test_share_of_nothing_is_none():
    assert share(Decimal(1), Decimal(0)) is None
    assert share(Decimal(1), Decimal(4)) == Decimal("0.25")


def test_shares_add_up_to_one_where_each_rounded_would_not():
    parts = [Decimal("240.011"), Decimal("0.694")]

    assert shares(parts, places=3) == [Decimal("0.99712"), Decimal("0.00288")]
    assert shares([Decimal(1)] * 3, places=2) == [
        Decimal(p) for p in ("0.3334", "0.3333", "0.3333")
    ]
    assert shares([Decimal(0), Decimal(0)], places=2) == [0, 0]


def test_apportion_gives_the_largest_remainder_the_last_unit():
    parts = apportion(Decimal(100), [Decimal(1), Decimal(1), Decimal(1)], unit=Decimal(1))

    assert parts == [Decimal(34), Decimal(33), Decimal(33)]


@pytest.mark.parametrize(
    ("total", "weights"), [("1", ["0", "0"]), ("1", ["1", "-1"]), ("0.0005", ["1"])]
)
def test_apportion_refuses_what_cannot_be_divided(total, weights):
    with pytest.raises(ValueError, match=r"weights|multiple"):
        apportion(Decimal(total), [Decimal(weight) for weight in weights])


@given(
    total=st.decimals(min_value=0, max_value=10**9, places=3),
    weights=st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(
        lambda weights: sum(weights) > 0
    ),
)
def test_apportion_always_adds_up(total, weights):
    parts = apportion(total, [Decimal(weight) for weight in weights])

    assert sum(parts) == total
    assert all(part >= 0 for part in parts)
    whole = sum(weights)
    assert all(
        abs(part - total * weight / whole) < Decimal("0.001")
        for part, weight in zip(parts, weights, strict=True)
    )
