"""The calendar of working days, and the dated settings of the portal."""

from datetime import date, datetime

from django.db import transaction

from portal.accounts import rules
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.models import Holiday, Parameter
from portal.kernel.period import civil_day


@transaction.atomic
def enter_day(
    *,
    day: date,
    is_working: bool,
    name_en: str,
    name_zh: str,
    document: str,
    by: User,
    at: datetime,
) -> Holiday:
    """Put on record that work on a day differs from the week, or correct what was on record.

    Raises DayFollowsTheWeek.
    """
    rules.require_differs_from_week(day, is_working=is_working)
    entered, _is_new = Holiday.objects.update_or_create(
        day=day,
        defaults={
            "is_working": is_working,
            "name_en": name_en,
            "name_zh": name_zh,
            "document": document,
        },
    )
    audit.record(
        "calendar.day_entered",
        entered,
        by=by,
        at=at,
        day=day,
        is_working=is_working,
        document=document,
    )
    return entered


@transaction.atomic
def remove_day(*, holiday: Holiday, by: User, at: datetime) -> None:
    """Let a day follow the week again."""
    holiday = Holiday.objects.select_for_update(no_key=True).get(pk=holiday.pk)
    audit.record("calendar.day_removed", holiday, by=by, at=at, day=holiday.day)
    holiday.delete()


@transaction.atomic
def set_parameter(
    *, name: str, value: int, from_day: date, reason: str, by: User, at: datetime
) -> Parameter:
    """Set one of the portal's settings from a day on; what held before stays on record.

    Raises SetInThePast or ValueUnfit.
    """
    rules.require_parameter(value, from_day=from_day, today=civil_day(at))
    parameter = Parameter.objects.create(
        name=name, value=value, from_day=from_day, reason=reason, set_by=by, set_at=at
    )
    audit.record(
        "parameter.set", parameter, by=by, at=at, name=name, value=value, from_day=from_day
    )
    return parameter
