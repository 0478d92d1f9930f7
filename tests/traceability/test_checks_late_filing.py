"""late_filing: first filed after the deadline."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from portal.kernel.period import CIVIL, Month
from tests.traceability.ledger import file, found, nil, said
from traceability.models import Tolerance

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2025, 3, 11, tzinfo=CIVIL)


@pytest.mark.parametrize(
    ("at", "late"),
    [
        (MIDNIGHT - timedelta(seconds=1), False),
        (MIDNIGHT, True),
        (MIDNIGHT + timedelta(days=3), True),
    ],
)
def test_late_filing_from_midnight_after_the_deadline(northern, at, late):
    file(northern, "2025-02", at=at)

    assert bool(found("late_filing")) is late


def test_an_amendment_is_never_late(northern):
    file(northern, "2025-02")
    file(northern, "2025-02", at=MIDNIGHT + timedelta(days=90), reason="typing")

    assert found("late_filing") == []


def test_late_filing_says_how_late(northern):
    file(northern, "2025-02", at=datetime(2025, 3, 25, 11, tzinfo=CIVIL))

    [finding] = found("late_filing")

    assert "2025-03-25 11:00, 15 days after the deadline of 2025-03-10" in said(finding)


def test_late_filing_by_the_deadline_that_held_then(northern):
    Tolerance.objects.create(
        name="filing_deadline_day", value=Decimal(15), valid_from=date(2025, 6, 1)
    )
    file(northern, "2025-02", at=datetime(2025, 3, 12, tzinfo=CIVIL))
    file(northern, "2025-05", at=datetime(2025, 6, 12, tzinfo=CIVIL))

    assert [str(each.month) for each in found("late_filing")] == ["2025-02"]


def test_months_filed_before_one_must_are_not_late(northern):
    northern.files_from = Month(2025, 5)
    northern.save()
    file(northern, "2025-02", at=datetime(2025, 5, 1, tzinfo=CIVIL))
    nil(northern, "2025-05")

    assert found("late_filing") == []


def test_late_filing_is_not_known_before_it_is_filed(northern):
    file(northern, "2025-02", at=datetime(2025, 3, 25, tzinfo=CIVIL))

    assert found("late_filing", date(2025, 3, 24)) == []
