"""Masses: kilograms with three places in the database, tonnes with three places on pages."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

GRAM = Decimal("0.001")
KG_PER_TONNE = Decimal(1000)
ZERO = Decimal(0)


def to_kg(tonnes: Decimal) -> Decimal:
    """Kilograms in `tonnes`, to the gram."""
    return (tonnes * KG_PER_TONNE).quantize(GRAM)


def to_tonnes(kg: Decimal) -> Decimal:
    """Tonnes in `kg`, to the kilogram, halves away from zero."""
    return (kg / KG_PER_TONNE).quantize(GRAM, ROUND_HALF_UP)


def reo_kg(gross_kg: Decimal, reo_percent: Decimal) -> Decimal:
    """The rare-earth oxide in `gross_kg` of a grade, to the gram."""
    return (gross_kg * reo_percent / 100).quantize(GRAM, ROUND_HALF_UP)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """`part` of `whole` as a fraction; None when there is no whole."""
    return part / whole if whole else None


def shares(parts: Sequence[Decimal], *, places: int) -> list[Decimal]:
    """Each part of their sum as a fraction, to `places` of a percent; they add up to one.

    `places`: no mass is negative; all are nothing of nothing.
    """
    if not sum(parts):
        return [ZERO for _part in parts]
    return apportion(Decimal(1), parts, unit=Decimal(10) ** -(places + 2))


def apportion(total: Decimal, weights: Sequence[Decimal], *, unit: Decimal = GRAM) -> list[Decimal]:
    """Divide `total` by `weights` so that the parts add up to it exactly (largest remainder).

    Raises ValueError when no weight is positive or `total` is not a multiple of `unit`.
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative, and one must be positive")
    if total % unit:
        raise ValueError(f"{total} is not a multiple of {unit}")
    exact = [total * weight / whole for weight in weights]
    parts = [value.quantize(unit, ROUND_DOWN) for value in exact]
    left = int((total - sum(parts)) / unit)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += unit
    return parts
