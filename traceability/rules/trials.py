"""What may be tried before it takes effect."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.period import Month
from traceability.rules.tolerances import require_within_bounds

MOST_MONTHS = 36


class NothingToTry(Refusal):
    """A trial differs from what holds."""


class MonthsUnfit(Refusal):
    """Months that have come, in order, and not too many at once."""


def require_values(values: Mapping[str, Decimal], *, held: Mapping[str, Decimal]) -> None:
    """At least one value differs from what holds, each within its bounds.

    Raises NothingToTry or ValueOutOfBounds.
    """
    if all(held.get(name) == value for name, value in values.items()):
        raise NothingToTry(_("Change a value: these hold already."))
    for name, value in values.items():
        require_within_bounds(name, value)


def require_months(first: Month, last: Month, *, as_of: date, today: date) -> None:
    """From an earlier to a later month that has begun by `as_of`, which has come; three years at
    the most. Raises MonthsUnfit.
    """
    if as_of > today:
        raise MonthsUnfit(_("That day is still to come."), field="as_of")
    if last.first_day > as_of:
        raise MonthsUnfit(_("That month had not begun by then."), field="last_month")
    if first > last:
        raise MonthsUnfit(_("The last month lies before the first."), field="last_month")
    if first + MOST_MONTHS <= last:
        raise MonthsUnfit(
            _("Try %(most)s months at the most at once."), field="first_month", most=MOST_MONTHS
        )
