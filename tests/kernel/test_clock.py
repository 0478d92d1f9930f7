"""The clock outside and inside demonstration mode."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from portal.kernel import clock
from portal.kernel.models import DemonstrationDay
from portal.kernel.period import start_of


def test_outside_demonstration_mode_it_is_the_real_one(settings):
    settings.DEMO = False

    assert abs(clock.now() - timezone.now()) < timedelta(seconds=5)


@pytest.mark.django_db
def test_in_demonstration_mode_it_stands_at_the_day(settings):
    settings.DEMO = True
    settings.DEMO_DAY = date(2025, 12, 8)

    assert clock.now() == start_of(date(2025, 12, 8)) + clock.OPENING
    assert clock.today() == date(2025, 12, 8)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(0), timedelta(hours=9)),
        (timedelta(hours=2), timedelta(hours=11)),
        (timedelta(days=3), timedelta(hours=23, minutes=59, seconds=59)),
    ],
)
def test_the_demonstration_day_goes_on_and_never_ends(settings, passed, expected):
    settings.DEMO = True
    DemonstrationDay.objects.create(day=date(2025, 12, 9), set_at=timezone.now() - passed)

    assert abs(clock.now() - (start_of(date(2025, 12, 9)) + expected)) < timedelta(seconds=5)
