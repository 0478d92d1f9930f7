"""The clock that views, API, tasks and commands read and hand on as `at`.

Outside demonstration mode it is the real one. In demonstration mode it stands at the
demonstration day: nine in the morning plus the real time passed since that day was set, and never
past that day's end, so that moments keep their order.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from portal.kernel.models import DemonstrationDay
from portal.kernel.period import civil_day, end_of, start_of

OPENING = timedelta(hours=9)


def now() -> datetime:
    """The present instant, aware."""
    if not settings.DEMO:
        return timezone.now()
    standing = DemonstrationDay.objects.order_by("-day").first()
    if standing is None:
        return start_of(settings.DEMO_DAY) + OPENING
    passed = max(timezone.now() - standing.set_at, timedelta(0))
    return min(
        start_of(standing.day) + OPENING + passed,
        end_of(standing.day) - timedelta(seconds=1),
    )


def today() -> date:
    """The present civil day in China."""
    return civil_day(now())
