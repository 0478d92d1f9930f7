"""Which months are to be reminded of on a day, and who has not submitted them."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from enterprises.models import Enterprise
from portal.kernel.period import Month
from traceability.models import DeadlineExtension, Filing
from traceability.queries.months import deadlines

DAYS_BEFORE = (7, 3, 1)
DAYS_AFTER = (1, 3, 7)
# A deadline lies in the month after the one that is filed, or not far behind it.
_MONTHS_BACK = 3


def months_to_remind(today: date) -> Iterator[tuple[Month, date, int]]:
    """Each month with its deadline and the days left to it, negative once it has passed."""
    wanted = {*DAYS_BEFORE, *(-days for days in DAYS_AFTER)}
    due = deadlines([Month.of(today) - back for back in range(1, _MONTHS_BACK + 1)])
    for month, deadline in due.items():
        if (left := (deadline - today) // timedelta(days=1)) in wanted:
            yield month, deadline, left


def organisations_unfiled(month: Month, *, today: date) -> list[int]:
    """The organisations of enterprises that have not submitted a month, nor have more time."""
    extended = DeadlineExtension.objects.filter(
        enterprise=OuterRef("pk"), month=month, last_day__gte=today
    )
    unfiled = enterprises_unfiled(month).filter(~Exists(extended))
    return list(unfiled.order_by("pk").values_list("organisation_id", flat=True))


def enterprises_unfiled(month: Month) -> QuerySet[Enterprise]:
    """The enterprises that must file a month and have not submitted it.

    Where the directory names no first month, that of the platform is it.
    """
    submitted = Filing.objects.filter(enterprise=OuterRef("pk"), month=month).exclude(
        status=Filing.Status.DRAFT
    )
    begun = Q(files_from__lte=month)
    platform = Filing.objects.exclude(status=Filing.Status.DRAFT).aggregate(first=Min("month"))
    if platform["first"] is not None and platform["first"] <= month:
        begun |= Q(files_from=None)
    still_there = Q(merged_on=None) | Q(merged_on__gte=month.first_day)
    return Enterprise.objects.filing().filter(~Exists(submitted), begun, still_there)
