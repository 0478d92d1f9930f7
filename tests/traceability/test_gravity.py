"""How much a finding weighs, and that lists follow it."""

from decimal import Decimal

import pytest

from tests.traceability.ledger import extraction, file, months, nil, reconciled, sale
from traceability.models import Finding
from traceability.queries.findings import ranked
from traceability.rules.checks import CODES
from traceability.rules.checks.gravity import (
    GRADES,
    MASS_AT_MOST,
    NATURES,
    SHARE_AT_MOST,
    severity,
    weight,
)


def test_every_code_has_its_nature():
    assert set(NATURES) == set(GRADES) == set(CODES)
    assert max(each.points for each in NATURES.values()) + SHARE_AT_MOST + MASS_AT_MOST == 100


@pytest.mark.parametrize(
    ("code", "amount", "of", "expected"),
    [
        ("missing_filing", None, None, 10),  # nothing to weigh
        ("cap_nearly_used", "90000", "100000", 5),  # not beyond anything
        ("no_cap", "999", None, 40 + 30 + 18),  # all of it, a tonne
        ("no_cap", "99999999", None, 100),  # no more than all
        ("over_cap", "999", "999000", 40 + 0 + 18),  # a thousandth of the cap
        ("over_cap", "999", "0", 40 + 30 + 18),  # of nothing
        ("over_cap", "99", "198", 40 + 15 + 12),
        ("stock_mismatch", "-9", "18", 15 + 15 + 6),  # too little weighs like too much
        ("oversold_lot", "0", "100", 30),
    ],
)
def test_weight(code, amount, of, expected):
    told = [None if each is None else Decimal(each) for each in (amount, of)]

    assert weight(code, *told) == expected


@pytest.mark.parametrize(
    ("code", "sort", "amount", "of", "expected"),
    [
        ("missing_filing", "", None, None, "medium"),
        ("late_filing", "", None, None, "low"),
        ("no_cap", "", "0.001", None, "high"),
        ("over_cap", "", "1000", "100000", "medium"),  # exactly one percent
        ("over_cap", "", "1000.001", "100000", "high"),
        ("oversold_lot", "", "5", "100", "medium"),
        ("oversold_lot", "", "5.001", "100", "high"),
        ("oversold_lot", "", "0.001", "0", "high"),  # of nothing
        ("yield_impossible", "", "5.001", "100", "high"),
        ("yield_impossible", "together", "500", None, "medium"),
        ("yield_low", "", "5.001", "100", "high"),
        ("quantity_mismatch", "", "5", "100", "low"),
        ("quantity_mismatch", "", "5.001", "100", "medium"),
        ("stock_mismatch", "", "5.001", "100", "medium"),
        ("element_excess", "most", "50", "100", "medium"),
        ("element_excess", "most", "50.001", "100", "high"),
        ("element_excess", "own", "500", "100", "medium"),
        ("undocumented_origin", "document", "999.999", None, "medium"),
        ("undocumented_origin", "document", "1000", None, "high"),  # exactly a tonne
        ("undocumented_origin", "volume", "99000", None, "medium"),
        ("undocumented_origin", "shape", "99000", None, "low"),
        ("lot_conflict", "products", "1", None, "high"),
        ("duplicate_document", "twins", "1", None, "medium"),
        ("cap_relief_amendment", "exceeded", "1", None, "high"),
        ("unusual_figures", "silent", "1", None, "high"),
        ("unusual_figures", "level", "1", None, "low"),
    ],
)
def test_severity(code, sort, amount, of, expected):
    told = [None if each is None else Decimal(each) for each in (amount, of)]

    assert severity(code, sort, *told) == expected


@pytest.mark.django_db
def test_a_run_grades_as_the_rule_does_on_either_side_of_the_share(northern, outsider):
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1000"),
        sale(6, "A", "1050", outsider),
        extraction(5, "B", "1000"),
        sale(6, "B", "1050.001", outsider),
    )
    nil(northern, *months(2, 12))
    reconciled()

    oversold = Finding.objects.filter(code="oversold_lot").order_by("lot__number")

    assert [each.severity for each in oversold] == ["medium", "high"]
    assert [each.severity for each in oversold] == [
        severity(each.code, "", each.amount_kg, Decimal(each.arithmetic["in_kg"]))
        for each in oversold
    ]


def weighed(finding: Finding) -> int:
    """As the rule has it."""
    of = finding.arithmetic.get(NATURES[finding.code].of)
    return weight(finding.code, finding.amount_kg, None if of is None else Decimal(of))


@pytest.mark.django_db
def test_a_run_weighs_as_the_rule_does_and_lists_follow(northern, outsider):
    file(
        northern,
        "2025-01",
        extraction(5, "A", "100"),
        sale(6, "A", "150", outsider),
        extraction(5, "B", "9000"),
        sale(6, "B", "13500", outsider),
    )
    nil(northern, *months(2, 12))
    reconciled()

    oversold = list(ranked(Finding.objects.filter(code="oversold_lot")))

    assert [each.lot.number for each in oversold] == ["B", "A"]
    assert [each.weight for each in oversold] == [weighed(each) for each in oversold]
    assert oversold[0].weight > oversold[1].weight > NATURES["oversold_lot"].points
