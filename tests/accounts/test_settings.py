"""The calendar of working days and the settings, by page and service."""

from contextlib import nullcontext
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from portal.accounts import rules, services
from portal.kernel import clock
from portal.kernel.models import AuditEvent, Holiday, Parameter
from portal.kernel.parameters import value_of, working_calendar

pytestmark = pytest.mark.django_db

NAME = Parameter.Name.COOLING_OFF_WORKING_DAYS
TODAY = date(2025, 3, 5)


@pytest.fixture(autouse=True)
def _noon(client, monkeypatch, noon):
    monkeypatch.setattr(clock, "now", lambda: noon)
    client.cookies["django_language"] = "en"


@pytest.mark.parametrize(
    ("day", "is_working", "expected"),
    [
        (date(2025, 3, 8), True, nullcontext()),  # a Saturday, worked
        (date(2025, 3, 7), True, pytest.raises(rules.DayFollowsTheWeek)),
        (date(2025, 3, 7), False, nullcontext()),
        (date(2025, 3, 8), False, nullcontext()),  # periods name their weekends too
    ],
)
def test_require_differs_from_week(day, is_working, expected):
    with expected:
        rules.require_differs_from_week(day, is_working=is_working)


@pytest.mark.parametrize(
    ("value", "from_day", "expected"),
    [
        (0, TODAY, nullcontext()),
        (60, TODAY, nullcontext()),
        (61, TODAY, pytest.raises(rules.ValueUnfit)),
        (1, date(2025, 3, 4), pytest.raises(rules.SetInThePast)),
    ],
)
def test_require_parameter(value, from_day, expected):
    with expected:
        rules.require_parameter(value, from_day=from_day, today=TODAY)


def test_enter_day_and_remove_it_again(drafter, noon):
    facts = {"name_en": "Typhoon", "name_zh": "台风", "document": "Notice 1"}
    day = date(2025, 3, 7)

    entered = services.enter_day(day=day, is_working=False, by=drafter, at=noon, **facts)
    assert working_calendar().add(date(2025, 3, 6), 1) == date(2025, 3, 10)
    services.remove_day(holiday=entered, by=drafter, at=noon)

    assert working_calendar().add(date(2025, 3, 6), 1) == day
    deeds = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert deeds == ["calendar.day_entered", "calendar.day_removed"]


def test_enter_day_again_corrects_it(drafter, noon):
    first = Holiday.objects.get(day=date(2025, 10, 1))

    services.enter_day(
        day=first.day,
        is_working=False,
        name_en=first.name_en,
        name_zh=first.name_zh,
        document="Notice 2",
        by=drafter,
        at=noon,
    )

    assert Holiday.objects.get(day=first.day).document == "Notice 2"


def test_set_parameter_holds_from_its_day(administrator, noon):
    services.set_parameter(
        name=NAME, value=2, from_day=date(2025, 4, 1), reason="more care", by=administrator, at=noon
    )

    assert (value_of(NAME, on=date(2025, 3, 31)), value_of(NAME, on=date(2025, 4, 1))) == (1, 2)
    with pytest.raises(DatabaseError), transaction.atomic():
        Parameter.objects.update(value=0)


def test_the_calendar_says_which_year_is_missing(client, drafter, monkeypatch, noon):
    monkeypatch.setattr(clock, "now", lambda: noon.replace(year=2026))
    client.force_login(drafter)

    text = client.get(reverse("accounts:calendar"), follow=True).content.decode()

    assert "Working days of 2026" in text
    assert "Nothing is on record for 2027" in text
    assert "days name no notice" in text


def test_a_day_is_entered_on_its_page(client, drafter):
    client.force_login(drafter)
    typed = {
        "day": "2027-01-01",
        "is_working": "no",
        "name_zh": "元旦",
        "name_en": "New Year",
        "document": "Notice 3",
    }

    answer = client.post(reverse("accounts:calendar_year", args=[2025]), typed)

    assert answer["Location"] == reverse("accounts:calendar_year", args=[2027])
    assert not working_calendar().is_working(date(2027, 1, 1))


def test_a_setting_of_yesterday_is_refused_on_the_form(client, administrator):
    client.force_login(administrator)
    typed = {"name": NAME, "value": "2", "from_day": "2025-03-04", "reason": "late"}

    answer = client.post(reverse("accounts:parameter_list"), typed)

    assert answer.status_code == 422
    assert "Choose today or a later day" in answer.content.decode()
    assert value_of(NAME, on=TODAY) == 1


def test_the_settings_are_the_administrators(client, drafter, administrator):
    client.force_login(drafter)
    assert client.get(reverse("accounts:parameter_list")).status_code == 403
    client.force_login(administrator)

    text = client.get(reverse("accounts:parameter_list")).content.decode()

    assert "working days between the order to issue a decision and its issue" in text


def test_a_year_beyond_reason_is_not_there(client, drafter):
    client.force_login(drafter)

    assert client.get(reverse("accounts:calendar_year", args=[99999])).status_code == 404
