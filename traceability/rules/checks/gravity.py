"""How grave a finding is: what it is about, how much is beyond, and beyond what.

Three classes (high, medium, low) come from what sort of finding it is and how large; within a class
the weight orders what is worked first. Neither says anything of guilt: they say where to look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HIGH, MEDIUM, LOW = "high", "medium", "low"

# A weight is at most 40 for what it is about and 30 each for the share and the mass beyond.
SHARE_AT_MOST = 30
MASS_AT_MOST = 30
# Six points for each power of ten of kg: 1 kg gives about 2, a tonne 18, a hundred tonnes all.
FOR_EACH_POWER = 6


@dataclass(frozen=True, slots=True)
class Nature:
    """What a code is about: its points, and the figure that its amount is a share of.

    `of` empty: all of the amount is beyond, as where nothing was allowed. Not `beyond`: the amount
    is no excess at all, as that of a cap nearly used.
    """

    points: int
    of: str = ""
    beyond: bool = True


# Production outside the regime weighs most; then what hides production; then what one side alone
# may have got wrong; then order.
NATURES: Mapping[str, Nature] = {
    "over_cap": Nature(40, "cap_kg"),
    "no_cap": Nature(40),
    "not_designated": Nature(40),
    "cap_relief_amendment": Nature(30, "old_kg"),
    "oversold_lot": Nature(30, "in_kg"),
    "yield_impossible": Nature(30, "in_kg"),
    "yield_low": Nature(30, "in_kg"),
    "element_excess": Nature(30, "expected_kg"),
    "undocumented_origin": Nature(30),
    "circular_trade": Nature(30),
    "unmatched_purchase": Nature(25),
    "unconfirmed_sale": Nature(20),
    "duplicate_document": Nature(20, "kg"),
    "lot_conflict": Nature(20),
    "stock_mismatch": Nature(15, "in_kg"),
    "quantity_mismatch": Nature(15, "sold_kg"),
    "unusual_figures": Nature(15),
    "missing_filing": Nature(10),
    "cap_nearly_used": Nature(5, beyond=False),
    "late_filing": Nature(0),
}


def weight(code: str, amount_kg: Decimal | None, of_kg: Decimal | None) -> int:
    """0 to 100: the points of what it is about, of the share beyond and of the mass beyond.

    A share of nothing is all of it. Without an amount what it is about stands alone. A mass counts
    by powers of ten: ten times as much is not ten times as grave.
    """
    nature = NATURES[code]
    if amount_kg is None or not nature.beyond:
        return nature.points
    mass = abs(amount_kg)
    share = mass / of_kg if nature.of and of_kg else Decimal(1)
    for_share = min(SHARE_AT_MOST * share, Decimal(SHARE_AT_MOST))
    for_mass = min(FOR_EACH_POWER * (1 + mass).log10(), Decimal(MASS_AT_MOST))
    points = nature.points + for_share + for_mass
    return int(points.to_integral_value(rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class Grade:
    """The class of one sort of finding, and the `graver` one of those that are large.

    Large is more than `share` of what the amount is held against, or `kg` and more; with neither
    all are alike.
    """

    usual: str
    graver: str = HIGH
    share: Decimal | None = None
    kg: Decimal | None = None


_ONE_PERCENT, _TWENTIETH, _HALF = Decimal("0.01"), Decimal("0.05"), Decimal("0.5")
_BY_A_TWENTIETH = Grade(MEDIUM, share=_TWENTIETH)
# Two scales, or a scale and the books: small things, unless far apart.
_SCALES = Grade(LOW, MEDIUM, share=_TWENTIETH)
# From a tonne of oxide on it is no slip of the pen.
_ORIGIN = Grade(MEDIUM, kg=Decimal(1000))

# By code and by sort of finding, as the check's statement names it; "" where there is one sort.
GRADES: Mapping[str, Mapping[str, Grade]] = {
    "over_cap": {"": Grade(MEDIUM, share=_ONE_PERCENT)},
    "cap_nearly_used": {"": Grade(LOW)},
    "no_cap": {"": Grade(HIGH)},
    "not_designated": {"": Grade(HIGH)},
    "missing_filing": {"": Grade(MEDIUM)},
    "late_filing": {"": Grade(LOW)},
    "oversold_lot": {"": _BY_A_TWENTIETH},
    "unconfirmed_sale": {"": Grade(MEDIUM)},
    "unmatched_purchase": {"": Grade(HIGH)},
    "quantity_mismatch": {"": _SCALES, "together": Grade(MEDIUM)},
    "yield_impossible": {"": _BY_A_TWENTIETH, "together": Grade(MEDIUM)},
    "yield_low": {"": _BY_A_TWENTIETH},
    "element_excess": {"most": Grade(MEDIUM, share=_HALF), "own": Grade(MEDIUM)},
    "duplicate_document": {
        "uses": Grade(HIGH),
        "declarants": Grade(HIGH),
        "span": Grade(MEDIUM),
        "twins": Grade(MEDIUM),
    },
    "stock_mismatch": {"": _SCALES, "together": Grade(MEDIUM)},
    "lot_conflict": {"products": Grade(HIGH), "creations": Grade(MEDIUM)},
    "circular_trade": {"": Grade(HIGH)},
    "cap_relief_amendment": {"exceeded": Grade(HIGH), "nearly_used": Grade(MEDIUM)},
    "undocumented_origin": {
        **dict.fromkeys(("document", "ore", "split", "country", "source", "kind"), _ORIGIN),
        "volume": Grade(MEDIUM),
        "shape": Grade(LOW),
    },
    "unusual_figures": {
        **dict.fromkeys(("silent", "uncreated"), Grade(HIGH)),
        **dict.fromkeys(("repeated", "copied", "constant", "above"), Grade(MEDIUM)),
        **dict.fromkeys(("round", "digits", "jump", "level", "even"), Grade(LOW)),
    },
}


def severity(code: str, sort: str, amount_kg: Decimal | None, of_kg: Decimal | None) -> str:
    """The class of a finding: by its sort, and by its amount where that decides.

    Exactly the share is not yet large, exactly the mass is.
    """
    grade = GRADES[code][sort]
    if amount_kg is None:
        return grade.usual
    by_share = grade.share is not None and of_kg is not None and amount_kg > of_kg * grade.share
    by_mass = grade.kg is not None and amount_kg >= grade.kg
    return grade.graver if by_share or by_mass else grade.usual
