"""The reliability score: points by rule, nothing for too little to go by."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from traceability.rules.reliability import WEIGHTS, Conduct, Weights, score, weights_on

DAY = date(2025, 12, 31)
HONEST = Conduct(
    due=12, filed=12, agreed_kg=Decimal(1000), lots=40, asked=2, answered=2, reconciled=True
)


def given(conduct: Conduct, key: str) -> Decimal | None:
    """The points of one component."""
    return next(each.given for each in score(conduct, on=DAY).components if each.key == key)


def test_who_keeps_every_rule_has_a_hundred():
    told = score(HONEST, on=DAY)

    assert told.points == 100
    assert told.possible == 100


def test_nothing_on_record_gives_no_points_and_takes_none():
    told = score(Conduct(), on=DAY)

    assert told.points is None
    assert told.possible == told.given == 0
    assert [each.given for each in told.components] == [None] * 6


def test_half_of_the_points_must_have_something_to_go_by():
    # Filing 25, findings 25, penalties 10 and nothing else: 60 points are possible.
    enough = Conduct(due=3, filed=3, reconciled=True)
    # Without a reconciliation 35.
    short = replace(enough, reconciled=False)

    assert score(enough, on=DAY).points == 100
    assert score(short, on=DAY).points is None


@pytest.mark.parametrize(
    ("late", "missing", "points"),
    [(0, 0, "25.0"), (1, 0, "24.0"), (12, 0, "12.5"), (0, 12, "0.0"), (2, 1, "20.8")],
)
def test_filing_on_time(late, missing, points):
    conduct = replace(HONEST, late=late, missing=missing, filed=12 - missing)

    assert given(conduct, "filing") == Decimal(points)


@pytest.mark.parametrize(
    ("apart", "lots", "points"),
    [
        ("0", 5, "25.0"),
        ("0", 4, None),
        ("5", 5, "25.0"),  # 99.5 %: all of them
        ("200", 5, "0.0"),  # 80 %: none
        ("500", 5, "0.0"),
        ("102.5", 5, "12.5"),
    ],
)
def test_shipments_agreed(apart, lots, points):
    conduct = replace(HONEST, agreed_kg=1000 - Decimal(apart), apart_kg=Decimal(apart), lots=lots)

    assert given(conduct, "shipments") == (points and Decimal(points))


@pytest.mark.parametrize(
    ("high", "medium", "low", "filed", "points"),
    [
        (0, 0, 0, 12, "25.0"),
        (1, 0, 0, 12, "15.0"),
        (1, 0, 0, 24, "20.0"),
        # A short history does not make a finding weigh more.
        (1, 0, 0, 3, "15.0"),
        (1, 0, 0, 2, None),
        (0, 1, 1, 12, "20.0"),
        (3, 0, 0, 12, "0.0"),
    ],
)
def test_findings(high, medium, low, filed, points):
    conduct = replace(HONEST, high=high, medium=medium, low=low, filed=filed)

    assert given(conduct, "findings") == (points and Decimal(points))


@pytest.mark.parametrize(
    ("amended", "filed", "points"),
    [(0, 5, None), (1, 10, "10.0"), (3, 10, "5.0"), (5, 10, "0.0"), (9, 10, "0.0")],
)
def test_months_that_stood(amended, filed, points):
    conduct = replace(HONEST, amended=amended, filed=filed)

    assert given(conduct, "amendments") == (points and Decimal(points))


def test_answers_and_penalties():
    assert given(replace(HONEST, asked=4, answered=1), "answers") == Decimal("1.3")
    assert given(replace(HONEST, asked=0, answered=0), "answers") is None
    assert [given(replace(HONEST, penalties=count), "penalties") for count in (0, 1, 2, 3)] == [
        *(Decimal(10), Decimal(5)),
        *(0, 0),
    ]


def test_the_weights_of_every_day_come_to_a_hundred(monkeypatch):
    parts = ("filing", "shipments", "findings", "amendments", "answers", "penalties")
    for held in WEIGHTS:
        assert sum(getattr(held, part) for part in parts) == 100
    later = Weights(date(2026, 1, 1), *[Decimal(each) for each in (50, 10, 10, 10, 10, 10)])
    monkeypatch.setattr("traceability.rules.reliability.facts.WEIGHTS", (*WEIGHTS, later))

    assert weights_on(date(2025, 12, 31)) == WEIGHTS[0]
    assert weights_on(date(2026, 1, 1)) == later


def test_each_component_tells_its_figure_its_rule_and_its_source():
    for each in score(HONEST, on=DAY).components:
        assert each.figure
        assert each.rule
        assert str(each.source)
