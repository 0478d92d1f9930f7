"""How much a finding weighs, and that lists follow it."""

from decimal import Decimal

import pytest

from tests.traceability.ledger import extraction, file, months, nil, reconciled, sale
from traceability.models import Finding
from traceability.queries.findings import ranked
from traceability.rules.checks import CODES
from traceability.rules.checks.gravity import MASS_AT_MOST, NATURES, SHARE_AT_MOST, weight


def test_every_code_has_its_nature():
    assert set(NATURES) == set(CODES)
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
