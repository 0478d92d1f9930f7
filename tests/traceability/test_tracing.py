"""Traces over a ledger: where a lot came from and where it went, for every kind of reader."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enterprises.models import Enterprise
from tests.cast import make_enterprise
from tests.traceability.ledger import Row, extraction, feed, file, output, purchase, sale
from traceability.models import Lot
from traceability.queries.replay import replay_differences
from traceability.queries.tracing.trace import Trace, trace_lot
from traceability.rules.intake import CREATING
from traceability.services.derivation import rebuild_derived

pytestmark = pytest.mark.django_db


def lot(maker, number: str) -> Lot:
    return Lot.objects.get(maker=maker, number=number)


def told(trace: Trace | None) -> dict[str, str]:
    """The lines of a trace: their masses by kind, lot or run, and enterprise."""
    assert trace is not None
    assert sum(line.kg for line in trace.lines) == trace.total_kg
    lots = {pk: facts.number for pk, facts in trace.lots.items()}
    names = dict(Enterprise.objects.values_list("pk", "organisation__name_en"))
    lines = {}
    for line in trace.lines:
        words = (line.kind.value, lots.get(line.lot_id, line.run), names.get(line.enterprise_id))
        lines[" ".join(word for word in words if word)] = f"{line.kg:f}"
    assert len(lines) == len(trace.lines)
    return lines


@pytest.fixture
def blended(northern, southern, outsider):
    """Northern mines two lots and blends them; Southern buys what comes out and sells it abroad."""
    file(
        northern,
        "2025-01",
        extraction(1, "A", "1000"),
        extraction(2, "B", "600"),
        feed(3, "A", "600", "R1"),
        feed(3, "B", "200", "R1"),
        output(5, "P", "360", "R1"),
        sale(6, "P", "300", southern),
        sale(7, "A", "100", outsider, "INV2"),
        Row("loss", 8, "B", "50", fields={"note": "spilt"}),
    )
    file(
        southern,
        "2025-01",
        purchase(8, "P", "300", northern),
        Row("export", 9, "P", "100", northern, {"country": "JP", "document": "C1"}),
        feed(9, "P", "150", "S1", northern),
        output(10, "M", "160", "S1", "MAG-NDFEB", "100"),
    )
    rebuild_derived()


def test_trace_upstream_tells_how_much_of_each_source_is_in_a_lot(blended, northern):
    trace = trace_lot(lot(northern, "P"), upstream=True)

    assert told(trace) == {"extraction A Northern": "270.000", "extraction B Northern": "90.000"}


def test_trace_upstream_names_what_no_input_explains(blended, southern):
    trace = trace_lot(lot(southern, "M"), upstream=True)

    assert told(trace) == {
        "extraction A Northern": "112.500",
        "extraction B Northern": "37.500",
        "unexplained S1 Southern": "10.000",
    }


def test_trace_downstream_tells_where_each_kilogram_went(blended, northern):
    trace = trace_lot(lot(northern, "A"), upstream=False)

    # Of 300 kg REO that went into R1, 270 came out: three quarters of P, of which five sixths
    # were sold.
    assert told(trace) == {
        "held A Northern": "150.000",
        "held M Southern": "112.500",
        "export P Southern": "75.000",
        "sold_outside A Northern": "50.000",
        "held P Northern": "45.000",
        "held P Southern": "37.500",
        "in_process R1 Northern": "30.000",
    }


def test_trace_folds_what_the_reader_does_not_see(blended, northern, southern):
    seen = [southern.pk]

    upstream = trace_lot(lot(southern, "M"), upstream=True, seen=seen)
    bought = trace_lot(lot(northern, "P"), upstream=True, seen=seen)
    downstream = trace_lot(lot(northern, "P"), upstream=False, seen=seen)

    assert told(upstream) == {"elsewhere": "150.000", "unexplained S1 Southern": "10.000"}
    assert told(bought) == {"elsewhere": "300.000"}
    assert told(downstream) == {
        "held M Southern": "150.000",
        "export P Southern": "100.000",
        "held P Southern": "50.000",
    }


def test_trace_ends_at_the_border_of_what_the_reader_sees(blended, northern):
    trace = trace_lot(lot(northern, "P"), upstream=False, seen=[northern.pk])

    assert told(trace) == {"elsewhere": "300.000", "held P Northern": "60.000"}


def test_trace_of_a_lot_that_the_reader_never_held_tells_nothing(blended, northern, southern):
    assert trace_lot(lot(northern, "A"), upstream=False, seen=[southern.pk]) is None


def test_trace_of_a_lot_that_nobody_makes_tells_nothing(northern):
    file(northern, "2025-01", Row("loss", 1, "X", "5", fields={"note": "spilt"}))
    rebuild_derived()

    assert trace_lot(lot(northern, "X"), upstream=True) is None


def test_trace_as_known_earlier_is_that_of_the_version_before(blended, northern, southern, noon):
    file(
        southern,
        "2025-01",
        purchase(8, "P", "300", northern),
        Row("export", 9, "P", "300", northern, {"country": "JP", "document": "C1"}),
        at=noon,
        reason="all of it was exported",
    )
    rebuild_derived()

    now = trace_lot(lot(northern, "P"), upstream=False)
    before = trace_lot(lot(northern, "P"), upstream=False, known_at=noon - timedelta(days=1))

    assert told(now) == {"export P Southern": "300.000", "held P Northern": "60.000"}
    assert told(before) == {
        "held M Southern": "150.000",
        "export P Southern": "100.000",
        "held P Northern": "60.000",
        "held P Southern": "50.000",
    }
    assert replay_differences() == []


def test_trace_ends_in_a_circle_and_reports_it(northern, southern):
    file(
        northern,
        "2025-01",
        extraction(1, "A", "1000"),
        sale(2, "A", "1000", southern),
        purchase(4, "A", "400", southern, "INV2", maker=northern),
        feed(5, "A", "400", "R1"),
        output(6, "P", "150", "R1"),
        feed(7, "P", "50", "R1"),
    )
    file(
        southern,
        "2025-01",
        purchase(3, "A", "1000", northern),
        sale(3, "A", "400", northern, "INV2", maker=northern),
    )
    rebuild_derived()

    downstream = trace_lot(lot(northern, "A"), upstream=False)
    upstream = trace_lot(lot(northern, "P"), upstream=True)

    assert {pool.kind for pool in downstream.circling} == {"holding", "shipment", "run"}
    assert sum(line.kg for line in downstream.lines) == 500
    assert told(upstream) == {"extraction A Northern": "150.000"}


# --- any world -----------------------------------------------------------------------------------
KINDS = ["extraction", "import", "output", "input", "input", "sale", "purchase", "loss"]
kilograms = st.integers(1, 10_000).map(lambda tens: f"{tens / 10:.1f}")
# Kind, maker of the lot, number of the lot, mass, run, partner.
filed_rows = st.tuples(
    st.sampled_from(KINDS),
    st.integers(0, 2),
    st.integers(0, 1),
    kilograms,
    st.integers(0, 1),
    st.integers(0, 2),
)
filed_worlds = st.lists(st.lists(filed_rows, max_size=9), min_size=6, max_size=6)


def as_row(makers: list[Enterprise], who: int, words: tuple, line: int) -> Row | None:
    """One record to be; ore is called O, what comes out of runs P, so that no lot is two things."""
    kind, maker, number, kg, run, partner = words
    lot_name = f"{'OP'[run] if kind not in ('extraction', 'import', 'output') else ''}{number}"
    if kind in ("extraction", "import"):
        row = extraction(1, f"O{number}", kg)
        abroad = {"country": "VN", "document": "C1"} if kind == "import" else {}
        return Row(kind, 1, row.lot, kg, fields=row.fields | abroad)
    if kind == "output":
        return output(1, f"P{number}", kg, f"R{run}")
    if kind == "input":
        return feed(1, lot_name, kg, f"R{partner % 2}", makers[maker])
    if kind == "loss":
        return Row("loss", 1, lot_name, kg, makers[maker], {"note": "spilt"})
    if partner == who:
        return None
    trade = sale if kind == "sale" else purchase
    return trade(1, lot_name, kg, makers[partner], f"INV{line}", maker=makers[maker])


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(filed_worlds)
def test_traces_of_any_world_conserve_mass_and_agree_both_ways(baotou, world):
    with transaction.atomic():
        makers = [make_enterprise(name, baotou, "mining", "separation") for name in "ABC"]
        for place, rows in enumerate(world):
            who, month = place % 3, f"2025-0{1 + place // 3}"
            made = [as_row(makers, who, words, line) for line, words in enumerate(rows)]
            file(makers[who], month, *[row for row in made if row])
        rebuild_derived()
        assert replay_differences() == []
        lots = list(Lot.objects.exclude(product=None))
        up = {one.pk: trace_lot(one, upstream=True) for one in lots}
        down = {one.pk: trace_lot(one, upstream=False) for one in lots}
        for trace in (*up.values(), *down.values()):
            assert sum(line.kg for line in trace.lines) == trace.total_kg
            assert all(line.kg > 0 for line in trace.lines)
        for made in up:
            for source in down:
                # The mass of the one in the other is the same from either end.
                difference = through(up[made], source) - through(down[source], made)
                assert made == source or abs(difference) < Decimal("1e-6")
        transaction.set_rollback(True)


def through(trace: Trace, made: int) -> Decimal:
    """What a trace leads through the creation of another lot."""
    return sum(
        (
            kg
            for place, kg in trace.found.flows.items()
            if trace.steps[place].lot_id == made and trace.steps[place].kind in CREATING
        ),
        Decimal(0),
    )


# --- elements ------------------------------------------------------------------------------------
NEODYMIUM = ("Nd2O3",)


@pytest.fixture
def two_ores(northern):
    """Two ores of different split, separated in one run; carbonate of one of them."""
    rich, poor = extraction(1, "A", "1000"), extraction(1, "B", "1000")
    rich.fields["assay"], poor.fields["assay"] = "Nd2O3:30;CeO2:70", "Nd2O3:10;CeO2:90"
    file(
        northern,
        "2025-01",
        rich,
        poor,
        feed(3, "A", "600", "R1"),
        feed(3, "B", "600", "R1"),
        output(5, "ND", "120", "R1", "OX-ND"),
        output(5, "CE", "480", "R1", "OX-CE"),
        feed(4, "A", "200", "R2"),
        output(6, "CARB", "100", "R2", "CMP-CARB"),
    )
    rebuild_derived()


def test_trace_of_an_element_follows_the_element(two_ores, northern):
    whole = trace_lot(lot(northern, "ND"), upstream=True)
    neodymium = trace_lot(lot(northern, "ND"), upstream=True, oxides=NEODYMIUM)

    assert told(whole) == {"extraction A Northern": "60.000", "extraction B Northern": "60.000"}
    # 90 of the 120 kg Nd2O3 that went in are A's.
    assert told(neodymium) == {"extraction A Northern": "90.000", "extraction B Northern": "30.000"}


def test_trace_of_an_element_downstream_goes_where_the_element_went(two_ores, northern):
    trace = trace_lot(lot(northern, "A"), upstream=False, oxides=NEODYMIUM)

    assert told(trace) == {
        "held ND Northern": "90.000",
        "held CARB Northern": "30.000",
        "held A Northern": "30.000",
    }


def test_trace_of_an_element_takes_what_a_run_was_fed_where_nobody_told(two_ores, northern):
    upstream = trace_lot(lot(northern, "CARB"), upstream=True, oxides=NEODYMIUM)
    downstream = trace_lot(lot(northern, "CARB"), upstream=False, oxides=NEODYMIUM)

    assert told(upstream) == {"extraction A Northern": "30.000"}
    assert told(downstream) == {"held CARB Northern": "30.000"}


def test_trace_of_an_element_that_a_lot_does_not_hold_tells_nothing(two_ores, northern):
    assert trace_lot(lot(northern, "CE"), upstream=True, oxides=NEODYMIUM) is None
