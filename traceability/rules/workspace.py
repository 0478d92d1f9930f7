"""Several people at the rows of one draft: what is written, and what is in conflict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal

# A row as its writer sees it: the text of each column that holds one.
Cells = Mapping[str, str]
# The tabs of a month, and the kinds of record on each.
TABS: Mapping[str, tuple[Promise, tuple[str, ...]]] = {
    "production": (_("Production"), ("extraction", "recycled")),
    "runs": (_("Process runs"), ("input", "output")),
    "purchases": (_("Purchases"), ("purchase",)),
    "sales": (_("Sales"), ("sale",)),
    "trade": (_("Imports and exports"), ("import", "export")),
    "stock": (_("Stock and losses"), ("stock", "loss")),
}
# So many rows are sent at once, and may wait unfinished in one draft.
ROWS_AT_ONCE = 2_000
MOST_UNFINISHED = 5_000


@dataclass(frozen=True, slots=True)
class RowChange:
    """One line as its writer had it before them and wants it; None is no row."""

    line: int
    before: Cells | None
    after: Cells | None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A line as it stands, by whom and when it was written last, and what is wrong with it."""

    cells: Cells
    by: str
    at: datetime
    is_record: bool
    faults: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class RowConflict:
    """A line that somebody else wrote since it was read; `standing` None: they removed it."""

    change: RowChange
    standing: StandingRow | None


class RowsChangedMeanwhile(Refusal):
    """Somebody else wrote the same lines."""

    def __init__(self, conflicts: Sequence[RowConflict]) -> None:
        super().__init__(
            _("Lines that somebody else changed meanwhile: %(count)s. Nothing was saved."),
            count=len(conflicts),
        )
        self.conflicts = conflicts


class RowTwice(Refusal):
    """A line is written once at a time."""


class TooManyUnfinished(Refusal):
    """More rows wait unfinished than people can finish."""


class RowsInTheWay(Refusal):
    """Last month's shape is copied into an empty draft only."""


class UnfinishedRows(Refusal):
    """A draft with rows that are not records yet is not handed over."""


def merge_rows(
    changes: Sequence[RowChange], standing: Mapping[int, StandingRow]
) -> list[RowChange]:
    """The changes to be written: those of lines that stand as their writer had them before them.

    A line that says already what is wanted is left alone, so a repeat does no harm. Raises
    RowTwice, or RowsChangedMeanwhile with every line that is neither.
    """
    if len({change.line for change in changes}) < len(changes):
        raise RowTwice(_("A line is named twice."))
    wanted, conflicts = [], []
    for change in changes:
        row = standing.get(change.line)
        stands = dict(row.cells) if row else None
        if stands == (None if change.after is None else dict(change.after)):
            continue
        if stands == (None if change.before is None else dict(change.before)):
            wanted.append(change)
        else:
            conflicts.append(RowConflict(change, row))
    if conflicts:
        raise RowsChangedMeanwhile(conflicts)
    return wanted


def require_room(unfinished: int) -> None:
    """At most MOST_UNFINISHED rows wait in a draft. Raises TooManyUnfinished."""
    if unfinished > MOST_UNFINISHED:
        raise TooManyUnfinished(
            _("More than %(most)s rows would wait unfinished. Finish some, or upload a file."),
            most=f"{MOST_UNFINISHED:,}",
        )


def require_empty(*, records: int, unfinished: int) -> None:
    """Nothing was written yet. Raises RowsInTheWay."""
    if records or unfinished:
        raise RowsInTheWay(
            _("The draft holds rows already; last month's shape is copied into an empty one only.")
        )


def require_finished(unfinished: int) -> None:
    """Every row is a record. Raises UnfinishedRows."""
    if unfinished:
        raise UnfinishedRows(
            _("Rows that are not finished: %(count)s. Finish or remove them before handing over."),
            count=unfinished,
        )
