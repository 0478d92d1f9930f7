"""Two decisions, or two years, line by line."""

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from allocations import queries
from allocations.rules import LineKey, compare
from tests.cast import make_designated

pytestmark = pytest.mark.django_db

URL = "allocations:decision_compare"


@pytest.fixture
def decisions(issued, draft, northern, southern):
    """2025: Northern 60 and 5 t, Southern 30 t. A draft of 2026: Northern 70 t, nobody else."""
    first = issued(
        ("separation", "100"), (northern, "separation", "60"), (southern, "separation", "30")
    )
    second = issued((northern, "separation", "5"), kind="batch", document_no="MIIT [2025] 2")
    third = draft(("separation", "120"), (northern, "separation", "70"), year=2026)
    return first, second, third


def test_compare_tells_what_each_side_has():
    cap, ceiling = LineKey(1, "separation"), LineKey(None, "separation")
    gone, new = LineKey(2, "separation"), LineKey(3, "separation")

    rows = compare(
        {ceiling: Decimal(100), cap: Decimal(-40), gone: Decimal(0)},
        {ceiling: Decimal(100), cap: Decimal(10), new: Decimal(5)},
    )

    told = {row.key: (row.difference_kg, row.difference_share, row.is_changed) for row in rows}
    assert told == {
        ceiling: (0, 0, False),
        cap: (50, Decimal("1.25"), True),  # measured by the size of what was there
        gone: (0, None, True),  # a line of nothing is not the same as none
        new: (5, None, True),
    }


def test_a_year_is_the_sum_of_its_issued_decisions(decisions, northern, southern):
    assert queries.figures_of_year(2025) == {
        LineKey(None, "separation"): 100_000,
        LineKey(northern.pk, "separation"): 65_000,
        LineKey(southern.pk, "separation"): 30_000,
    }
    assert queries.figures_of_year(2026) == {}
    assert queries.figures_of_decision(decisions[2]) == {
        LineKey(None, "separation"): 120_000,
        LineKey(northern.pk, "separation"): 70_000,
    }


def exported(client, **asked) -> list[list[str]]:
    answer = client.get(reverse(URL), asked | {"export": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return [[row[0], *row[4:]] for row in csv.reader(io.StringIO(text))]


def test_a_year_is_set_against_a_decision(decisions, signed_in):
    client = signed_in("viewer")
    sides = {"a": "year-2025", "b": f"decision-{decisions[2].pk}"}

    header, *rows = exported(client, **sides)

    assert header[1:3] == ["2025, t REO", "2026-01, t REO"]
    assert rows == [
        ["National ceiling", "100.000", "120.000", "20.000", "20.0"],
        ["Northern", "65.000", "70.000", "5.000", "7.7"],
        ["Southern", "30.000", "", "-30.000", "-100.0"],
    ]
    assert [row[0] for row in exported(client, **sides, sort="difference_kg")[1:]] == [
        "Southern",
        "Northern",
        "National ceiling",
    ]
    assert [row[0] for row in exported(client, **sides, search="south")[1:]] == ["Southern"]
    assert exported(client, **sides, category="mining_rock")[1:] == []


def test_a_decision_alone_is_set_against_the_one_before(decisions, signed_in):
    header, *_rows = exported(signed_in("viewer"), b=f"decision-{decisions[1].pk}")

    assert header[1:3] == ["2025-01, t REO", "2025-02, t REO"]


def test_only_what_differs_is_shown_when_asked(decisions, issued, northern, signed_in):
    same = issued(
        ("separation", "100"), (northern, "separation", "60"), kind="batch", document_no="same"
    )
    sides = {"a": f"decision-{decisions[0].pk}", "b": f"decision-{same.pk}"}
    client = signed_in("viewer")

    text = client.get(reverse(URL), sides | {"changed": "on"}).content.decode()

    assert [row[0] for row in exported(client, **sides, changed="on")[1:]] == ["Southern"]
    assert len(exported(client, **sides)) == 4
    assert "1 row<" in text


def test_the_comparison_asks_no_more_however_many_lines_there_are(
    issued, baotou, signed_in, django_assert_max_num_queries
):
    mines = [make_designated(f"Mine {n}", baotou, "mining") for n in range(60)]
    decision = issued(("mining_rock", "99"), *[(mine, "mining_rock", "1") for mine in mines])
    client = signed_in("viewer")

    with django_assert_max_num_queries(20):
        text = client.get(
            reverse(URL), {"a": "year-2025", "b": f"decision-{decision.pk}"}
        ).content.decode()

    assert "61 rows<" in text


@pytest.mark.parametrize("side", ["year-1999", "decision-0", "nonsense", ""])
def test_what_is_not_there_is_not_compared(decisions, signed_in, side):
    answer = signed_in("viewer").get(reverse(URL), {"a": side, "b": "year-2025"})

    assert answer.status_code == 422


def test_the_comparison_is_for_those_who_see_decisions(decisions, signed_in):
    for who in ("recipient", "filer", "administrator"):
        assert signed_in(who).get(reverse(URL)).status_code == 403
    assert signed_in("viewer").get(reverse(URL)).status_code == 200
