"""Checks of what seller and buyer recorded of one shipment.

A shipment is what one enterprise sold to another of one lot under one document. Records whose
document number one side mistyped are paired by lot and mass first. Whoever has no activity is
outside the platform and records nothing.
"""

from django.utils.translation import gettext as _

from traceability.rules.checks.facts import Facts


def unconfirmed_sale(facts: Facts) -> str:
    """A sale that the buyer, who files, has not recorded as bought within the grace period.

    Source: flows are entered truthfully (2025 Measures).
    Fires: for the seller and a shipment, once the buyer has filed every month in which the goods
    may have arrived, up to `unconfirmed_grace_days` after the sale, and those months' deadlines
    have passed.
    Tolerates: goods on their way over a month's end, and a buyer that has not filed such a month:
    `missing_filing` says that already.
    """
    words = _(
        "%(sold)s kg (gross) of lot %(lot)s of %(maker)s were sold to %(buyer)s on %(day)s under"
        " document %(document)s. The buyer has filed every month up to %(by)s, %(grace)s days"
        " later, and recorded no purchase of it."
    )
    return words % {
        "sold": facts.kg("sold_kg"),
        "lot": facts.lot,
        "maker": facts.lot_maker,
        "buyer": facts.counterparty,
        "day": _days(facts, "sold_from", "sold_to"),
        "document": facts.document,
        "by": facts.figures["by"],
        "grace": facts.tolerance("unconfirmed_grace_days"),
    }


def unmatched_purchase(facts: Facts) -> str:
    """A purchase that the seller, who files, has not recorded as sold.

    Source: flows are entered truthfully (2025 Measures).
    Fires: for the buyer and a shipment, once the seller has filed every month in which the goods
    may have left, from `unconfirmed_grace_days` before they arrived, or from the day the lot was
    made if that is later, and those months' deadlines have passed.
    Tolerates: a seller that has not filed such a month (`missing_filing`), and months before the
    seller had to file.
    """
    words = _(
        "%(bought)s kg (gross) of lot %(lot)s of %(maker)s arrived from %(seller)s on %(day)s under"
        " document %(document)s. The seller has filed every month since %(since)s and recorded no"
        " sale of it."
    )
    return words % {
        "bought": facts.kg("bought_kg"),
        "lot": facts.lot,
        "maker": facts.lot_maker,
        "seller": facts.counterparty,
        "day": _days(facts, "bought_from", "bought_to"),
        "document": facts.document,
        "since": facts.figures["since"],
    }


def quantity_mismatch(facts: Facts) -> str:
    """Both sides recorded a shipment, with quantities apart by more than the tolerance.

    Source: flows are entered truthfully (2025 Measures).
    Fires: for the seller and a shipment, when the two sums over all deliveries of a lot under one
    document differ and nothing can still be under way: the side with the smaller sum has filed
    every month it may come in. And once for a seller and a buyer of whose shipments within the
    tolerance, eight or more, nine in ten differ the same way, by half of it in the middle.
    Tolerates: `quantity_tolerance_percent` of the larger sum, at least `quantity_tolerance_kg`:
    two scales and moisture account for a few tenths of a percent.
    """
    if "shipments" in facts.figures:
        return _together(facts)
    words = _(
        "Under document %(document)s, %(sold)s kg (gross) of lot %(lot)s of %(maker)s were sold to"
        " %(buyer)s on %(sold_on)s, and %(bought)s kg arrived on %(bought_on)s: %(difference)s kg,"
        " %(percent)s %%, apart."
    )
    return words % {
        "document": facts.document,
        "sold": facts.kg("sold_kg"),
        "lot": facts.lot,
        "maker": facts.lot_maker,
        "buyer": facts.counterparty,
        "sold_on": _days(facts, "sold_from", "sold_to"),
        "bought": facts.kg("bought_kg"),
        "bought_on": _days(facts, "bought_from", "bought_to"),
        "difference": facts.kg("difference_kg"),
        "percent": facts.figures["percent"],
    }


def _together(facts: Facts) -> str:
    words = _(
        "In %(count)s shipments to %(buyer)s from %(first)s on, %(sold)s kg (gross) were sold and"
        " %(bought)s kg arrived: each within the tolerance, but nearly all differ the same way, by"
        " %(percent)s %% in the middle. Scales differ now this way and now that."
    )
    return words % {
        "count": facts.figures["shipments"],
        "buyer": facts.counterparty,
        "first": facts.month,
        "sold": facts.kg("sold_kg"),
        "bought": facts.kg("bought_kg"),
        "percent": facts.figures["percent"],
    }


def _days(facts: Facts, first: str, last: str) -> str:
    """One day, or the first and the last of several."""
    begin, end = facts.figures[first], facts.figures[last]
    return begin if begin == end else f"{begin} – {end}"
