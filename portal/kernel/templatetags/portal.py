"""Filters and components of every page: one way to print a mass, a day, a status."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.translation import get_language

from portal.kernel.period import Month
from portal.kernel.quantity import to_tonnes

register = template.Library()


@register.filter
def tonnes(kg: Decimal | None) -> str:
    """Kilograms as tonnes with three places; a dash when there is no figure."""
    if kg is None:
        return "—"
    return formats.number_format(to_tonnes(Decimal(kg)), decimal_pos=3, force_grouping=True)


@register.filter
def kg(value: Decimal | None) -> str:
    """Kilograms with three places; a dash when there is no figure."""
    if value is None:
        return "—"
    return formats.number_format(Decimal(value), decimal_pos=3, force_grouping=True)


@register.filter
def percent(fraction: Decimal | float | None) -> str:
    """A fraction as percent with one place; a dash when there is none."""
    if fraction is None:
        return "—"
    return f"{formats.number_format(Decimal(fraction) * 100, decimal_pos=1)} %"


@register.filter
def day(value: date | datetime | None) -> str:
    """A civil day; a dash when there is none."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return formats.date_format(value, "SHORT_DATE_FORMAT")


@register.filter
def moment(value: datetime | None) -> str:
    """An instant in China's civil time, to the minute; a dash when there is none."""
    if value is None:
        return "—"
    return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")


@register.filter
def month(value: Month | None) -> str:
    """A month in words; a dash when there is none."""
    if value is None:
        return "—"
    return formats.date_format(value.first_day, "YEAR_MONTH_FORMAT")


@register.filter
def named(thing: Any) -> str:
    """The name of a thing that has one in both languages, in the reader's."""
    if thing is None:
        return "—"
    chinese = (get_language() or "").startswith("zh")
    return thing.name_zh if chinese else (thing.name_en or thing.name_zh)
