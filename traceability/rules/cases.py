"""What makes one case of many findings, and what may be done in it.

Source: county-level and higher authorities supervise and inspect the execution of the indices (2025
Measures).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.evidence import MEGABYTE

# The topic of a case, by the code of a finding.
TOPIC_OF = {
    "over_cap": "caps",
    "cap_nearly_used": "caps",
    "no_cap": "caps",
    "not_designated": "caps",
    "cap_relief_amendment": "caps",
    "missing_filing": "filing",
    "late_filing": "filing",
    "oversold_lot": "balance",
    "stock_mismatch": "balance",
    "yield_impossible": "balance",
    "yield_low": "balance",
    "element_excess": "balance",
    "lot_conflict": "balance",
    "unconfirmed_sale": "shipments",
    "unmatched_purchase": "shipments",
    "quantity_mismatch": "shipments",
    "circular_trade": "shipments",
    "duplicate_document": "shipments",
    "undocumented_origin": "origin",
    "unusual_figures": "figures",
}
# What an enterprise does that leaves traces at others and in its own books, the strongest first:
# figures that are not its real ones, output held back, production taken back, a month held back.
CAUSES = ("unusual_figures", "yield_low", "cap_relief_amendment", "missing_filing", "lot_conflict")
# Findings that such a cause may have left, at the maker of the lot, its holder or its partner.
TRACES = (
    *("oversold_lot", "stock_mismatch", "quantity_mismatch", "unmatched_purchase"),
    *("unconfirmed_sale", "yield_impossible", "element_excess"),
)
# What a file of evidence may hold.
MOST_BYTES = 10 * MEGABYTE


class CaseEnded(Refusal):
    """The case is closed or was merged into another."""


class NothingAsked(Refusal):
    """There is no question to answer."""


class DueTooEarly(Refusal):
    """An answer can't be due before the day after the question."""


class NotToBeMerged(Refusal):
    """A case can't be merged into this one."""


class StillFound(Refusal):
    """A case can't be closed as corrected while the reconciliation still finds it."""


class NotToBeMoved(Refusal):
    """A finding can't be put into this case."""


class SomeGone(Refusal):
    """Not all that was chosen is there."""


@dataclass(frozen=True, slots=True)
class RowRefused:
    """One of many that could not be done, and what stands against it."""

    pk: int
    refusal: Refusal


class RowsRefused(Refusal):
    """Some of many could not be done, so none was; `rows` tells of each."""

    def __init__(self, rows: Sequence[RowRefused], *, count: int) -> None:
        super().__init__(
            _("%(refused)s of %(count)s can't be done, so nothing was: see below."),
            refused=len(rows),
            count=count,
        )
        self.rows = rows


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands: its status, its year, and how many of its findings are still found."""

    status: str
    year: int
    still_found: int = 0


# The statuses of a case in which nothing more is done.
ENDED = ("closed", "merged")


def require_worked(standing: Standing) -> None:
    """Nothing more is done in a case that is closed or merged. Raises CaseEnded."""
    if standing.status in ENDED:
        raise CaseEnded(_("This case is closed or was merged into another; nothing was changed."))


def require_asked(standing: Standing) -> None:
    """An enterprise answers what it was asked, as often as it needs to. Raises NothingAsked."""
    require_worked(standing)
    if standing.status not in ("asked", "answered"):
        raise NothingAsked(_("Nothing was asked in this case yet."))


def require_due_later(due_on: date, *, today: date) -> None:
    """The enterprise has a day at the least. Raises DueTooEarly; tomorrow is allowed."""
    if due_on <= today:
        raise DueTooEarly(_("The answer must be due after today."), field="due_on")


def require_mergeable(standing: Standing, other: Standing, *, same: bool) -> None:
    """Both cases are worked, are two, and are of one year. Raises CaseEnded or NotToBeMerged."""
    require_worked(standing)
    require_worked(other)
    if same:
        raise NotToBeMerged(_("A case can't be merged into itself."), field="into")
    if standing.year != other.year:
        raise NotToBeMerged(_("Cases of two years can't be merged."), field="into")


def require_movable(
    *,
    year: int,
    source: Standing | None,
    target: Standing | None,
    same: bool,
    alike: bool,
    first_year: int,
) -> None:
    """Both cases are worked, are two, and are of the finding's year.

    Several that go into a new case are of one enterprise and year. Raises CaseEnded or
    NotToBeMoved.
    """
    for standing in (source, target):
        if standing is not None:
            require_worked(standing)
    if same:
        raise NotToBeMoved(_("The finding is in this case already."), field="into")
    if year != (target.year if target else first_year):
        raise NotToBeMoved(_("The finding is of another year than the case."), field="into")
    if not alike:
        raise NotToBeMoved(_("A new case holds findings of one enterprise only."), field="into")


def require_all_there(found: int, *, asked: int) -> None:
    """All that was chosen is there, and something was. Raises SomeGone."""
    if not asked or found != asked:
        raise SomeGone(_("Not all that was chosen is there any more; choose again."))


def require_closable(standing: Standing, outcome: str) -> None:
    """Corrected means that the reconciliation no longer finds it. Raises CaseEnded or StillFound.

    Findings that still hold can be explained, mistaken or referred for penalty.
    """
    require_worked(standing)
    if outcome == "corrected" and standing.still_found:
        raise StillFound(
            _(
                "%(count)s findings of this case still hold; close it as corrected once an"
                " amendment has cleared them, or name another outcome."
            ),
            field="outcome",
            count=standing.still_found,
        )
