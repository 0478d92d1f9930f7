"""Whether a year's published figures add up. Masses are kg REO."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Whole = Literal["batches", "groups"]


@dataclass(frozen=True, slots=True)
class PublishedSum:
    """A figure published for a year, and the sum of the parts published for it."""

    year: int
    category: str
    parts: Whole
    whole_kg: Decimal
    sum_kg: Decimal

    @property
    def difference_kg(self) -> Decimal:
        """The sum less the whole: negative where parts are missing."""
        return self.sum_kg - self.whole_kg


def unequal_sums(sums: Iterable[PublishedSum]) -> list[PublishedSum]:
    """Those whose parts do not come to the whole; equal to the gram adds up."""
    return [each for each in sums if each.difference_kg]
