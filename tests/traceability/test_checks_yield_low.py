"""yield_low: runs recover far less REO than such runs do."""

from datetime import date

import pytest

from tests.cast import make_enterprise
from tests.traceability.ledger import (
    assayed,
    extraction,
    feed,
    file,
    found,
    imported,
    kg,
    months,
    nil,
    output,
    runs,
    said,
)

pytestmark = pytest.mark.django_db

# The recoveries of an honest plant: they differ by less than a percent from run to run.
HONEST = ["0.941", "0.935", "0.944", "0.939", "0.933", "0.946", "0.938", "0.942", "0.936", "0.940"]

# Feed of high-yttrium ore; its products beside dysprosium are filed as one.
ASSAY = "Y2O3:95;Dy2O3:5"


def test_an_honest_plant_is_left_alone(northern):
    runs(northern, HONEST)

    assert found("yield_low") == []


def test_one_run_far_below_the_others(northern):
    runs(northern, [*HONEST[:6], "0.80", *HONEST[6:]])

    [finding] = found("yield_low")

    assert (finding.run, str(finding.month), finding.severity) == ("R7", "2025-07", "high")
    assert kg("135") < finding.amount_kg < kg("150")
    assert "80.00 % recovery" in said(finding)


def test_a_spell_of_runs_a_little_below(northern):
    hidden = [f"{float(share) * 0.95:.4f}" for share in HONEST[4:8]]
    runs(northern, [*HONEST[:4], *hidden, *HONEST[8:], "0.943", "0.937"])

    [finding] = found("yield_low")

    assert finding.arithmetic["low_runs"] == 4
    assert (str(finding.month), finding.run) == ("2025-05", "")
    assert "4 runs between 2025-05 and 2025-08" in said(finding)


def test_two_runs_a_little_below_are_chance(northern):
    runs(northern, [*HONEST[:4], "0.897", "0.896", *HONEST[6:]])

    assert found("yield_low") == []


def two_runs_a_month(enterprise, shares: list[float]) -> None:
    """From January on, each fed 1,000 kg REO; the months after them are nil."""
    for number in range(12):
        rows = []
        for place in range(2 * number, min(2 * number + 2, len(shares))):
            ore, run = f"F{place}", f"R{place}"
            rows += [
                imported(2, ore, "1000", document=f"CD2025{place:03}7"),
                feed(3, ore, "1111.111", run),
                output(9 + place % 2, f"P{place}", f"{shares[place] * 1000:.3f}", run),
            ]
        file(enterprise, f"2025-{number + 1:02}", *rows)


@pytest.mark.parametrize(
    ("kept", "low_runs", "fires"),
    [
        (0.975, 6, True),  # two and a half percent, which no single run shows
        (0.975, 4, False),  # too few to tell
        (0.985, 6, False),  # less than two thirds of the tolerated drop
    ],
)
def test_months_in_which_all_runs_lie_a_little_below(northern, kept, low_runs, fires):
    year = [float(share) for share in (*HONEST, *HONEST)]
    two_runs_a_month(northern, [share * kept for share in year[:low_runs]] + year[low_runs:])

    findings = found("yield_low")

    assert [each.arithmetic["low_runs"] for each in findings] == ([low_runs] if fires else [])


def test_most_of_a_year_may_be_the_spell(northern):
    hidden = [f"{float(share) * 0.8:.4f}" for share in HONEST[:7]]
    runs(northern, [*hidden, *HONEST[7:]])

    [finding] = found("yield_low")

    assert finding.arithmetic["low_runs"] == 7


@pytest.mark.parametrize(
    ("share", "why"),
    [("0.905", None), ("0.88", "whole"), ("0.84", "spell")],
)
def test_a_whole_year_below_what_such_runs_give(northern, share, why):
    runs(northern, [share] * 8)

    findings = found("yield_low")

    assert [each.arithmetic["why"] for each in findings] == ([why] if why else [])


def test_a_small_plant_with_few_runs_is_held_to_the_usual_only(northern):
    runs(northern, ["0.96", "0.91", "0.93"])

    assert found("yield_low") == []


def test_a_run_that_may_still_give_more_is_left_alone(northern):
    runs(northern, [*HONEST, "0.5"], first_month=2)

    assert found("yield_low", date(2026, 1, 16)) == []

    # It stands still: what is in its tanks stays there.
    file(northern, "2026-01")
    assert found("yield_low", date(2026, 2, 16)) == []


def test_a_run_is_over_when_the_plant_works_again_or_stands_still_for_long(northern):
    runs(northern, [*HONEST[:7], "0.5"])
    assert [each.run for each in found("yield_low", date(2025, 11, 16))] == []

    # Three months without work, the third filed by 10 December.
    [finding] = found("yield_low", date(2025, 12, 16))

    assert finding.run == "R8"


def test_another_feed_has_a_level_of_its_own(northern):
    for number in range(1, 13):
        ore, share = ("ORE-MON", "0.91") if number > 6 else ("ORE-ION-M", "0.95")
        file(
            northern,
            f"2025-{number:02}",
            imported(2, f"F{number}", "1000", document=f"CD2025{number:03}", product=ore),
            feed(3, f"F{number}", "1000", f"R{number}"),
            output(9, f"P{number}", f"{900 * float(share):.3f}", f"R{number}"),
        )

    assert found("yield_low") == []


def test_metal_works_are_held_to_others_who_do_the_same(inner_mongolia, northern):
    nil(northern, *(f"2025-{number:02}" for number in range(1, 13)))
    works = [make_enterprise(f"Works {place}", inner_mongolia, "metal") for place in range(6)]
    for place, each in enumerate(works):
        share = 0.955 if place == 5 else 0.984 + 0.0005 * place
        for number in range(1, 13):
            file(
                each,
                f"2025-{number:02}",
                imported(2, f"F{number}", "1000", f"CD{place}{number:04}", "VN", "OX-PRND"),
                feed(3, f"F{number}", "1000", f"R{number}"),
                output(
                    9, f"M{number}", f"{900 * share / 1.15:.3f}", f"R{number}", "MET-PRND", "115"
                ),
            )

    [finding] = found("yield_low")

    assert (finding.enterprise, finding.arithmetic["why"]) == (works[5], "peers")
    assert finding.key.startswith("country:")
    assert "the middle of those who do the same is 98.50 %" in said(finding)


@pytest.mark.parametrize(("last_fed", "fires"), [(15, False), (16, True)])
def test_a_run_that_gives_nothing_while_others_are_fed(northern, last_fed, fires):
    """Its runs take six days at the most, and half as long again and five days are 14."""
    runs(northern, HONEST)
    file(
        northern,
        "2025-12",
        imported(1, "X", "2000", document="CD20251299"),
        feed(1, "X", "500", "RX"),
        feed(last_fed, "X", "500", "RY"),
    )

    findings = found("yield_low", date(2026, 1, 16))

    assert [each.arithmetic["low"] for each in findings] == ([["RX"]] if fires else [])
    assert all("gave nothing" in said(each) for each in findings)


def test_a_run_in_the_tanks_of_a_plant_that_stands_still_may_give_nothing(northern):
    runs(northern, HONEST)
    file(
        northern,
        "2025-12",
        imported(1, "X", "2000", document="CD20251299"),
        feed(1, "X", "500", "RX"),
    )

    assert found("yield_low", date(2026, 1, 16)) == []


def heavy_runs(
    enterprise, dysprosium: list[str], *, rest: str = "OX-Y", assay: str = ASSAY
) -> None:
    """One run a month of ten tonnes REO with five percent dysprosium, if the assay says so."""
    for number, mass in enumerate(dysprosium, start=1):
        file(
            enterprise,
            f"2025-{number:02}",
            assayed(extraction(2, f"A{number}", "20000", "ORE-ION-Y"), assay),
            feed(3, f"A{number}", "20000", f"R{number}"),
            output(9, f"D{number}", mass, f"R{number}", "OX-DY"),
            output(9, f"B{number}", "8930", f"R{number}", rest),
        )
    nil(enterprise, *months(len(dysprosium) + 1, 12))


FULL = ["470", "468", "473", "471", "466", "472", "469", "471"]
TENTH_LESS = ["423", "421", "426", "424", "419", "425", "422", "424"]


@pytest.mark.parametrize(
    ("dysprosium", "facts", "fires"),
    [
        (FULL, {}, False),
        (TENTH_LESS, {}, True),
        (TENTH_LESS[:5], {}, False),  # too few to tell
        (["446"] * 8, {}, False),  # five percent less than of the rest
        (TENTH_LESS, {"assay": ""}, False),  # nobody knows what the feed held
        (TENTH_LESS, {"rest": "OX-MIX"}, False),  # the rest may hold it
    ],
)
def test_one_element_held_back_while_the_rest_comes_out(northern, dysprosium, facts, fires):
    heavy_runs(northern, dysprosium, **facts)

    assert bool(found("yield_low")) is fires


def test_an_element_held_back_tells_the_arithmetic(northern):
    heavy_runs(northern, TENTH_LESS)

    [finding] = found("yield_low")

    assert (finding.arithmetic["element"], finding.severity) == ("Dy2O3", "high")
    assert "8 runs from 2025-01 to 2025-08 were fed 4.000 t of Dy2O3" in said(finding)
    assert "94.00 % of all other rare earths came out" in said(finding)
