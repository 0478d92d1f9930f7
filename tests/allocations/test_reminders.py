"""Reminders to acknowledge copies."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from allocations import services
from allocations.models import Copy, Reminder
from allocations.tasks import remind_of_copies
from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.models import AuditEvent
from portal.kernel.period import start_of
from portal.notices.models import Notice


@pytest.fixture
def copy(issued, northern, recipient) -> Copy:
    """The province's copy, which is to be acknowledged."""
    decision = issued(("separation", "100"), (northern, "separation", "60"))
    return Copy.objects.get(decision=decision, recipient=recipient.organisation)


def remind(copy: Copy, days: int) -> int:
    """Remind so many days after the last one to acknowledge."""
    after = copy.sent_at.replace(hour=1) + (copy.due_on - copy.sent_at.date())
    return services.remind_of_copies(by=system_user(), at=after + timedelta(days=days))


def test_nobody_is_reminded_on_the_last_day(copy):
    assert remind(copy, 0) == 0
    assert not Reminder.objects.exists()


def test_remind_tells_the_recipients_of_every_late_copy_once_a_day(copy, recipient, attester):
    late = Copy.objects.filter(decision=copy.decision).count()

    assert remind(copy, 1) == late
    assert remind(copy, 1) == 0

    assert Notice.objects.filter(user=recipient, kind="copy_reminder").count() == 1
    assert Notice.objects.filter(user=attester, kind="copy_reminder").count() == 1
    assert AuditEvent.objects.filter(action="copy.reminded").count() == late


def test_what_was_acknowledged_is_not_reminded_of(copy, recipient, later):
    services.acknowledge_copy(copy=copy, by=recipient, at=later)

    remind(copy, 1)

    assert not Notice.objects.filter(user=recipient, kind="copy_reminder").exists()


def test_nobody_is_reminded_on_a_day_off(copy):
    days = [remind(copy, day) > 0 for day in range(1, 8)]

    assert days.count(False) == 2  # the weekend
    assert days.count(True) == 5


def test_the_task_reminds_at_the_portals_clock(copy, recipient, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: start_of(copy.due_on) + timedelta(hours=33))

    remind_of_copies()
    remind_of_copies()

    assert Notice.objects.filter(user=recipient, kind="copy_reminder").count() == 1


def test_two_workers_remind_once(committed_db, copy, recipient):
    counts = []

    def work() -> None:
        counts.append(remind(copy, 1))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(counts) == [0, Reminder.objects.count()]
    assert Notice.objects.filter(user=recipient, kind="copy_reminder").count() == 1
