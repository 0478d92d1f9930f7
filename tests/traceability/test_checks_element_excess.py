"""element_excess: outputs of an element exceed what the inputs can contain."""

import pytest

from tests.traceability.ledger import (
    assayed,
    extraction,
    feed,
    file,
    found,
    imported,
    months,
    nil,
    output,
    said,
)

pytestmark = pytest.mark.django_db


def one_run(enterprise, *outputs, fed=None) -> None:
    """Ten tonnes REO of ore go into a run in January."""
    file(
        enterprise,
        "2025-01",
        fed or extraction(2, "A", "20000", "ORE-BAST"),
        feed(3, "A", "20000", "R1"),
        *outputs,
    )
    nil(enterprise, *months(2, 12))


@pytest.mark.parametrize(
    ("dysprosium", "fires"),
    [
        ("10", False),
        # 0.2 percent of 10 t at the most, a fifth more for other deposits, and half a kilogram;
        # a pure oxide's own share is certain to 94.9 percent.
        ("25.8", False),
        ("25.9", True),
    ],
)
def test_dysprosium_out_of_light_ore(northern, dysprosium, fires):
    one_run(
        northern,
        output(9, "B", "9300", "R1", "CMP-CARB"),
        output(9, "D", dysprosium, "R1", "OX-DY"),
    )

    assert bool(found("element_excess")) is fires


def test_element_excess_tells_the_arithmetic(northern):
    one_run(
        northern, output(9, "B", "9300", "R1", "CMP-CARB"), output(9, "D", "100", "R1", "OX-DY")
    )

    [finding] = found("element_excess")

    assert (finding.run, finding.lot.number, finding.severity) == ("R1", "D", "high")
    assert "100.000 kg of Dy2O3" in said(finding)
    assert "24.000 kg at the most, 76.000 kg less" in said(finding)


def test_an_assay_of_the_feed_says_more_than_its_kind(northern):
    rich = assayed(extraction(2, "A", "20000", "ORE-BAST"), "La2O3:30;CeO2:48;Nd2O3:14;Dy2O3:1.2")
    one_run(
        northern,
        output(9, "B", "9300", "R1", "CMP-CARB"),
        output(9, "D", "100", "R1", "OX-DY"),
        fed=rich,
    )

    assert found("element_excess") == []


def mixed_compound(northern, dysprosium: str, *, made: bool) -> None:
    """Carbonate of light ore, of a run of its own or from abroad, gives dysprosium oxide."""
    entered = (
        [
            extraction(2, "A", "20000", "ORE-BAST"),
            feed(3, "A", "20000", "R1"),
            output(5, "M", "9500", "R1", "CMP-CARB"),
        ]
        if made
        else [imported(5, "M", "9500", product="CMP-CARB")]
    )
    file(
        northern,
        "2025-01",
        *entered,
        feed(6, "M", "9500", "R2"),
        output(9, "D", dysprosium, "R2", "OX-DY"),
    )
    nil(northern, *months(2, 12))


def test_a_mixed_compound_of_unknown_making_may_hold_anything(northern):
    mixed_compound(northern, "300", made=False)

    assert found("element_excess") == []


@pytest.mark.parametrize(("dysprosium", "fires"), [("25.8", False), ("26", True)])
def test_a_mixed_compound_holds_no_more_than_what_it_was_made_of(northern, dysprosium, fires):
    mixed_compound(northern, dysprosium, made=True)

    findings = found("element_excess")

    assert [each.key for each in findings] == ([f"country:{northern.pk}:R2"] if fires else [])


def test_of_two_mixed_compounds_of_a_run_either_may_hold_all(northern):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "20000", "ORE-BAST"),
        feed(3, "A", "20000", "R1"),
        output(5, "M", "9300", "R1", "CMP-CARB"),
        output(5, "S", "200", "R1", "OX-MIX"),
        feed(6, "S", "200", "R2"),
        output(9, "D", "23", "R2", "OX-DY"),
    )
    nil(northern, *months(2, 12))

    assert found("element_excess") == []


def test_praseodymium_and_neodymium_count_as_one(northern):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "20000", "ORE-BAST"),
        feed(3, "A", "20000", "R1"),
        output(9, "N", "1800", "R1", "OX-PRND"),
    )
    nil(northern, *months(2, 12))

    assert found("element_excess") == []  # 18 percent, of 4.8 and 14 at the most and a fifth more


def test_a_metal_of_another_element_than_its_oxide(northern):
    file(
        northern,
        "2025-01",
        output(1, "O", "1000", "R0", "OX-PRND"),
        feed(3, "O", "1000", "R1"),
        output(9, "T", "50", "R1", "MET-TB", "117"),
        output(9, "M", "780", "R1", "MET-PRND", "118"),
    )
    nil(northern, *months(2, 12))

    [finding] = [each for each in found("element_excess") if each.run == "R1"]

    assert finding.arithmetic["element"] == "Tb4O7"


def many_runs(enterprise, *dysprosium: str) -> None:
    """One run a month of ten tonnes REO, each with this much dysprosium oxide."""
    for number, mass in enumerate(dysprosium, start=1):
        file(
            enterprise,
            f"2025-{number:02}",
            extraction(2, f"A{number}", "20000", "ORE-ION-M"),
            feed(3, f"A{number}", "20000", f"R{number}"),
            output(9, f"D{number}", mass, f"R{number}", "OX-DY"),
            output(9, f"B{number}", "9000", f"R{number}", "CMP-CARB"),
        )
    nil(enterprise, *months(len(dysprosium) + 1, 12))


def test_one_run_with_half_as_much_again_as_the_others(northern):
    many_runs(northern, "270", "281", "262", "275", "268", "277", "430", "271")

    [finding] = found("element_excess")

    assert (finding.run, finding.arithmetic["why"], finding.severity) == ("R7", "own", "medium")
    assert "other runs would have given" in said(finding)


def test_ore_of_another_mine_may_hold_a_fifth_more(northern):
    many_runs(northern, "270", "281", "262", "275", "268", "277", "330", "271")

    assert found("element_excess") == []


def test_cerium_differs_from_one_ionic_ore_to_the_next(northern):
    """Published ionic ores hold one to seven percent of cerium."""
    for number, mass in enumerate(("150", "160", "155", "148", "152", "158", "620", "151"), 1):
        file(
            northern,
            f"2025-{number:02}",
            extraction(2, f"A{number}", "20000", "ORE-ION-M"),
            feed(3, f"A{number}", "20000", f"R{number}"),
            output(9, f"D{number}", mass, f"R{number}", "OX-CE"),
            output(9, f"B{number}", "9000", f"R{number}", "CMP-CARB"),
        )
    nil(northern, *months(9, 12))

    assert found("element_excess") == []
