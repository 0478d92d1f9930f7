"""unusual_figures: figures that look made up."""

import pytest

from tests.cast import make_designated, make_enterprise
from tests.traceability.ledger import (
    extraction,
    feed,
    file,
    found,
    months,
    nil,
    output,
    purchase,
    recycled,
    runs,
    said,
    stock,
)

pytestmark = pytest.mark.django_db


def signs(*expected: str) -> list:
    """The findings, whose signs must be these."""
    findings = found("unusual_figures")
    assert sorted(each.arithmetic["why"] for each in findings) == sorted(expected)
    return findings


def mined(enterprise, *masses: list[str]) -> None:
    """The lots of each month, kg as weighed."""
    for number, month in enumerate(masses, start=1):
        file(
            enterprise,
            f"2025-{number:02}",
            *[
                extraction(2 + place, f"A{number}-{place}", mass)
                for place, mass in enumerate(month)
            ],
        )
    nil(enterprise, *months(len(masses) + 1, 12))


def test_weighed_masses_that_differ_are_left_alone(northern):
    mined(northern, ["50123.4", "48770.1"], ["51002.7", "49311.9"], ["47999.3", "50460.2"])

    signs()


def test_the_masses_of_one_month_come_again_in_others(northern):
    mined(northern, ["50123.4", "48770.1"], ["50123.4", "48770.1"], ["47999.3", "58460.2"])

    [finding] = signs("repeated")

    assert str(finding.month) == "2025-02"
    assert "4 of 6 masses (extraction) from 2025-02 to 2025-02" in said(finding)


def test_small_masses_of_few_digits_may_come_again(northern):
    mined(northern, ["12.5", "30"], ["12.5", "31.1"], ["12.5", "30"], ["13", "34"])

    signs()


def test_bags_are_no_round_figures(northern, inner_mongolia):
    for place in range(2):
        other = make_designated(f"Mine {place}", inner_mongolia, "mining")
        mined(other, *[[f"{50 + place}{month}12.{month}"] for month in range(1, 8)])
    bagged = ["4150", "2900", "650", "3250", "5700", "1450", "850", "1900", "2350", "4600"]
    mined(northern, *[[mass] for mass in bagged])

    signs()


def test_the_same_total_month_after_month(northern):
    mined(northern, ["60000", "40010"], ["45000", "55001"], ["30000", "70020"], ["20000", "80005"])

    [finding] = signs("constant")

    assert "ORE-MIX (extraction) was the same in 4 months" in said(finding)


def test_round_masses_where_others_weigh(northern, inner_mongolia):
    for place in range(2):
        other = make_designated(f"Mine {place}", inner_mongolia, "mining")
        mined(other, *[[f"{50 + place}{month}12.{month}"] for month in range(1, 8)])
    mined(northern, *[[f"{40 + 3 * month}000"] for month in range(1, 8)])

    [finding] = signs("round")

    assert (finding.enterprise, finding.severity) == (northern, "low")
    assert "7 of 7 masses (extraction)" in said(finding)


def test_round_masses_where_others_pack_likewise(northern, inner_mongolia):
    other = make_designated("Mine", inner_mongolia, "mining")
    mined(other, *[[f"{50 + month}000"] for month in range(1, 8)])
    mined(northern, *[[f"{40 + 3 * month}000"] for month in range(1, 8)])

    signs()


@pytest.mark.parametrize(("mass", "jumps"), [("240000.1", False), ("290000.1", True)])
def test_a_month_far_beyond_the_others(northern, mass, jumps):
    usual = ["100123", "97011", "104250", "99120", "101777", "95003", "103999"]
    mined(northern, *[[each] for each in usual], [mass])

    findings = signs(*(["jump"] if jumps else []))

    assert not jumps or "2.9 times the middle of the enterprise's 8 months" in said(findings[0])


UNEVEN = ["74082.3", "105127.1", "219903.7", "83069.2", "100003.9", "320011.3", "95123.4"]
FIVE_MORE = ["99991.7", "120307.9", "83101.3", "100013.1", "121009.7"]


@pytest.mark.parametrize(("months_more", "jumps"), [([], False), (FIVE_MORE, True)])
def test_few_months_tell_little_of_how_far_they_vary(northern, months_more, jumps):
    mined(northern, *[[each] for each in [*UNEVEN, *months_more]])

    signs(*(["jump"] if jumps else []))


USUAL = ["100123", "97011", "124250", "89120", "101777", "105003", "93999", "110457"]
MUCH = ["201123", "188204", "230557", "214090", "193118", "207331"]


@pytest.mark.parametrize(
    ("masses", "shifts"),
    [
        ([*USUAL[:4], *MUCH[:3], *USUAL[4:]], True),
        ([*USUAL[:5], *MUCH[:2]], True),
        ([*MUCH[:2], *USUAL[:4]], False),  # too few months to compare with
        ([*USUAL[:3], *MUCH, *USUAL[3:6]], False),  # half a year is how it digs
        ([*USUAL[:4], "160001", "162345", "158777", *USUAL[4:]], False),  # by less than a third
        ([*USUAL[:4], MUCH[0], USUAL[7], MUCH[1], *USUAL[4:7]], False),  # not on end
    ],
)
def test_a_mine_that_digs_more_for_some_months_on_end(northern, masses, shifts):
    mined(northern, *[[each] for each in masses])

    findings = signs(*(["level"] if shifts else []))

    assert not shifts or "times what it digs in its other months" in said(findings[0])


SCRAP = ["8123", "9950", "7412", "10241", "8730", "9308", "7902", "8455"]


@pytest.mark.parametrize(
    ("masses", "shifts"),
    [
        ([*SCRAP[:4], "30123", "27450", "33871", *SCRAP[4:]], True),
        ([*SCRAP[:3], "80450", "95012", "77023", "88140", "91551", "70234"], True),  # to the end
        ([*SCRAP[:3], "11240", "12450", "11733", "13871", "12034", "12551"], False),  # it grows
        ([SCRAP[0], "80450", "95012", "77023", "88140", "91551"], False),  # it has only begun
    ],
)
def test_a_recycler_that_takes_in_far_more(inner_mongolia, masses, shifts):
    works = make_enterprise("Scrap", inner_mongolia, "recycling")
    for number, mass in enumerate(masses, start=1):
        file(
            works,
            f"2025-{number:02}",
            recycled(5, f"S{number}", mass, document=f"WB2025{number:03}7"),
        )
    nil(works, *months(len(masses) + 1, 12))

    levels = [each for each in found("unusual_figures") if each.arithmetic["why"] == "level"]

    assert len(levels) == shifts
    assert not shifts or "ore may be passing for scrap" in said(levels[0])


def test_the_winter_of_a_mine_hides_no_jump(northern):
    winter = ["35010", "50230", "95110", "110450", "120010", "124870", "125440", "119020"]
    mined(northern, *[[each] for each in [*winter, "615003", "101220", "80340", "40110"]])

    [finding] = signs("jump")

    assert finding.key.endswith("2025-09-01")


def test_recoveries_that_hardly_differ(northern):
    runs(northern, ["0.94001", "0.94", "0.94002", "0.93999", "0.94", "0.94001", "0.94", "0.94"])

    even, _ = sorted(signs("even", "constant"), key=lambda each: each.key, reverse=True)

    assert "8 runs from 2025-01 to 2025-08 all recovered 94.000 %" in said(even)


def test_a_run_that_recovers_far_more_than_the_others(northern):
    runs(northern, ["0.931", "0.925", "0.934", "0.929", "0.923", "0.936", "0.99", "0.928", "0.932"])

    [finding] = signs("above")

    assert finding.run == "R7"
    assert "recovered 99.00 % of its feed" in said(finding)


def test_partners_tell_of_shipments_that_it_does_not_file(northern, inner_mongolia):
    nil(northern, *months(1, 12))
    buyers = [make_enterprise(f"House {place}", inner_mongolia, "trade") for place in range(3)]
    for place, buyer in enumerate(buyers):
        for number in range(1, 13):
            bought = [purchase(5, f"A{number}", "100", northern, f"INV{place}{number}")]
            file(buyer, f"2025-{number:02}", *(bought if number < 3 else []))

    silent = [each for each in found("unusual_figures") if each.arithmetic["why"] == "silent"]

    assert [each.enterprise for each in silent] == [northern]
    assert "6 of 6 shipments that 3 partners tell of" in said(silent[0])


def test_lots_of_its_own_that_none_of_its_filings_makes(northern, inner_mongolia):
    nil(northern, *months(1, 12))
    plants = [make_designated(f"Plant {place}", inner_mongolia, "separation") for place in range(2)]
    for place, plant in enumerate(plants):
        file(
            plant,
            "2025-01",
            feed(5, f"A{place}", "100", "R1", northern),
            feed(5, "C", "100", "R1", northern),
            stock(31, "C", "5", northern),
        )
        nil(plant, *months(2, 12))

    [finding] = signs("uncreated")

    assert (finding.enterprise, finding.severity) == (northern, "high")
    assert "2 enterprises hold or use 3 lots of this maker" in said(finding)


def test_last_digits_that_are_mostly_the_same(northern):
    masses = [[f"{9_000 + 97 * (5 * month + place)}7" for place in range(5)] for month in range(12)]
    mined(northern, *masses)

    [finding] = signs("digits")

    assert "The last digits of 60 masses (extraction)" in said(finding)
    assert "are mostly 7;" in said(finding)


def test_last_digits_as_scales_show_them(northern):
    masses = [
        [f"{90_000 + 971 * (5 * month + place)}" for place in range(5)] for month in range(12)
    ]
    mined(northern, *masses)

    signs()


def test_one_month_copied_into_another(northern):
    usual = [[f"{40 + month}{place}73.{place + 1}" for place in range(5)] for month in range(1, 10)]
    mined(northern, *usual, usual[3])

    [finding] = signs("copied")

    assert str(finding.month) == "2025-10"
    assert "5 of 5 masses (extraction) of 2025-10 are, to the last digit, those of 2025-04" in said(
        finding
    )


def separated(enterprise, masses: dict[str, list[str]]) -> None:
    """Each month a run, with a mass of each product, kg as weighed."""
    for number in range(1, 8):
        file(
            enterprise,
            f"2025-{number:02}",
            extraction(1, f"F{number}", "90000", percent="60"),
            feed(2, f"F{number}", "90000", f"R{number}"),
            *[
                output(9, f"{product}{number}", of_product[number - 1], f"R{number}", product)
                for product, of_product in masses.items()
            ],
        )
    nil(enterprise, *months(8, 12))


WEIGHED = ["14123.4", "13977.1", "14550.9", "14012.2", "13893.7", "14321.5", "14107.3"]
DESK = ["24200", "23900", "24600", "24100", "23700", "24300", "24400"]


@pytest.mark.parametrize(
    ("cerium", "fires"),
    [
        ([mass.replace("24", "2").replace("23", "2") for mass in DESK], True),
        (["2500", "3000", "2500", "3500", "2000", "3000", "2500"], False),  # bags of half a tonne
    ],
)
def test_one_product_in_round_masses(northern, inner_mongolia, cerium, fires):
    for place in range(2):
        other = make_designated(f"Plant {place}", inner_mongolia, "separation")
        separated(other, {"OX-LA": WEIGHED, "OX-CE": [f"{mass}{place}" for mass in WEIGHED]})
    separated(northern, {"OX-LA": WEIGHED, "OX-ND": [f"{m}5" for m in WEIGHED], "OX-CE": cerium})

    rounded = [each for each in found("unusual_figures") if each.arithmetic["why"] == "round"]

    assert [each.enterprise for each in rounded] == ([northern] if fires else [])
