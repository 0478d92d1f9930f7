"""duplicate_document: one number stands behind shipments that can't be the same."""

import pytest

from tests.traceability.ledger import Row, extraction, file, found, imported, kg, said, sale

pytestmark = pytest.mark.django_db


def export(day: int, lot: str, mass: str, document: str, country: str = "JP") -> Row:
    """Part of a lot that leaves the country."""
    return Row("export", day, lot, mass, None, {"document": document, "country": country})


def test_one_invoice_for_two_buyers(northern, southern, outsider):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "1000"),
        sale(9, "A", "300", southern, "INV7"),
        sale(11, "A", "200", outsider, " inv7 "),
    )

    [finding] = found("duplicate_document")

    assert (finding.document, finding.counterparty, finding.severity) == ("INV7", outsider, "high")
    assert finding.amount_kg == kg("200")
    assert "to 2 buyers between 2025-01-09 and 2025-01-11, 500.000 kg" in said(finding)


def test_several_lots_and_deliveries_on_one_invoice(northern, southern):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "1000"),
        extraction(2, "B", "1000"),
        sale(9, "A", "300", southern, "INV7"),
        sale(9, "B", "300", southern, "INV7"),
        sale(30, "A", "100", southern, "INV7"),
    )
    file(northern, "2025-02", sale(10, "A", "100", southern, "INV7"))

    assert found("duplicate_document") == []


@pytest.mark.parametrize(("day", "fires"), [(23, False), (24, True)])  # 45 days after 9 January
def test_deliveries_too_far_apart(northern, southern, day, fires):
    file(northern, "2025-01", extraction(2, "A", "1000"), sale(9, "A", "300", southern, "INV7"))
    file(northern, "2025-02", sale(day, "A", "300", southern, "INV7"))

    assert bool(found("duplicate_document")) is fires


def test_two_sellers_number_as_they_like(northern, southern, outsider):
    file(northern, "2025-01", extraction(2, "A", "1000"), sale(9, "A", "300", outsider, "INV7"))
    file(southern, "2025-01", extraction(2, "A", "1000"), sale(9, "A", "300", outsider, "INV7"))

    assert found("duplicate_document") == []


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ([export(9, "A", "10", "CD1"), export(10, "A", "10", "CD1", "KR")], "export"),
        ([export(9, "A", "10", "CD1"), imported(10, "I", "10", "CD1")], "export, import"),
    ],
)
def test_one_declaration_for_what_it_can_t_cover(northern, rows, kinds):
    file(northern, "2025-01", extraction(2, "A", "1000"), *rows)

    [finding] = found("duplicate_document")

    assert f"CD1 stands behind {kinds} between" in said(finding)


def test_what_is_no_number_is_not_compared(northern, southern, outsider):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "1000"),
        sale(9, "A", "300", southern, "-"),
        sale(11, "A", "200", outsider, "-"),
    )

    assert found("duplicate_document") == []


@pytest.mark.parametrize(
    ("second", "mass", "fires"),
    [
        ("INV20250179", "24987.5", True),
        ("INV20250118", "24987.5", False),  # the next of the series: a lot in two equal parts
        ("INV20250197", "24987.5", False),  # another number altogether
        ("INV20250179", "24987.4", False),
    ],
)
def test_a_document_used_again_with_a_digit_changed(northern, southern, second, mass, fires):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "90000"),
        sale(9, "A", "24987.5", southern, "INV20250119"),
        sale(20, "A", mass, southern, second),
    )

    findings = found("duplicate_document")

    assert [each.document for each in findings] == ([second] if fires else [])
    assert all("differ in one place and stand behind the same mass" in said(f) for f in findings)


def test_packages_of_one_mass_are_no_copies(northern, southern):
    file(
        northern,
        "2025-01",
        extraction(2, "A", "90000"),
        sale(9, "A", "25000", southern, "INV20250119"),
        sale(20, "A", "25000", southern, "INV20250179"),
    )

    assert found("duplicate_document") == []


@pytest.mark.parametrize(("number", "fires"), [("CD10000092", True), ("CD92", False)])
def test_one_declaration_of_two_importers(northern, southern, number, fires):
    file(northern, "2025-01", imported(3, "A", "500", document=number))
    file(southern, "2025-02", imported(9, "B", "700", document=number))

    findings = found("duplicate_document")

    assert [(one.enterprise, one.counterparty) for one in findings] == (
        [(southern, northern)] if fires else []
    )
    assert all("a declaration has one declarant" in said(one) for one in findings)
