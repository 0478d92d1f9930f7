"""not_designated: mining or separation by an enterprise not designated for it on that day."""

from datetime import date

import pytest

from enterprises.models import Designation
from tests.cast import make_enterprise
from tests.traceability.ledger import extraction, feed, file, found, kg, output, said

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "fires"),
    [
        (date(2025, 3, 10), None, False),  # the first day
        (date(2025, 3, 11), None, True),
        (date(2025, 1, 1), date(2025, 3, 10), False),  # the last day
        (date(2025, 1, 1), date(2025, 3, 9), True),
    ],
)
def test_not_designated_by_the_day(northern, southern, valid_from, valid_to, fires):
    Designation.objects.create(
        enterprise=southern,
        activity="mining",
        valid_from=valid_from,
        valid_to=valid_to,
        document="list",
    )
    file(southern, "2025-03", extraction(10, "A", "1000"))

    assert bool(found("not_designated")) is fires


def test_not_designated_is_one_finding_for_a_spell_of_months(southern):
    for month, lot in (("2025-02", "A"), ("2025-03", "B"), ("2025-06", "C")):
        file(southern, month, extraction(5, lot, "1000"))

    first, second = found("not_designated")

    assert (str(first.month), first.amount_kg, first.lot) == ("2025-02", kg("1000"), None)
    assert (str(second.month), second.amount_kg, second.lot.number) == ("2025-06", kg("500"), "C")
    assert "It has never been designated for it." in said(second)


def test_not_designated_separation_only_when_fed_ore(northern, baotou):
    plant = make_enterprise("Plant", baotou, "separation")
    file(northern, "2025-01", extraction(5, "ORE", "1000"), output(6, "OX", "100", "R0"))
    file(
        plant,
        "2025-01",
        feed(10, "ORE", "1000", "R1", northern),
        output(12, "FROM-ORE", "450", "R1"),
        feed(10, "OX", "100", "R2", northern),
        output(12, "AGAIN", "99", "R2"),
    )

    [finding] = found("not_designated")

    assert (finding.enterprise, finding.lot.number, finding.run) == (plant, "FROM-ORE", "R1")
