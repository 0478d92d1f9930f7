"""Both regimes side by side, point by point, each point with its source.

An article number stands only where it was read; the 2012 measures are cited as a whole.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.kernel.law import (
    ALLOCATION,
    ANNUAL_CEILINGS,
    COVERED_ORES,
    DESIGNATED_ONLY,
    DIRECTIVE_PLAN,
    MONTHLY_FILING,
    PUBLIC_LIST,
    WITHIN_CAP,
    Instrument,
    Source,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What one regime says on a point, and where."""

    text: Promise
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One point on which the regimes of 2012 and 2025 differ."""

    name: Promise
    directive_plan: Said
    total_control: Said


LEGAL_BASIS = Source(Instrument.MEASURES_2025, 1)


def _point(name: Promise, before: Promise, since: Promise, *sources: Source) -> Point:
    return Point(name, Said(before, (DIRECTIVE_PLAN,)), Said(since, sources))


POINTS = (
    _point(
        _("What the figure is"),
        _("A production plan to be fulfilled."),
        _("A cap that must not be exceeded."),
        WITHIN_CAP,
    ),
    _point(
        _("Who sets the ceiling"),
        _("MIIT."),
        _("MIIT with MNR and NDRC; the State Council approves."),
        ANNUAL_CEILINGS,
    ),
    _point(
        _("When in the year"),
        _(
            "In two batches, one for each half of the year;"
            " the second was adjusted to the first half."
        ),
        _("Set for the year."),
        ANNUAL_CEILINGS,
    ),
    _point(
        _("The way down"),
        _("From the centre to the provinces, and from them to the enterprises."),
        _("From MIIT with MNR straight to the enterprises; the provinces are notified."),
        ALLOCATION,
    ),
    _point(
        _("Who takes part"),
        _("Any enterprise that met the requirements could apply through its province."),
        _(
            "The enterprises that MIIT with MNR determine, on a public list;"
            " all others are prohibited from mining and from smelting and separation."
        ),
        DESIGNATED_ONLY,
        PUBLIC_LIST,
    ),
    _point(
        _("What is in scope"),
        _("Recycled resources were in scope; monazite concentrate was not named."),
        _(
            "Ore products from mining, from import and from processing other minerals,"
            " monazite concentrate included."
        ),
        COVERED_ORES,
    ),
    _point(
        _("How figures are reported"),
        _("On paper."),
        _("By the 10th of each month, in the national traceability system, for the month before."),
        MONTHLY_FILING,
    ),
    _point(
        _("What it rests on"),
        _("Opinions and notices of the State Council."),
        _("The Mineral Resources Law and the Rare Earth Regulations."),
        LEGAL_BASIS,
    ),
)
