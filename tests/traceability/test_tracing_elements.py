"""Shares of elements: stated, usual, or what follows from a run."""

from decimal import Decimal

import pytest

from traceability.rules.tracing.elements import RunSides, share_told, with_inferred


@pytest.mark.parametrize(
    ("assay", "usual", "share"),
    [
        ("Nd2O3:30;Pr6O11:5.5", {"Nd2O3": "99"}, "0.355"),
        ("CeO2:100", {"Nd2O3": "99"}, "0"),  # what an assay leaves out is none of it
        ("", {"Nd2O3": "75", "Pr6O11": "25"}, "1"),
        ("", {}, None),
        ("", None, None),
    ],
)
def test_share_told_by_assay_else_by_the_usual_split(assay, usual, share):
    told = share_told(assay, usual, ["Nd2O3", "Pr6O11"])

    assert told == (None if share is None else Decimal(share))


def run(inputs: dict[int, int], outputs: dict[int, int]) -> RunSides:
    return RunSides(
        [(lot, Decimal(kg)) for lot, kg in inputs.items()],
        [(lot, Decimal(kg)) for lot, kg in outputs.items()],
    )


def test_with_inferred_gives_untold_outputs_the_share_of_the_inputs():
    shares = with_inferred({1: Decimal("0.2"), 2: Decimal("0.4")}, [run({1: 50, 2: 50}, {3: 90})])

    assert shares[3] == Decimal("0.3")


def test_with_inferred_leaves_what_the_told_outputs_leave_over():
    told = {1: Decimal("0.3"), 2: Decimal(1), 3: None}

    shares = with_inferred(told, [run({1: 100}, {2: 20, 3: 50})])

    assert shares[3] == Decimal("0.2")


def test_with_inferred_goes_on_from_run_to_run_in_any_order():
    runs = [run({2: 10}, {3: 10}), run({1: 10}, {2: 10})]

    shares = with_inferred({1: Decimal("0.5"), 2: None, 3: None}, runs)

    assert shares[3] == Decimal("0.5")


def test_with_inferred_ends_where_nothing_is_known():
    assert with_inferred({1: None}, [run({1: 10}, {2: 10})]).get(2) is None
