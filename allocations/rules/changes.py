"""Changes of single lines by several drafters at once: what is written, what is in conflict."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Self
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from allocations.rules.lines import StaleDigest
from portal.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class LineKey:
    """Which line: of an enterprise, of the ceiling (no enterprise), or all of it (neither)."""

    enterprise_id: int | None = None
    category: str = ""

    @classmethod
    def parse(cls, text: str, categories: Collection[str]) -> Self:
        """`17|separation`, `|separation` or nothing; what is no line is the whole decision."""
        enterprise, _bar, category = text.partition("|")
        if category not in categories:
            return cls()
        return cls(int(enterprise) if enterprise.isdecimal() else None, category)

    def __str__(self) -> str:
        return f"{self.enterprise_id or ''}|{self.category}" if self.category else ""

    @property
    def as_query(self) -> str:
        """The end of an address that is about this line; nothing for the decision as a whole."""
        return f"?{urlencode({'line': self})}" if self.category else ""


@dataclass(frozen=True, slots=True)
class LineText:
    """What a line says: kg REO, negative to take away, and why."""

    kg: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A line as it stands, and who wrote it last, as far as that is on record."""

    text: LineText
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineChange:
    """One line as its writer had it before them and wants it; None is no line."""

    key: LineKey
    before: LineText | None
    after: LineText | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A line that somebody else changed since its writer read it; `standing` None: removed."""

    change: LineChange
    standing: StandingLine | None


class ChangedMeanwhile(StaleDigest):
    """Somebody else changed the very same lines; nothing was written."""

    def __init__(self, conflicts: Collection[Conflict]) -> None:
        super().__init__(
            _(
                "Lines that somebody else has changed since you opened them: %(count)s. Nothing "
                "was saved. Compare both figures and save again what shall stand."
            ),
            count=len(conflicts),
        )
        self.conflicts = tuple(conflicts)


class LineTwice(Refusal):
    """The same line is changed twice in one go."""


def merge(
    changes: Iterable[LineChange], standing: Mapping[LineKey, StandingLine]
) -> list[LineChange]:
    """The changes that are to be written; one whose outcome stands already is none.

    A line nobody else touched since it was read is free to change, whatever happened to others.
    Raises LineTwice or ChangedMeanwhile with every conflict.
    """
    wanted: list[LineChange] = []
    conflicts: list[Conflict] = []
    seen: set[LineKey] = set()
    for change in changes:
        if change.key in seen:
            raise LineTwice(_("The same line is changed twice in one go. Keep one of them."))
        seen.add(change.key)
        stands = standing.get(change.key)
        said = stands.text if stands else None
        if said == change.after:
            continue
        if said == change.before:
            wanted.append(change)
        else:
            conflicts.append(Conflict(change, stands))
    if conflicts:
        raise ChangedMeanwhile(conflicts)
    return wanted


def differences(
    read: Mapping[LineKey, LineText], typed: Mapping[LineKey, LineText]
) -> list[LineChange]:
    """What somebody changed who read `read` and left `typed`, in the order of what they left."""
    keys = [*typed, *(key for key in read if key not in typed)]
    return [
        LineChange(key, read.get(key), typed.get(key))
        for key in keys
        if read.get(key) != typed.get(key)
    ]
