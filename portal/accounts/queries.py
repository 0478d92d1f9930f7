"""Who has an account, what is on record of them, and in whose name the portal itself acts."""

from dataclasses import dataclass
from datetime import date, datetime

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Case, Count, F, Max, Q, QuerySet, Value, When

from portal.accounts.models import Organisation, Region, User
from portal.accounts.permissions import Perm
from portal.accounts.roles import ROLES
from portal.accounts.rules import DEMO_PREFIX, SYSTEM
from portal.kernel.dated import holding
from portal.kernel.models import AuditEvent, Holiday, Parameter


def system_user() -> User:
    """The account in whose name the portal itself and its operator's commands act."""
    return User.objects.select_related("organisation").get(username=SYSTEM)


def users_visible_to(user: User) -> QuerySet[User]:
    """The accounts `user` may see: an administrator all of people's, everybody else their own.

    Each with its `standing`: active, invited (no password set yet) or inactive.
    """
    people = User.objects.exclude(username=SYSTEM).select_related("organisation")
    people = people.annotate(
        standing=Case(
            When(is_active=False, then=Value("inactive")),
            When(password__startswith=UNUSABLE_PASSWORD_PREFIX, then=Value("invited")),
            default=Value("active"),
        )
    )
    return people if user.holds(Perm.MANAGE_USERS) else people.filter(pk=user.pk)


def organisations_visible_to(user: User) -> QuerySet[Organisation]:
    """The organisations somebody may be invited for, each with its number of open accounts."""
    organisations = Organisation.objects.select_related("region").annotate(
        people=Count("users", filter=Q(users__is_active=True))
    )
    return organisations if user.holds(Perm.MANAGE_USERS) else organisations.none()


def events_visible_to(user: User) -> QuerySet[AuditEvent]:
    """The audit trail, for whom the role lets read it, latest first."""
    events = AuditEvent.objects.select_related("by", "by__organisation")
    return events if user.holds(Perm.VIEW_AUDIT) else events.none()


def regions() -> QuerySet[Region]:
    """Every region on record, in the order of the codes."""
    return Region.objects.all()


def demo_users() -> QuerySet[User]:
    """The accounts of the demonstration, in the order the roles are listed."""
    order = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(ROLES)))
    return (
        User.objects.filter(username__startswith=DEMO_PREFIX, is_active=True)
        .select_related("organisation")
        .order_by(order, F("organisation__ministry"), "pk")
    )


def locked_until(username: str, address: str | None) -> datetime | None:
    """When the last failed sign-in of `username` from `address` is forgotten, if there is one."""
    tried = AccessAttempt.objects.filter(username=username, ip_address=address)
    latest = tried.aggregate(latest=Max("attempt_time"))["latest"]
    return latest + get_cool_off() if latest else None


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """The days of a year that differ from the week, and whether they were checked."""

    year: int
    days: list[Holiday]
    next_missing: int | None

    @property
    def unchecked(self) -> int:
        """How many rows name no notice."""
        return sum(not day.document for day in self.days)


def calendar_of(year: int, *, today: date) -> CalendarYear:
    """One year of the calendar; `next_missing`: this or the coming year when it has no row."""
    known = set(Holiday.objects.values_list("day__year", flat=True).distinct())
    missing = [each for each in (today.year, today.year + 1) if each not in known]
    days = list(Holiday.objects.filter(day__year=year))
    return CalendarYear(year, days, missing[0] if missing else None)


@dataclass(frozen=True, slots=True)
class ParameterShown:
    """One row of the settings, and whether it is the one that holds today."""

    parameter: Parameter
    holds: bool


def parameters_on(today: date) -> list[ParameterShown]:
    """Every setting there is and was, the latest of each first, marked as they hold today."""
    rows = list(Parameter.objects.select_related("set_by"))
    held = holding(((row.pk, row.name, row.from_day) for row in reversed(rows)), day=today)
    return [ParameterShown(row, row.pk in held) for row in rows]
