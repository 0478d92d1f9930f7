"""What rare-earth products are made of: the widest splits of ores, and what recoveries are usual.

Source: typical splits and recoveries of the trade, not verified against one deposit; published
assays differ by a fifth of each value, which the tolerance `element_range_percent` allows for.
"""


def _split(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# The most of each oxide in the REO of an ore product, percent.
ORE_SPLIT_MOST: dict[str, dict[str, str]] = {
    "ORE-MIX": _split(
        "La2O3 28 CeO2 55 Pr6O11 6.5 Nd2O3 18.5 Sm2O3 2 Eu2O3 0.2 Gd2O3 0.8 Tb4O7 0.1"
        " Dy2O3 0.2 Ho2O3 0.05 Er2O3 0.05 Tm2O3 0.02 Yb2O3 0.02 Lu2O3 0.02 Y2O3 1"
    ),
    "ORE-BAST": _split(
        "La2O3 37 CeO2 50 Pr6O11 4.8 Nd2O3 14 Sm2O3 1.5 Eu2O3 0.3 Gd2O3 0.7 Tb4O7 0.1"
        " Dy2O3 0.2 Ho2O3 0.05 Er2O3 0.05 Tm2O3 0.02 Yb2O3 0.03 Lu2O3 0.02 Y2O3 0.8"
    ),
    "ORE-ION-M": _split(
        "La2O3 31 CeO2 7 Pr6O11 9 Nd2O3 32 Sm2O3 6 Eu2O3 1 Gd2O3 6 Tb4O7 0.8"
        " Dy2O3 4 Ho2O3 0.8 Er2O3 2.5 Tm2O3 0.3 Yb2O3 1.6 Lu2O3 0.3 Y2O3 28"
    ),
    "ORE-ION-Y": _split(
        "La2O3 4 CeO2 2 Pr6O11 1.2 Nd2O3 5 Sm2O3 3 Eu2O3 0.1 Gd2O3 7 Tb4O7 1.4"
        " Dy2O3 8 Ho2O3 1.7 Er2O3 5 Tm2O3 0.8 Yb2O3 3.4 Lu2O3 0.5 Y2O3 66"
    ),
    "ORE-MON": _split(
        "La2O3 25 CeO2 48 Pr6O11 5.5 Nd2O3 19 Sm2O3 3.5 Eu2O3 0.1 Gd2O3 2 Tb4O7 0.25"
        " Dy2O3 1 Ho2O3 0.15 Er2O3 0.3 Tm2O3 0.05 Yb2O3 0.15 Lu2O3 0.03 Y2O3 4.5"
    ),
}
# The least of each, where it is more than a trace.
ORE_SPLIT_LEAST: dict[str, dict[str, str]] = {
    "ORE-MIX": _split(
        "La2O3 23 CeO2 45 Pr6O11 4 Nd2O3 14 Sm2O3 0.8 Eu2O3 0.2 Gd2O3 0.4 Dy2O3 0.1 Y2O3 0.2"
    ),
    "ORE-BAST": _split(
        "La2O3 28 CeO2 45 Pr6O11 3.8 Nd2O3 11 Sm2O3 0.7 Eu2O3 0.1 Gd2O3 0.2 Y2O3 0.2"
    ),
    "ORE-ION-M": _split(
        "La2O3 20 CeO2 1 Pr6O11 5 Nd2O3 17 Sm2O3 3 Eu2O3 0.5 Gd2O3 3 Tb4O7 0.5"
        " Dy2O3 1.8 Ho2O3 0.3 Er2O3 0.9 Tm2O3 0.1 Yb2O3 0.6 Lu2O3 0.1 Y2O3 10"
    ),
    "ORE-ION-Y": _split(
        "La2O3 1.8 CeO2 0.4 Pr6O11 0.7 Nd2O3 3 Sm2O3 2 Eu2O3 0.1 Gd2O3 5.7 Tb4O7 1.1"
        " Dy2O3 6.6 Ho2O3 1.3 Er2O3 4.2 Tm2O3 0.6 Yb2O3 2.2 Lu2O3 0.3 Y2O3 60"
    ),
    "ORE-MON": _split(
        "La2O3 20 CeO2 42 Pr6O11 4.5 Nd2O3 16 Sm2O3 2 Gd2O3 1.2 Tb4O7 0.05"
        " Dy2O3 0.4 Ho2O3 0.05 Er2O3 0.1 Yb2O3 0.05 Y2O3 2"
    ),
}
# Praseodymium and neodymium are separated, sold and alloyed together as often as apart; the balance
# of an element holds them as one.
JOINED: dict[str, str] = {"Pr6O11": "PrNd", "Nd2O3": "PrNd"}
# What of a pure product may be other elements, percent, where no assay says more.
IMPURITIES_MOST = "2"
