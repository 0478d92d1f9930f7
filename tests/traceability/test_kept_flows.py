"""Flows that are kept are what the movements say, and what changed them since a day is told."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from portal.kernel.period import Month
from tests.cast import make_user
from tests.traceability.ledger import extraction, feed, file, output, purchase, sale
from traceability.models import FilingFlow, FilingTotal, MonthFlow, Pool
from traceability.queries.replay import replay_differences
from traceability.queries.tracing.flows import ELEMENTS, Question, facts_of, flows_of
from traceability.queries.tracing.since import filed_since
from traceability.queries.tracing.walk import NOW, rows, statement
from traceability.services.derivation import rebuild_derived

pytestmark = pytest.mark.django_db
WEIGHED_ANEW = (Path(__file__).parent / "weighed_anew.sql").read_text(encoding="utf-8")
MONTHS = [Month(2025, number) for number in (1, 2, 3)]


@pytest.fixture
def ledger(northern, southern, outsider, noon):
    """A run over two months, trade inside and out, and a month that is amended on 20 March."""
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1000"),
        feed(3, "ORE1", "400", "R1"),
        output(5, "OX1", "150", "R1"),
        feed(6, "ORE1", "300", "R2"),
        sale(9, "OX1", "100", southern),
        sale(9, "OX1", "7", outsider, "INV2"),
        at=noon.replace(month=2),
    )
    file(northern, "2025-02", output(1, "OX2", "140", "R2"), at=noon)
    file(
        southern,
        "2025-03",
        purchase(8, "OX1", "100", northern),
        feed(9, "OX1", "80", "S1", northern),
        output(10, "M1", "85", "S1", "MET-PRND"),
        at=noon + timedelta(days=1),
    )
    file(
        northern,
        "2025-01",
        extraction(1, "ORE1", "1200", percent="60"),
        feed(3, "ORE1", "400", "R1"),
        output(5, "OX1", "150", "R1"),
        feed(6, "ORE1", "250", "R2"),
        sale(9, "OX1", "90", southern),
        at=noon + timedelta(days=15),
    )
    rebuild_derived()


def as_told(listed) -> dict[tuple, Decimal]:
    return {tuple(row[:4]): round(row[4], 6) for row in listed if row[4]}


@pytest.mark.parametrize(("first", "last"), [(0, 2), (0, 0), (1, 1), (1, 2)])
@pytest.mark.parametrize("day", [None, 0, 10])
@pytest.mark.parametrize("whose", ["country", "northern", "southern"])
@pytest.mark.parametrize("element", ["", "PrNd", "Dy"])
def test_kept_flows_are_those_of_the_movements(
    ledger, request, noon, first, last, day, whose, element
):
    scope = None if whose == "country" else [request.getfixturevalue(whose).pk]
    known_at = NOW if day is None else noon + timedelta(days=day, hours=1)
    asked = Question(
        MONTHS[first], MONTHS[last], scope=scope, known_at=known_at, oxides=ELEMENTS[element][1]
    )

    kept = [
        (flow.kind.value, flow.product, flow.other, flow.country, flow.kg)
        for flow in flows_of(asked)
    ]
    anew = rows(statement("moved") + WEIGHED_ANEW, facts_of(asked))

    assert as_told(kept) == as_told(anew)


def test_a_run_that_two_months_speak_of_is_weighed_in_the_period(ledger):
    assert FilingFlow.objects.filter(run_id__gt=0).count() == 3
    made = {flow.kind.value: flow.kg for flow in flows_of(Question(MONTHS[1], MONTHS[1]))}
    assert made == {"process_excess": 140}


def test_the_replay_tells_of_flows_that_differ(ledger):
    assert replay_differences() == []

    MonthFlow.objects.filter(kind="extraction").update(kg=1)

    [found] = replay_differences()
    assert found.kind == "flow of a month"
    assert (found.kept.split()[0], found.replayed.split()[0]) == (
        "1.000000000000",
        "720.000000000000",
    )


def test_what_changed_since_a_day_is_told_with_its_effect(ledger, northern, viewer, noon):
    asked = Question(MONTHS[0], MONTHS[2], known_at=noon + timedelta(hours=1))

    since = filed_since(viewer, asked)

    [amended, later] = since.shown
    assert (since.amended, since.first_filed) == (1, 1)
    assert (amended.filing.enterprise, amended.filing.version) == (northern, 2)
    effect = dict(amended.effect)
    assert effect["extraction"] == 220  # 60 percent of 1,200 kg, not 50 of 1,000
    assert effect["sale"] == -17
    assert later.first_filed
    assert since.amended_effect == amended.effect


def test_what_changed_since_is_the_same_by_flows_and_by_the_movements_of_all_pools(
    ledger, viewer, noon
):
    asked = Question(MONTHS[0], MONTHS[2], known_at=noon + timedelta(hours=1))
    pools = Pool.objects.values_list("pk", flat=True)

    by_flows, by_pools = filed_since(viewer, asked), filed_since(viewer, asked, pools)

    assert "input" in dict(by_flows.amended_effect)
    assert "output" in dict(by_flows.first_effect)
    assert by_flows == by_pools


def test_what_changed_since_is_told_of_the_scope_alone(ledger, southern, noon):
    filer = make_user(southern.organisation, "filer")
    asked = Question(MONTHS[0], MONTHS[2], scope=[southern.pk], known_at=noon + timedelta(hours=1))

    since = filed_since(filer, asked)

    assert (since.amended, since.first_filed) == (0, 1)
    assert not filed_since(filer, Question(MONTHS[0], MONTHS[2], scope=[southern.pk]))


def test_an_amendment_that_changes_no_mass_is_told_of_too(ledger, northern, viewer, noon):
    same = file(
        northern,
        "2025-02",
        output(1, "OX2", "140", "R2"),
        at=noon + timedelta(days=40),
    )
    rebuild_derived()

    since = filed_since(viewer, Question(MONTHS[0], MONTHS[2], known_at=noon + timedelta(days=30)))

    assert [(one.filing, one.first_filed, one.effect) for one in since.shown] == [(same, False, [])]
    assert (since.amended, since.first_filed) == (1, 0)


def test_those_that_changed_most_come_first(ledger, northern, southern, viewer, noon):
    later = noon + timedelta(days=40)
    little = file(northern, "2025-02", output(1, "OX2", "141", "R2"), at=later)
    much = file(
        southern,
        "2025-03",
        purchase(8, "OX1", "100", northern),
        feed(9, "OX1", "20", "S1", northern),
        at=later,
    )
    rebuild_derived()

    since = filed_since(viewer, Question(MONTHS[0], MONTHS[2], known_at=noon + timedelta(days=30)))

    assert [one.filing for one in since.shown] == [much, little]
    assert dict(since.amended_effect)["output"] == dict(since.shown[0].effect)["output"] + 1


def test_the_replay_tells_of_what_a_filing_says_in_all(ledger):
    changed = FilingTotal.objects.filter(sale_kg=0).update(sale_kg=1)

    assert [found.kind for found in replay_differences()] == ["filing in all"] * changed
    assert changed
