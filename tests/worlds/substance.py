"""What the worlds are made of: ores and their splits, products, and what separation does.

From the substance chapter of the domain facts: ranges of the published splits, grades, conversion
of metal to oxide. Masses of elements are kg REO.
"""

from dataclasses import dataclass
from random import Random

Split = dict[str, float]  # element to percent of the REO, about a hundred in all

OXIDE = {
    "La": "La2O3",
    "Ce": "CeO2",
    "Pr": "Pr6O11",
    "Nd": "Nd2O3",
    "Sm": "Sm2O3",
    "Eu": "Eu2O3",
    "Gd": "Gd2O3",
    "Tb": "Tb4O7",
    "Dy": "Dy2O3",
    "Ho": "Ho2O3",
    "Er": "Er2O3",
    "Tm": "Tm2O3",
    "Yb": "Yb2O3",
    "Lu": "Lu2O3",
    "Y": "Y2O3",
}
ELEMENTS = tuple(OXIDE)
METAL_TO_OXIDE = {
    "La": 1.1728,
    "Ce": 1.2284,
    "Pr": 1.2082,
    "Nd": 1.1664,
    "Dy": 1.1477,
    "Tb": 1.1762,
    "Gd": 1.1526,
}


def _ranges(*bounds: tuple[float, float]) -> dict[str, tuple[float, float]]:
    return dict(zip(ELEMENTS, bounds, strict=True))


# fmt: off
RANGES = {
    "ORE-MIX": _ranges(
        (23, 28), (45, 55), (4, 6.5), (14, 18.5), (0.8, 2), (0.2, 0.2), (0.4, 0.8), (0.01, 0.1),
        (0.1, 0.2), (0, .05), (0, .05), (0, .02), (0, .02), (0, .02), (0.2, 1)),
    "ORE-BAST": _ranges(
        (28, 37), (45, 50), (3.8, 4.8), (11, 14), (0.7, 1.5), (0.1, 0.3), (0.2, 0.7), (0.01, 0.1),
        (0.02, 0.2), (0, .05), (0, .05), (0, .02), (0, .03), (0, .02), (0.2, 0.8)),
    "ORE-ION-M": _ranges(
        (20, 31), (1, 7), (5, 9), (17, 32), (3, 6), (0.5, 1), (3, 6), (0.5, 0.8), (1.8, 4),
        (0.3, 0.8), (0.9, 2.5), (0.1, 0.3), (0.6, 1.6), (0.1, 0.3), (10, 28)),
    "ORE-ION-Y": _ranges(
        (1.8, 4), (0.4, 2), (0.7, 1.2), (3, 5), (2, 3), (0.1, 0.1), (5.7, 7), (1.1, 1.4),
        (6.6, 8), (1.3, 1.7), (4.2, 5), (0.6, 0.8), (2.2, 3.4), (0.3, 0.5), (60, 66)),
    "ORE-MON": _ranges(
        (20, 25), (42, 48), (4.5, 5.5), (16, 19), (2, 3.5), (0.02, 0.1), (1.2, 2), (0.05, 0.25),
        (0.4, 1), (0.05, 0.15), (0.1, 0.3), (0, .05), (0.05, 0.15), (0, .03), (2, 4.5)),
    # Swarf and scrap of magnets, as a recycler buys it.
    "OX-MIX": _ranges(
        (0, 0.3), (0, 0.6), (16, 24), (60, 74), (0, 0.1), (0, 0), (0.5, 4), (0.1, 0.8), (2, 6),
        (0.1, 1.5), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)),
}
# fmt: on
GRADES = {
    "ORE-MIX": (50, 65),
    "ORE-BAST": (55, 70),
    "ORE-ION-M": (90, 94),
    "ORE-ION-Y": (90, 94),
    "ORE-MON": (50, 62),
    "CMP-CARB": (42, 49),
    "CMP-CHL": (43, 47),
    "OX-MIX": (90, 97),
}
ROCK = ("ORE-MIX", "ORE-BAST", "ORE-MON")
IONIC = ("ORE-ION-M", "ORE-ION-Y")
ORES = ROCK + IONIC


def split_of_deposit(product: str, rng: Random) -> Split:
    """The split of one deposit: within the published ranges, adding up to a hundred."""
    ranges = RANGES[product]
    drawn = {
        element: low + (high - low) * rng.triangular(0.1, 0.9, 0.5)
        for element, (low, high) in ranges.items()
    }
    return normalised(drawn)


def split_of_lot(deposit: Split, rng: Random, spread: float = 0.012) -> Split:
    """One lot's split: its deposit's, a little different each time."""
    return normalised({e: share * (1 + rng.gauss(0, spread)) for e, share in deposit.items()})


def normalised(shares: dict[str, float]) -> Split:
    """The same proportions, adding up to a hundred; what is not there is left out."""
    total = sum(shares.values())
    return {e: 100 * share / total for e, share in shares.items() if share > 0}


def assay_text(split: Split, rng: Random, error: float = 0.004) -> str:
    """A laboratory's answer in the form of the format; what it can't see it leaves out."""
    measured = {e: share * (1 + rng.gauss(0, error)) for e, share in split.items()}
    scale = min(1.0, 100 / sum(measured.values()))
    texts = {e: f"{share * scale:.3f}".rstrip("0").rstrip(".") for e, share in measured.items()}
    return ";".join(f"{OXIDE[e]}:{text}" for e, text in texts.items() if float(text) >= 0.005)


def grade_of(product: str, split: Split, rng: Random) -> float:
    """Percent REO of a new lot."""
    if product.startswith(("MET-", "ALY-")):
        return metal_grade(product, split, rng)
    if product in GRADES:
        low, high = GRADES[product]
        return rng.uniform(low, high)
    return rng.uniform(99.0, 99.9)


def metal_grade(product: str, split: Split, rng: Random) -> float:
    """Oxide that a hundred kilograms of a metal or alloy stand for."""
    inverse = sum(share / METAL_TO_OXIDE.get(e, 1.17) for e, share in split.items())
    purity = rng.uniform(0.79, 0.81) if product == "ALY-DYFE" else rng.uniform(0.993, 0.998)
    return 100 * purity * sum(split.values()) / inverse


@dataclass(frozen=True)
class Flowsheet:
    """What a plant takes and into which products it parts the elements."""

    name: str
    feeds: tuple[str, ...]
    products: dict[str, tuple[str, ...]]


_HEAVY_REST = ("Ho", "Er", "Tm", "Yb", "Lu")
_SEG = ("Sm", "Eu", "Gd", "Tb", "Dy", *_HEAVY_REST, "Y")
_LIGHT_FEEDS = ("ORE-MIX", "ORE-BAST", "ORE-MON", "CMP-CARB", "CMP-CHL")
_ALONE = {f"OX-{e.upper()}": (e,) for e in ("La", "Ce", "Sm", "Eu", "Gd", "Tb", "Dy", "Y")}
FLOWSHEETS = {
    sheet.name: sheet
    for sheet in (
        Flowsheet(
            "light",
            _LIGHT_FEEDS,
            {"OX-LA": ("La",), "OX-CE": ("Ce",), "OX-PRND": ("Pr", "Nd"), "OX-MIX": _SEG},
        ),
        Flowsheet(
            "light apart",
            _LIGHT_FEEDS,
            {
                "OX-LA": ("La",),
                "OX-CE": ("Ce",),
                "OX-PR": ("Pr",),
                "OX-ND": ("Nd",),
                "OX-MIX": _SEG,
            },
        ),
        Flowsheet(
            "light with carbonate",
            _LIGHT_FEEDS[:3],
            {"CMP-CARB": ("La", "Ce"), "OX-PRND": ("Pr", "Nd"), "OX-MIX": _SEG},
        ),
        Flowsheet("cracking to carbonate", ("ORE-MIX", "ORE-BAST"), {"CMP-CARB": ELEMENTS}),
        Flowsheet("cracking to chloride", ("ORE-MON", "ORE-MIX"), {"CMP-CHL": ELEMENTS}),
        Flowsheet(
            "ionic",
            ("ORE-ION-M", "ORE-ION-Y"),
            {**_ALONE, "OX-PRND": ("Pr", "Nd"), "OX-MIX": _HEAVY_REST},
        ),
        Flowsheet(
            "ionic to the last",
            ("ORE-ION-M", "ORE-ION-Y"),
            {
                **_ALONE,
                "OX-PRND": ("Pr", "Nd"),
                "OX-HO": ("Ho",),
                "OX-ER": ("Er",),
                "OX-YB": ("Yb",),
                "OX-LU": ("Lu",),
                "OX-TM": ("Tm",),
            },
        ),
        Flowsheet(
            "middle and heavy",
            ("OX-MIX",),
            {
                "OX-LA": ("La",),
                "OX-CE": ("Ce",),
                "OX-PRND": ("Pr", "Nd"),
                **{name: part for name, part in _ALONE.items() if name not in ("OX-LA", "OX-CE")},
                "OX-MIX": _HEAVY_REST,
            },
        ),
        Flowsheet(
            "from magnets",
            ("OX-MIX",),
            {
                "OX-PRND": ("Pr", "Nd"),
                "OX-DY": ("Dy",),
                "OX-TB": ("Tb",),
                "OX-GD": ("Gd",),
                "OX-MIX": ("La", "Ce", "Sm", "Eu", "Y", *_HEAVY_REST),
            },
        ),
    )
}
