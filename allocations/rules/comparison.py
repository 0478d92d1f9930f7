"""What differs between two sets of lines, such as two decisions or two years."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from allocations.rules.changes import LineKey
from portal.kernel.quantity import ZERO, share


@dataclass(frozen=True, slots=True)
class Compared:
    """One ceiling or cap on both sides, kg REO; None where a side does not have it."""

    key: LineKey
    first_kg: Decimal | None
    second_kg: Decimal | None

    @property
    def difference_kg(self) -> Decimal:
        """What the second has more than the first; nothing stands for what is not there."""
        return (self.second_kg or ZERO) - (self.first_kg or ZERO)

    @property
    def difference_share(self) -> Decimal | None:
        """The difference as a fraction of the first; None where the first is nothing."""
        return share(self.difference_kg, abs(self.first_kg or ZERO))

    @property
    def is_changed(self) -> bool:
        """Whether the figures differ; a line of nothing is not the same as none."""
        return self.first_kg != self.second_kg


def compare(first: Mapping[LineKey, Decimal], second: Mapping[LineKey, Decimal]) -> list[Compared]:
    """Every ceiling and cap that either side has."""
    return [Compared(key, first.get(key), second.get(key)) for key in {**first, **second}]
