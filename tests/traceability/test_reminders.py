"""Reminders of the deadline of a month."""

from datetime import date, timedelta

import pytest

from portal.kernel.period import Month, start_of
from portal.notices.models import Notice
from tests.cast import make_user
from traceability.queries.reminders import months_to_remind
from traceability.services.filings import submit_filing
from traceability.services.handover import declare_nil
from traceability.services.reminders import remind_of_filings

FEBRUARY = Month(2025, 2)
DEADLINE = date(2025, 3, 10)


@pytest.mark.parametrize(
    ("left", "reminded"),
    [
        (8, False),
        (7, True),
        (6, False),
        (3, True),
        (2, False),
        (1, True),
        (0, False),
        (-1, True),
        (-2, False),
        (-3, True),
        (-7, True),
        (-8, False),
    ],
)
def test_months_to_remind_are_those_with_the_days_that_count(db, left, reminded):
    today = DEADLINE - timedelta(days=left)

    found = [each for each in months_to_remind(today) if each[0] == FEBRUARY]

    assert found == ([(FEBRUARY, DEADLINE, left)] if reminded else [])


@pytest.fixture
def northern(northern):
    """Must file from January on."""
    northern.files_from = Month(2025, 1)
    northern.save(update_fields=["files_from"])
    return northern


def at(left: int):
    """Nine in the morning, so many days before the deadline of February."""
    return start_of(DEADLINE - timedelta(days=left)) + timedelta(hours=9)


def test_remind_tells_filer_and_attester_of_what_is_not_submitted(
    northern, filer, attester, recipient, viewer
):
    count = remind_of_filings(at=at(3))

    assert count == 2
    assert set(Notice.objects.values_list("user", "kind")) == {
        (filer.pk, "filing_due"),
        (attester.pk, "filing_due"),
    }
    notice = Notice.objects.get(user=filer)
    assert notice.get_absolute_url() == "/traceability/desk/2025-02/"
    assert notice.text == (
        "The filing for February 2025 is due on 2025-03-10 and has not been submitted yet."
    )


def test_remind_twice_on_a_day_tells_once(northern, filer):
    assert remind_of_filings(at=at(1)) == 1
    assert remind_of_filings(at=at(1)) == 0
    assert remind_of_filings(at=at(-1)) == 1
    assert Notice.objects.filter(kind="filing_overdue").count() == 1


def test_remind_leaves_alone_who_has_submitted(northern, filer, attester, noon):
    draft = declare_nil(enterprise=northern, month=FEBRUARY, by=filer, at=noon)
    assert remind_of_filings(at=at(3)) == 2

    submit_filing(filing=draft, by=attester, at=noon)

    assert remind_of_filings(at=at(1)) == 0


def test_remind_leaves_alone_who_need_not_file(northern, filer, outsider):
    stranger = make_user(outsider.organisation, "filer")
    type(northern).objects.filter(pk=northern.pk).update(files_from=Month(2025, 3))

    assert remind_of_filings(at=at(3)) == 0
    assert not Notice.objects.filter(user=stranger).exists()


def test_remind_leaves_alone_whom_the_platform_knows_no_first_month_of(southern_filer, southern):
    assert remind_of_filings(at=at(3)) == 0


def test_remind_leaves_alone_who_was_merged_before(northern, filer, southern):
    type(northern).objects.filter(pk=northern.pk).update(
        merged_into=southern, merged_on=date(2025, 1, 20)
    )

    assert remind_of_filings(at=at(3)) == 0
