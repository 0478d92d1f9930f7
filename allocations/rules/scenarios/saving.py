"""What a scenario must be to be saved, and to become the lines of a decision."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from allocations.rules.facts import TOTAL_CONTROL_SINCE
from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION

KG = Decimal(1)
UNDIVIDED = "mining"


class ScenarioUnfit(Refusal):
    """A scenario divides a total of whole kilograms of a year that can be planned."""


class ScenarioNamed(Refusal):
    """Another scenario of the year and category has this name."""


class ScenarioOutdated(Refusal):
    """What the scenario rests on has been decided otherwise since it was saved."""


def require_plannable(*, year: int, this_year: int, category: str, total_kg: Decimal) -> None:
    """A year under the 2025 measures up to the next one, an ore type, more than nothing.

    Raises ScenarioUnfit.
    """
    if not TOTAL_CONTROL_SINCE <= year <= this_year + 1:
        raise ScenarioUnfit(
            _("Scenarios are for the years from %(since)s to %(last)s."),
            field="year",
            since=str(TOTAL_CONTROL_SINCE),
            last=str(this_year + 1),
        )
    if category == UNDIVIDED:
        raise ScenarioUnfit(_("Say which ore type: rock or ionic."), field="category")
    if total_kg <= 0 or total_kg % KG:
        raise ScenarioUnfit(
            _("Enter what is to be divided: more than nothing, in whole kilograms."), field="total"
        )


def require_name(name: str, *, taken: bool) -> None:
    """A scenario has a name of its own in its year and category. Raises ScenarioNamed."""
    if not name.strip():
        raise ScenarioUnfit(_("Give the scenario a name."), field="name")
    if taken:
        raise ScenarioNamed(
            _("Another scenario of this year and category has this name."), field="name"
        )


def require_year(*, year: int, of_scenario: int) -> None:
    """A scenario becomes lines of a decision of its own year. Raises ScenarioUnfit."""
    if year != of_scenario:
        raise ScenarioUnfit(_("The decision is of another year than the scenario."))


def require_cuts_open(cut: Collection[int], open_at: Collection[int]) -> None:
    """The penalties that a scenario cuts for are still to be decided. Raises ScenarioOutdated."""
    if gone := set(cut) - set(open_at):
        raise ScenarioOutdated(
            _(
                "Cuts of this scenario that have been decided since: %(count)s. Save it anew under "
                "another name."
            ),
            source=ALLOCATION,
            count=len(gone),
        )
