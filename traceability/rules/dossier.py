"""The arithmetic of a dossier: how figures spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Spread:
    """How figures spread: how many, the ends, the tenths at either end, quartiles and middle."""

    count: int
    least: Decimal
    p10: Decimal
    p25: Decimal
    middle: Decimal
    p75: Decimal
    p90: Decimal
    most: Decimal


def spread_of(figures: Sequence[Decimal]) -> Spread:
    """The spread of at least one figure; a percentile between two lies in proportion between."""
    ordered = sorted(figures)
    if not ordered:
        raise ValueError("nothing to tell the spread of")

    def at(share: str) -> Decimal:
        place = Decimal(share) * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return Spread(
        len(ordered),
        ordered[0],
        at("0.1"),
        at("0.25"),
        at("0.5"),
        at("0.75"),
        at("0.9"),
        ordered[-1],
    )
