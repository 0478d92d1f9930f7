"""The instruments of the regime, and how a rule names its source.

An article number stands only where it was read in the text of the instrument.
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext


class Instrument(Enum):
    """A law, regulation or measure that a rule of the portal follows."""

    MEASURES_2025 = "MEASURES_2025"
    REGULATIONS_2024 = "REGULATIONS_2024"
    MINERAL_LAW = "MINERAL_LAW"
    MEASURES_2012 = "MEASURES_2012"

    @property
    def title(self) -> str:
        """The full title, in the reader's language."""
        return str(_TITLES[self])

    @property
    def short_title(self) -> str:
        """The title as it is cited, in the reader's language."""
        return str(_SHORT_TITLES[self])


_TITLES = {
    Instrument.MEASURES_2025: _(
        "Interim Measures for the Administration of Total Volume Control over Rare Earth Mining"
        " and Rare Earth Smelting and Separation (Order No. 71 of MIIT, NDRC and MNR)"
    ),
    Instrument.REGULATIONS_2024: _("Rare Earth Regulations (State Council Decree No. 785)"),
    Instrument.MINERAL_LAW: _("Mineral Resources Law"),
    Instrument.MEASURES_2012: _(
        "Interim Measures for the Administration of Rare Earth Directive Production Plans"
    ),
}
_SHORT_TITLES = {
    Instrument.MEASURES_2025: _("Total Volume Control Measures"),
    Instrument.REGULATIONS_2024: _("Rare Earth Regulations"),
    Instrument.MINERAL_LAW: _("Mineral Resources Law"),
    Instrument.MEASURES_2012: _("Directive Production Plan Measures"),
}

# The day the 2025 measures were published and came into force.
MEASURES_2025_IN_FORCE_ON = date(2025, 8, 22)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from: an instrument and, where it was read, its article."""

    instrument: Instrument
    article: int | None = None

    def __str__(self) -> str:
        if self.article is None:
            return self.instrument.short_title
        return pgettext("citation", "%(instrument)s, article %(article)d") % {
            "instrument": self.instrument.short_title,
            "article": self.article,
        }


SCOPE = Source(Instrument.MEASURES_2025, 2)
COVERED_ORES = Source(Instrument.MEASURES_2025, 3)
AUTHORITIES = Source(Instrument.MEASURES_2025, 4)
ANNUAL_CEILINGS = Source(Instrument.MEASURES_2025, 5)
ALLOCATION = Source(Instrument.MEASURES_2025, 6)
DESIGNATED_ONLY = Source(Instrument.MEASURES_2025)
WITHIN_CAP = Source(Instrument.MEASURES_2025)
MONTHLY_FILING = Source(Instrument.MEASURES_2025)
TRUTHFUL_RECORDS = Source(Instrument.MEASURES_2025)
INDEX_CUT = Source(Instrument.MEASURES_2025)
PUBLIC_LIST = Source(Instrument.REGULATIONS_2024, 8)
DIRECTIVE_PLAN = Source(Instrument.MEASURES_2012)
