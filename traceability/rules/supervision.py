"""When a filing is returned, and when a deadline is extended."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import MONTHLY_FILING


class NotInForce(Refusal):
    """Only the version that counts is returned or asked about."""


class DueTooSoon(Refusal):
    """The enterprise has a day at the least."""


class NothingWasAsked(Refusal):
    """An answer follows a question or a return."""


class NotLater(Refusal):
    """An extension gives more time than there is."""


class NobodyNamed(Refusal):
    """An extension is for somebody."""


def require_in_force(status: str) -> None:
    """The version counts now. Raises NotInForce."""
    if status != "submitted":
        raise NotInForce(_("This version does not count any more, or not yet."))


def require_day_ahead(due_on: date, *, today: date) -> None:
    """Tomorrow is allowed. Raises DueTooSoon."""
    if due_on <= today:
        raise DueTooSoon(_("Choose a day after today."), field="due_on")


def require_asked(*, asked: bool) -> None:
    """Somebody asked or returned the version. Raises NothingWasAsked."""
    if not asked:
        raise NothingWasAsked(_("Nothing was asked about this version."))


def require_later(last_day: date, *, deadline: date, today: date) -> None:
    """Later than the deadline that holds, and not past already. Raises NotLater."""
    if last_day <= deadline or last_day < today:
        raise NotLater(
            _(
                "The deadline that holds is %(deadline)s; an extension ends after it, and not in"
                " the past."
            ),
            source=MONTHLY_FILING,
            field="last_day",
            deadline=deadline.isoformat(),
        )
