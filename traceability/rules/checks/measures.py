"""What each check measures: in words, in which unit, and when a figure is beyond its bound."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Sense(StrEnum):
    """Which side of the bound is found."""

    ABOVE = "above"
    FROM = "from"
    BELOW = "below"


class Unit(StrEnum):
    """What a figure is counted in."""

    KG = "kg"
    KG_REO = "kg_reo"
    PERCENT = "percent"
    DAYS = "days"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a check. `yearly`: it looks at the year, so every month of it shows it."""

    what: Promise
    unit: Unit
    sense: Sense = Sense.ABOVE
    yearly: bool = False

    def is_beyond(self, figure: Decimal, bound: Decimal) -> bool:
        """Above means more than the bound; from, the bound itself too."""
        return {
            Sense.ABOVE: figure > bound,
            Sense.FROM: figure >= bound,
            Sense.BELOW: figure < bound,
        }[self.sense]

    def margin(self, figure: Decimal, bound: Decimal) -> Decimal:
        """How far the figure is from being beyond; negative when it is."""
        return figure - bound if self.sense == Sense.BELOW else bound - figure


_PRODUCED = _("counted production of the year")
_UNFOUNDED = _("entered without what it needs to be looked up, or outside its activities")
# By code and part, as the statements of the checks name them.
MEASURES: Mapping[tuple[str, str], Measure] = {
    ("over_cap", "produced"): Measure(_PRODUCED, Unit.KG_REO, yearly=True),
    ("cap_nearly_used", "produced"): Measure(_PRODUCED, Unit.KG_REO, Sense.FROM, yearly=True),
    ("no_cap", "produced"): Measure(
        _("counted production of the year in a category without an allocation"),
        Unit.KG_REO,
        yearly=True,
    ),
    ("not_designated", "mining"): Measure(
        _("mined on days without a designation"), Unit.KG_REO, yearly=True
    ),
    ("not_designated", "separation"): Measure(
        _("separated on days without a designation"), Unit.KG_REO, yearly=True
    ),
    ("missing_filing", "days"): Measure(_("days since the deadline, unfiled"), Unit.DAYS),
    ("late_filing", "days"): Measure(_("days from the deadline to the first filing"), Unit.DAYS),
    ("oversold_lot", "excess"): Measure(
        _("left of the lot beyond what came, at the worst month's end"), Unit.KG, yearly=True
    ),
    ("unconfirmed_sale", "unconfirmed"): Measure(_("sold and not confirmed"), Unit.KG),
    ("unmatched_purchase", "unmatched"): Measure(_("bought and not sold by the seller"), Unit.KG),
    ("quantity_mismatch", "difference"): Measure(
        _("difference between what was sold and what arrived"), Unit.KG
    ),
    ("quantity_mismatch", "together"): Measure(
        _("difference of the partner's shipments within the tolerance, in the middle"),
        Unit.PERCENT,
        Sense.FROM,
        yearly=True,
    ),
    ("yield_impossible", "output"): Measure(_("output of the run"), Unit.KG_REO),
    ("yield_impossible", "together"): Measure(
        _("output of the year's runs together"), Unit.KG_REO, yearly=True
    ),
    ("yield_low", "run"): Measure(
        _("recovery of the lowest run against its bound"), Unit.PERCENT, Sense.BELOW, yearly=True
    ),
    ("yield_low", "low_runs"): Measure(
        _("runs below the enterprise's own level"), Unit.COUNT, Sense.FROM, yearly=True
    ),
    ("yield_low", "shift"): Measure(
        _("recovery of all runs of some months below that of all others"), Unit.PERCENT, yearly=True
    ),
    ("yield_low", "whole"): Measure(
        _("recovery of all runs of the year together"), Unit.PERCENT, Sense.BELOW, yearly=True
    ),
    ("yield_low", "element"): Measure(
        _("recovery of an element against that of all others, in the middle run"),
        Unit.PERCENT,
        Sense.BELOW,
        yearly=True,
    ),
    ("yield_low", "nothing"): Measure(
        _("runs that gave nothing, long after they should have"), Unit.COUNT, yearly=True
    ),
    ("yield_low", "peers"): Measure(
        _("recovery of the year against those who do the same"),
        Unit.PERCENT,
        Sense.BELOW,
        yearly=True,
    ),
    ("element_excess", "most"): Measure(
        _("element in the output against what the feed can have held"), Unit.KG
    ),
    ("element_excess", "own"): Measure(
        _("element in the output against the enterprise's other runs"), Unit.KG
    ),
    ("duplicate_document", "uses"): Measure(
        _("partners, countries or kinds of record under one document"), Unit.COUNT, yearly=True
    ),
    ("duplicate_document", "span"): Measure(
        _("days between deliveries under one document"), Unit.DAYS, yearly=True
    ),
    ("duplicate_document", "twins"): Measure(
        _("shipments of one mass under numbers that differ in one place"), Unit.COUNT, yearly=True
    ),
    ("duplicate_document", "declarants"): Measure(
        _("enterprises with one customs declaration"), Unit.COUNT, yearly=True
    ),
    ("stock_mismatch", "difference"): Measure(
        _("difference of the count from the books, at the worst"), Unit.KG, yearly=True
    ),
    ("stock_mismatch", "since_last"): Measure(
        _("what changed from one count to the next, against what came and left"),
        Unit.KG,
        yearly=True,
    ),
    ("stock_mismatch", "together"): Measure(
        _("difference of the counts within the tolerance, in the middle"),
        Unit.PERCENT,
        Sense.FROM,
        yearly=True,
    ),
    ("lot_conflict", "creations"): Measure(
        _("times the lot was made or entered"), Unit.COUNT, yearly=True
    ),
    ("circular_trade", "came_back"): Measure(
        _("of a lot sold, what came back"), Unit.KG, yearly=True
    ),
    ("circular_trade", "renamed"): Measure(
        _("of a lot sold, what came back under another number"), Unit.KG, yearly=True
    ),
    ("cap_relief_amendment", "lowered"): Measure(
        _("counted production taken back by an amendment"), Unit.KG_REO
    ),
    **{
        ("undocumented_origin", f"{kind}:{why}"): Measure(_UNFOUNDED, Unit.KG_REO, yearly=True)
        for kind in ("import", "recycled")
        for why in ("founded", "document", "ore", "split", "country", "source", "kind")
    },
    ("undocumented_origin", "recycled:volume"): Measure(
        _("entered as recycled in the month, against the usual month"), Unit.KG_REO
    ),
    ("undocumented_origin", "import:volume"): Measure(
        _("imported in the month, against the usual month"), Unit.KG_REO
    ),
    ("undocumented_origin", "import:shape"): Measure(
        _("imports whose document numbers are of another form than all others"),
        Unit.COUNT,
        yearly=True,
    ),
    ("unusual_figures", "repeated"): Measure(
        _("share of masses that come again in other months"),
        Unit.PERCENT,
        Sense.FROM,
        yearly=True,
    ),
    ("unusual_figures", "copied"): Measure(
        _("months that are another one, mass for mass"), Unit.COUNT, yearly=True
    ),
    ("unusual_figures", "jump"): Measure(
        _("counted production of the month, against the usual month"), Unit.KG_REO
    ),
    ("unusual_figures", "level"): Measure(
        _("spells of months in which the mine digs more than in any other"),
        Unit.COUNT,
        yearly=True,
    ),
    ("unusual_figures", "even"): Measure(
        _("spread of the recoveries"), Unit.PERCENT, Sense.BELOW, yearly=True
    ),
    ("unusual_figures", "above"): Measure(
        _("recovery of the run against the enterprise's other runs"), Unit.PERCENT
    ),
    ("unusual_figures", "constant"): Measure(
        _("totals that are the same month after month"), Unit.COUNT, yearly=True
    ),
    ("unusual_figures", "round"): Measure(_("masses that are round"), Unit.COUNT, yearly=True),
    ("unusual_figures", "digits"): Measure(
        _("last digits that are mostly the same"), Unit.COUNT, yearly=True
    ),
    ("unusual_figures", "silent"): Measure(
        _("shipments that partners tell of and it does not file"), Unit.COUNT, yearly=True
    ),
    ("unusual_figures", "uncreated"): Measure(
        _("lots said to be its own that no filing makes"), Unit.COUNT, yearly=True
    ),
}
# Why something was not held against its bound.
REASONS: Mapping[str, Promise] = {
    "over_cap": _("over the cap, another check says it"),
    "filed": _("the month is filed"),
    "need_not_file": _("who would have to file need not file that month"),
    "month_missing": _("a month that is not filed may explain it"),
    "other_year": _("it belongs to another year"),
    "waits": _("it waits until the other side has filed, or its deadline has passed"),
    "grade_unknown": _("nobody filed the grade of what was fed"),
    "open_feed": _("the feed is a mixed compound without an assay"),
    "still_open": _("the run may still give more: no later month is filed"),
    "too_little": _("too little was fed to compare"),
    "few_runs": _("too few runs for statistics"),
    "few_shipments": _("too few shipments for statistics"),
    "few_counts": _("too few counts for statistics"),
    "both_ways": _("some differ this way and some that"),
    "few_months": _("too few months to know what is usual"),
    "few_repeated": _("fewer than four masses, or too small a share, come again"),
    "said_already": _("another finding says it already"),
    "told_of_another": _("it is told of another member of the circle"),
    "cap_not_near": _("the cap was not nearly used by then"),
    "slip": _("it puts a slip of the decimal point right"),
}
# What there was to look at, where there was nothing.
NOTHING: Mapping[str, Promise] = {
    "over_cap": _("no counted production against a cap"),
    "cap_nearly_used": _("no counted production against a cap"),
    "no_cap": _("no counted production in a category without an allocation"),
    "not_designated": _("neither mined nor separated"),
    "missing_filing": _("it need not file"),
    "late_filing": _("the month is not filed"),
    "oversold_lot": _("no lot moved"),
    "unconfirmed_sale": _("no sale to an enterprise that files"),
    "unmatched_purchase": _("no purchase from an enterprise that files"),
    "quantity_mismatch": _("no shipment that both sides recorded"),
    "yield_impossible": _("no process run ended"),
    "yield_low": _("no process run that can be compared"),
    "element_excess": _("no process run whose output says what it is made of"),
    "duplicate_document": _("no document number in use"),
    "stock_mismatch": _("no stock count of a lot"),
    "lot_conflict": _("no lot was made or entered"),
    "circular_trade": _("no lot was sold"),
    "cap_relief_amendment": _("no amendment of counted production"),
    "undocumented_origin": _("nothing imported or entered as recycled"),
    "unusual_figures": _("too few figures"),
}
# What only a run over the country sees: those of others are needed.
OF_THE_COUNTRY: Mapping[str, Promise] = {
    "yield_low": _("the recoveries of others who do the same"),
    "element_excess": _("what mixed compounds without an assay were made of"),
    "duplicate_document": _("customs declarations of two enterprises"),
    "circular_trade": _("lots that come back under another number"),
    "undocumented_origin": _("the form of document numbers"),
    "unusual_figures": _("round masses, and lots that nobody makes"),
}
