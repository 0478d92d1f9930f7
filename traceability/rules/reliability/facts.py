"""What a reliability score goes by, and what it comes to."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise

from portal.kernel.law import Source
from portal.kernel.quantity import ZERO

TENTH = Decimal("0.1")
# So much of the hundred must have something to go by before there is a score at all.
LEAST_POSSIBLE = Decimal(50)


@dataclass(frozen=True, slots=True)
class Weights:
    """The points possible for each component from a day on; together a hundred."""

    since: date
    filing: Decimal
    shipments: Decimal
    findings: Decimal
    amendments: Decimal
    answers: Decimal
    penalties: Decimal


# A change is a new row: what was scored before stays as it was scored.
WEIGHTS = (
    Weights(
        since=date(2010, 1, 1),
        filing=Decimal(25),
        shipments=Decimal(25),
        findings=Decimal(25),
        amendments=Decimal(10),
        answers=Decimal(5),
        penalties=Decimal(10),
    ),
)


@dataclass(frozen=True, slots=True)
class Conduct:
    """What the record shows of one enterprise in a period; masses gross kg.

    `late` and `missing` are among `due`. `apart_kg` is what only one side filed or the two sides
    file differently, `lots` in how many lots; what is on its way, or lies with a partner that has
    not filed, is in neither. Findings hold or were closed as anything but explained or mistaken.
    """

    due: int = 0
    late: int = 0
    missing: int = 0
    filed: int = 0
    agreed_kg: Decimal = ZERO
    apart_kg: Decimal = ZERO
    lots: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    amended: int = 0
    asked: int = 0
    answered: int = 0
    penalties: int = 0
    reconciled: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """Some of the points: what they are for, what was seen, and what was given of what."""

    key: str
    label: Promise
    figure: str
    rule: str
    possible: Decimal
    given: Decimal | None
    source: Source

    @property
    def known(self) -> bool:
        """Whether there was enough to go by."""
        return self.given is not None


@dataclass(frozen=True, slots=True)
class Score:
    """All components, and what they come to in a hundred; None: too little to go by."""

    components: tuple[Component, ...]

    @property
    def given(self) -> Decimal:
        """The points that were given."""
        return sum((each.given for each in self.components if each.given is not None), ZERO)

    @property
    def possible(self) -> Decimal:
        """The points of the components that had enough to go by."""
        return sum((each.possible for each in self.components if each.known), ZERO)

    @property
    def points(self) -> Decimal | None:
        """Given of possible, in a hundred."""
        if self.possible < LEAST_POSSIBLE:
            return None
        return (self.given / self.possible * 100).quantize(TENTH, ROUND_HALF_UP)


def weights_on(day: date) -> Weights:
    """The weights that hold on `day`."""
    return next(each for each in reversed(WEIGHTS) if each.since <= day)
