"""What administrators must obey when they manage accounts."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kernel.calendar import Calendar
from portal.kernel.errors import Refusal

# The account in whose name the portal itself acts, and how the demonstration's are told.
SYSTEM = "system"
DEMO_PREFIX = "demo-"
MOST_WORKING_DAYS = 60


class RoleDoesNotFit(Refusal):
    """A role of one kind of organisation for a person of another."""


class UserNameReserved(Refusal):
    """A user name that the portal or its demonstration keeps for itself."""


class NobodyChangesThemselves(Refusal):
    """An administrator works on the own account."""


class SystemAccountUntouchable(Refusal):
    """The account in whose name the portal itself acts belongs to no person."""


class DayFollowsTheWeek(Refusal):
    """A make-up working day that would be worked anyway."""


class SetInThePast(Refusal):
    """A setting holds from today on or later; what was judged by the old one stays."""


class ValueUnfit(Refusal):
    """A number of working days is 0 to 60."""


class AlreadyDeactivated(Refusal):
    """An account that is deactivated can't be deactivated again."""


class NotDeactivated(Refusal):
    """Only a deactivated account is reactivated."""


def require_role_fits(*, role_of: str, kind: str) -> None:
    """A role is held only in the kind of organisation it is made for.

    `role_of` is the kind the role belongs to, `kind` the organisation's. Raises RoleDoesNotFit.
    So an administrator, who belongs to the operator, never has a business role besides.
    """
    if role_of != kind:
        raise RoleDoesNotFit(
            _("This role does not belong to this kind of organisation."), field="role"
        )


def require_free_name(username: str) -> None:
    """No person is named like the portal itself or the accounts of its demonstration.

    Those of the demonstration are signed in to without a password. Raises UserNameReserved.
    """
    if username.lower() == SYSTEM or username.lower().startswith(DEMO_PREFIX):
        raise UserNameReserved(_("This user name is reserved."), field="username")


def require_somebody_else(*, user_id: int, by_id: int) -> None:
    """Nobody manages the own account. Raises NobodyChangesThemselves."""
    if user_id == by_id:
        raise NobodyChangesThemselves(
            _("Nobody manages the own account: another administrator must do it.")
        )


def require_a_person(username: str) -> None:
    """The portal's own account is left alone. Raises SystemAccountUntouchable."""
    if username == SYSTEM:
        raise SystemAccountUntouchable(_("The portal's own account can't be managed."))


def require_active(*, is_active: bool) -> None:
    """Raises AlreadyDeactivated for an account that is deactivated."""
    if not is_active:
        raise AlreadyDeactivated(_("The account is deactivated."))


def require_inactive(*, is_active: bool) -> None:
    """Raises NotDeactivated for an account that is active."""
    if is_active:
        raise NotDeactivated(_("The account is active."))


def require_differs_from_week(day: date, *, is_working: bool) -> None:
    """A make-up working day lies on a weekend. Raises DayFollowsTheWeek.

    A holiday may lie anywhere: notices name whole periods, weekends included.
    """
    if is_working and Calendar().is_working(day):
        raise DayFollowsTheWeek(
            _("This day is a weekday; only a Saturday or Sunday is worked in exchange."),
            field="day",
        )


def require_parameter(value: int, *, from_day: date, today: date) -> None:
    """A number of working days, from today on at the earliest. Raises SetInThePast or ValueUnfit.

    Today is allowed.
    """
    if from_day < today:
        raise SetInThePast(
            _("Choose today or a later day: what was judged before stays as it was judged."),
            field="from_day",
        )
    if not 0 <= value <= MOST_WORKING_DAYS:
        raise ValueUnfit(
            _("Enter 0 to %(most)d working days."), field="value", most=MOST_WORKING_DAYS
        )
