"""Figures of a year, over what the reader may see."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from allocations.models import Category
from portal.dashboard import queries
from portal.kernel.period import CIVIL, Month
from traceability.models import Filing

T = Decimal(1000)


def file(enterprise, month: Month, by, submitted_at: datetime) -> Filing:
    """A submitted filing without records."""
    filing = Filing.objects.create(
        enterprise=enterprise, month=month, version=1, prepared_by=by, prepared_at=submitted_at
    )
    Filing.objects.filter(pk=filing.pk).update(
        status="submitted",
        submitted_at=submitted_at,
        attested_by=by,
        digest="d" * 64,
        receipt_no=f"{month}-{enterprise.uscc}-v1",
    )
    return filing


def test_category_years_of_the_whole_country_show_the_ceiling(year):
    separation = queries.category_years(year, None)[-1]

    assert separation.category == Category.SEPARATION
    assert (separation.ceiling_kg, separation.allocated_kg, separation.used_kg) == (
        100 * T,
        100 * T,
        15 * T,
    )
    assert separation.left_kg == 85 * T


def test_category_years_of_some_enterprises_show_no_ceiling(year, northern):
    separation = queries.category_years(year, [northern.pk])[-1]

    assert (separation.ceiling_kg, separation.allocated_kg) == (None, 60 * T)
    assert separation.used_share == Decimal("0.25")


def test_nobody_seen_is_nothing(year):
    assert [one.allocated_kg for one in queries.category_years(year, [])] == [0, 0, 0]
    assert queries.enterprise_caps(year, []) == []


def test_enterprise_caps_put_the_most_used_first(year, northern, southern):
    rows = queries.enterprise_caps(year, None)

    assert [(row.enterprise_id, row.used_kg) for row in rows] == [
        (northern.pk, 15 * T),
        (southern.pk, 0),
    ]


def test_monthly_use_adds_up_and_ends_with_the_last_filed_month(year, northern, filer):
    file(northern, Month(2025, 4), filer, datetime(2025, 5, 5, tzinfo=UTC))

    line = queries.monthly_use(year, None)[Category.SEPARATION]

    assert line == [10 * T, 10 * T, 15 * T, 15 * T] + [None] * 8


@pytest.mark.parametrize(
    ("submitted_at", "expected"),
    [
        (datetime(2025, 12, 10, 23, 59, 59, tzinfo=CIVIL), (1, 0)),
        (datetime(2025, 12, 11, 0, 0, 0, tzinfo=CIVIL), (0, 1)),
    ],
)
def test_filing_progress_ends_with_the_deadline_day(year, northern, filer, submitted_at, expected):
    file(northern, Month(2025, 11), filer, submitted_at)

    progress = queries.filing_progress(Month(2025, 11), None, day=10)

    assert (progress.filed_in_time, progress.filed_late) == expected
    assert (progress.due, progress.outstanding) == (2, 1)
    assert progress.deadline == date(2025, 12, 10)
