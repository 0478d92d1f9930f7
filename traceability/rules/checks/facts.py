"""What a finding keeps, as its words need it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from portal.kernel.law import Source
from portal.kernel.quantity import to_tonnes


@dataclass(frozen=True, slots=True)
class Facts:
    """One finding with its names in the reader's language.

    `figures` are the numbers that judged it, masses as text in kg; `tolerances` the values used.
    """

    enterprise: str = ""
    counterparty: str = ""
    month: str = ""
    category: str = ""
    lot: str = ""
    lot_maker: str = ""
    run: str = ""
    document: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    tolerances: Mapping[str, str] = field(default_factory=dict)

    def mass(self, name: str) -> Decimal:
        """A figure in kg."""
        return Decimal(self.figures[name])

    def tonnes(self, name: str) -> str:
        """A figure in tonnes, as pages print it."""
        return f"{to_tonnes(self.mass(name)):,.3f}"

    def kg(self, name: str) -> str:
        """A figure in kg, as pages print it."""
        return f"{self.mass(name):,.3f}"

    def month_of(self, name: str) -> str:
        """The month of a figure that is a day, as `2025-03`."""
        return str(self.figures[name])[:7]

    def tolerance(self, name: str) -> str:
        """A tolerance without trailing zeros."""
        return f"{Decimal(self.tolerances[name]).normalize():f}"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its code and the SQL file of that name, its law, its words.

    `version` changes with what makes it fire. `tolerances` names the rows it judges by. A
    `two_sided` check looks at shipments: what it finds concerns the counterparty's filing as much
    as the enterprise's own, so a change of either may clear it. `gross`: its amount is kg as
    weighed, not REO.
    """

    code: str
    title: Promise
    source: Source
    explain: Callable[[Facts], str]
    clears: Promise
    tolerances: tuple[str, ...] = ()
    two_sided: bool = False
    gross: bool = False
    version: str = "1"

    @property
    def heading(self) -> str:
        """Its title where it stands alone, in the reader's language."""
        title = str(self.title)
        return title[:1].upper() + title[1:]
