"""lot_conflict: one lot number of a maker stands for two products or two creations."""

import pytest

from tests.traceability.ledger import extraction, feed, file, found, kg, months, nil, output, said

pytestmark = pytest.mark.django_db


def test_two_products_of_one_number(northern):
    file(northern, "2025-01", extraction(2, "A", "900"), feed(3, "A", "900", "R1"))
    file(northern, "2025-02", output(2, "B", "200", "R1", "OX-PRND"))
    file(northern, "2025-03", output(2, "B", "94", "R1", "OX-LA"))
    nil(northern, *months(4, 12))

    [finding] = found("lot_conflict")

    assert (finding.severity, str(finding.month), finding.amount_kg) == (
        "high",
        "2025-03",
        kg("94"),
    )
    assert "was made on 2025-02-02 as OX-PRND and again on 2025-03-02 as OX-LA" in said(finding)


@pytest.mark.parametrize(
    ("first", "second", "fires"),
    [
        # The parts of one lot of one run.
        (output(9, "B", "100", "R1"), output(11, "B", "90", "R1"), False),
        (output(9, "B", "100", "R1"), output(11, "B", "90", "R2"), True),
        (
            output(9, "B", "100", "R1", percent="99"),
            output(11, "B", "90", "R1", percent="80"),
            True,
        ),
        (extraction(2, "B", "100"), extraction(9, "B", "100"), True),
        (extraction(2, "B", "100"), output(9, "B", "100", "R1"), True),
    ],
)
def test_two_creations_of_one_number(northern, first, second, fires):
    file(northern, "2025-01", first, second)
    nil(northern, *months(2, 12))

    assert bool(found("lot_conflict")) is fires


def test_the_same_number_of_two_makers_is_two_lots(northern, southern):
    file(northern, "2025-01", extraction(2, "A", "100"))
    file(southern, "2025-01", extraction(2, "A", "100", "ORE-ION-M", "92"))

    assert found("lot_conflict") == []


def test_an_amendment_replaces_what_it_amends(northern):
    file(northern, "2025-01", extraction(2, "A", "100"))
    file(northern, "2025-01", extraction(3, "A", "120"), reason="typing error")

    assert found("lot_conflict") == []
