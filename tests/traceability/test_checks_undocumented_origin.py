"""undocumented_origin: imports and scrap without a usable document, or where they can't be."""

import pytest

from tests.cast import make_enterprise
from tests.traceability.ledger import (
    assayed,
    feed,
    file,
    found,
    imported,
    kg,
    months,
    nil,
    output,
    recycled,
    said,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def recycler(inner_mongolia):
    """Somebody who takes scrap."""
    return make_enterprise("Recycler", inner_mongolia, "separation", "recycling")


@pytest.mark.parametrize(
    ("document", "fires"),
    [
        ("SCR10000309", False),
        ("2025-0017", False),
        ("-", True),
        ("", True),
        ("none", True),
        ("待补", True),
        ("17", True),
        ("0000", True),
        ("NO 00000", True),
    ],
)
def test_a_document_that_can_be_looked_up(recycler, document, fires):
    file(recycler, "2025-01", recycled(2, "S", "500", document))

    assert bool(found("undocumented_origin")) is fires


def test_undocumented_origin_adds_up_the_lots(recycler):
    file(recycler, "2025-01", recycled(2, "S", "500", "-"))
    file(recycler, "2025-03", recycled(2, "T", "1500", ""))

    [finding] = found("undocumented_origin")

    assert (finding.amount_kg, finding.severity) == (kg("1980"), "high")
    assert str(finding.month) == "2025-01"
    assert "2 lots (recycled), 1,980.000 kg REO from 2025-01 to 2025-03" in said(finding)


def test_scrap_where_nobody_recycles(northern):
    file(northern, "2025-01", recycled(2, "S", "500"))

    [finding] = found("undocumented_origin")

    assert finding.arithmetic["why"] == "kind"


def test_a_magnet_maker_takes_back_what_its_runs_lost(inner_mongolia):
    maker = make_enterprise("Magnets", inner_mongolia, "magnet")
    file(
        maker,
        "2025-01",
        imported(2, "M", "10000", "CD20251", "VN", "MET-PRND"),
        feed(3, "M", "10000", "R1"),
        output(9, "G", "7500", "R1", "MAG-NDFEB", "90"),
        recycled(20, "S", "2000"),
    )
    nil(maker, *months(2, 12))

    assert found("undocumented_origin") == []


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (recycled(2, "S", "500", product="ORE-MIX"), "ore"),
        (imported(2, "S", "500", country="CN"), "country"),
        (imported(2, "S", "500"), None),
        (imported(2, "S", "500", document="n/a"), "document"),
    ],
)
def test_what_can_t_come_that_way(recycler, row, why):
    file(recycler, "2025-01", row)

    findings = found("undocumented_origin")

    assert [each.arithmetic["why"] for each in findings] == ([why] if why else [])


def test_ore_imported_by_who_can_t_use_it(inner_mongolia):
    works = make_enterprise("Works", inner_mongolia, "metal")
    file(works, "2025-01", imported(2, "S", "500"))

    [finding] = found("undocumented_origin")

    assert finding.arithmetic["why"] == "kind"
    assert "whose activities don't include it" in said(finding)


@pytest.mark.parametrize(
    ("masses", "fires"),
    [
        ({4: "3500"}, False),
        ({4: "3501"}, True),  # one alone by seven tenths of the factor
        ({2: "4999", 4: "4999", 6: "4999"}, False),
        ({2: "5001", 4: "4999", 6: "4999"}, True),  # several by all of it
        ({1: "500", 2: "700", 3: "600", 4: "3501"}, False),  # months that lie far apart
    ],
)
def test_a_month_of_far_more_scrap_than_usual(recycler, masses, fires):
    for number in range(1, 8):
        kilograms = masses.get(number, "1000")
        file(
            recycler,
            f"2025-{number:02}",
            recycled(2, f"S{number}", kilograms, f"SCR10{number}"),
        )
    nil(recycler, *months(8, 12))

    findings = found("undocumented_origin")

    assert bool(findings) is fires
    if fires:
        assert "in a usual month of this enterprise it is 990.000 kg" in said(findings[0])


@pytest.mark.parametrize(
    ("document", "fires"), [("610120251704", True), ("022020250001234567", False)]
)
def test_an_import_under_a_number_as_long_as_nobody_else_s(recycler, document, fires):
    numbers = [f"0220202500{place:08}" for place in range(22)]
    rows = [imported(2, f"I{place}", "10", number) for place, number in enumerate(numbers)]
    file(recycler, "2025-01", *rows, imported(3, "X", "500", document))

    findings = found("undocumented_origin")

    assert [each.arithmetic["why"] for each in findings] == (["shape"] if fires else [])
    assert not fires or "“610120251704”" in said(findings[0])


ORE_SPLIT = "La2O3:33.5;CeO2:47;Pr6O11:4.3;Nd2O3:12.6;Sm2O3:1.1;Eu2O3:0.2;Gd2O3:0.4;Y2O3:0.5"


@pytest.mark.parametrize(
    ("assay", "fires"),
    [
        (ORE_SPLIT, True),
        ("La2O3:0.2;CeO2:0.4;Pr6O11:22;Nd2O3:69;Dy2O3:5", False),  # magnets
        ("La2O3:33.5;CeO2:48.5;Pr6O11:4.6;Nd2O3:13.4", False),  # batteries of mischmetal
        ("CeO2:95;La2O3:5", False),  # polishing powder
    ],
)
def test_scrap_with_the_split_of_an_ore(recycler, assay, fires):
    file(recycler, "2025-01", assayed(recycled(2, "S", "500", product="OX-MIX"), assay))

    findings = found("undocumented_origin")

    assert [each.arithmetic["why"] for each in findings] == (["split"] if fires else [])
    assert all("the split of an ore" in said(each) for each in findings)


@pytest.mark.parametrize(
    ("country", "product", "fires"),
    [("MM", "ORE-ION-M", False), ("JP", "ORE-ION-M", True), ("JP", "ORE-MON", False)],
)
def test_ionic_ore_from_where_there_is_none(recycler, country, product, fires):
    file(recycler, "2025-01", imported(2, "I", "9000", country=country, product=product))

    findings = found("undocumented_origin")

    assert [each.arithmetic["why"] for each in findings] == (["source"] if fires else [])
    assert all("no such ore is known" in said(each) for each in findings)


@pytest.mark.parametrize(("mass", "fires"), [("34900", False), ("35100", True)])
def test_a_month_that_imports_far_more_than_the_others(recycler, mass, fires):
    usual = ["9123", "10250", "9877", mass, "9561", "10104"]
    for number, each in enumerate(usual, start=1):
        document = f"CD20250{number:02}7"
        file(recycler, f"2025-{number:02}", imported(2, f"I{number}", each, document))
    nil(recycler, *months(7, 12))

    findings = found("undocumented_origin")

    assert [str(each.month) for each in findings] == (["2025-04"] if fires else [])
