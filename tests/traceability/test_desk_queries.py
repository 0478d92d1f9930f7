"""Where a month stands: deadline, steps, lateness, what a draft would make of the caps."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from allocations.models import Category
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from tests.cast import make_user
from traceability.models import Filing, Tolerance, Upload
from traceability.queries.caps import CapPosition
from traceability.queries.desk import cap_changes, steps_of
from traceability.queries.months import (
    MonthShown,
    attesters_of,
    deadlines,
    first_month,
    last_months,
    month_of,
    with_lateness,
)
from traceability.services.filings import open_draft, submit_filing

FEBRUARY = Month(2025, 2)
MIDDAY = datetime.fromisoformat("2025-03-05T12:00:00+08:00")


def _shown(draft: Filing | None = None, in_force: Filing | None = None) -> MonthShown:
    return MonthShown(FEBRUARY, date(2025, 3, 10), in_force, draft, None, date(2025, 3, 5))


def _upload(state: str, minutes: int) -> Upload:
    return Upload(state=state, at=MIDDAY + timedelta(minutes=minutes))


EMPTY = Filing(prepared_at=MIDDAY)
FILLED = Filing(prepared_at=MIDDAY, record_count=7)
READY = Filing(prepared_at=MIDDAY, record_count=7, ready_at=MIDDAY)
FILED = Filing(status="submitted", submitted_at=MIDDAY)


@pytest.mark.parametrize(
    ("shown", "upload", "current"),
    [
        (_shown(), None, 0),
        (_shown(), _upload("queued", 0), 1),
        (_shown(), _upload("refused", 0), 1),
        (_shown(EMPTY), None, 0),
        (_shown(FILLED), _upload("accepted", -1), 2),
        (_shown(FILLED), _upload("refused", 1), 1),
        (_shown(FILLED), _upload("refused", -1), 2),  # an older one does not matter any more
        (_shown(READY), None, 3),
        (_shown(in_force=FILED), _upload("refused", -1), None),
        (_shown(EMPTY, FILED), None, 0),
    ],
)
def test_steps_of(shown: MonthShown, upload: Upload | None, current: int | None) -> None:
    steps = steps_of(shown, upload)

    assert [nth for nth, step in enumerate(steps) if step.current] == (
        [] if current is None else [current]
    )
    assert sum(step.done for step in steps) == (5 if current is None else current)


@pytest.mark.parametrize(
    ("today", "status", "left"),
    [
        (date(2025, 2, 20), "due", 18),
        (date(2025, 3, 10), "due", 0),  # the day itself is in time
        (date(2025, 3, 11), "missing", -1),
    ],
)
def test_month_shown_knows_what_is_due(today: date, status: str, left: int) -> None:
    shown = MonthShown(FEBRUARY, date(2025, 3, 10), None, None, None, today)

    assert (shown.status, shown.days_left) == (status, left)


@pytest.mark.parametrize(
    ("submitted_at", "status"),
    [("2025-03-10T23:59:59+08:00", "submitted"), ("2025-03-11T00:00:00+08:00", "late")],
)
@pytest.mark.django_db
def test_lateness_begins_when_the_day_has_ended(
    northern: Enterprise, filer: User, attester: User, submitted_at: str, status: str
) -> None:
    at = datetime.fromisoformat(submitted_at)
    draft = open_draft(enterprise=northern, month=FEBRUARY, by=filer, at=at)
    submit_filing(filing=draft, by=attester, at=at)

    shown = month_of(northern, FEBRUARY, today=at.date())

    assert shown.status == status
    assert with_lateness(Filing.objects.all()).get().late is (status == "late")


@pytest.mark.django_db
def test_deadlines_follow_the_tolerance_of_their_month() -> None:
    Tolerance.objects.create(
        name="filing_deadline_day", value=Decimal(15), valid_from=date(2025, 3, 1)
    )

    due = deadlines([Month(2025, 1), FEBRUARY])

    assert due == {Month(2025, 1): date(2025, 2, 10), FEBRUARY: date(2025, 3, 15)}


@pytest.mark.django_db
def test_last_months_begin_with_the_first_that_must_be_filed(
    northern: Enterprise, outsider: Enterprise
) -> None:
    northern.files_from = Month(2025, 1)

    months = last_months(northern, today=date(2025, 3, 5), count=12, drafts=True)

    assert [str(each.month) for each in months] == ["2025-02", "2025-01"]
    assert [each.status for each in months] == ["due", "missing"]
    assert last_months(outsider, today=date(2025, 3, 5), count=12, drafts=True) == []


@pytest.mark.django_db
def test_first_month_is_the_first_filed_where_the_directory_does_not_say(
    northern: Enterprise, southern: Enterprise, filer: User, attester: User, noon: datetime
) -> None:
    nobody_filed = first_month(northern)
    draft = open_draft(enterprise=northern, month=FEBRUARY, by=filer, at=noon)
    submit_filing(filing=draft, by=attester, at=noon)

    assert nobody_filed is None
    assert first_month(northern) == FEBRUARY
    assert first_month(southern) == FEBRUARY


@pytest.mark.django_db
def test_attesters_of_leaves_out_the_preparer_and_the_inactive(
    northern: Enterprise, attester: User, filer: User
) -> None:
    make_user(northern.organisation, "attester", is_active=False)
    preparer = make_user(northern.organisation, "attester")

    assert attesters_of(northern, besides=preparer) == [attester]


def test_cap_changes_tell_what_a_draft_adds() -> None:
    before = [CapPosition(Category.MINING_ROCK, Decimal(100), Decimal(40))]
    after = [
        CapPosition(Category.MINING_ROCK, Decimal(100), Decimal(130)),
        CapPosition(Category.SEPARATION, Decimal(0), Decimal(5)),
    ]

    rock, separation = cap_changes(before, after)

    assert (rock.added_kg, rock.left_kg, rock.over_kg) == (90, -30, 30)
    assert (separation.before_kg, separation.over_kg) == (0, 5)


def test_cap_changes_show_what_an_amendment_takes_away() -> None:
    before = [CapPosition(Category.SEPARATION, Decimal(10), Decimal(8))]
    after = [CapPosition(Category.SEPARATION, Decimal(10), Decimal(3))]

    [change] = cap_changes(before, after)

    assert (change.added_kg, change.left_kg, change.over_kg) == (-5, 7, 0)
