"""Checks of what an enterprise holds of a lot."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from traceability.rules.checks.facts import Facts

# In the order a storekeeper says it.
KINDS = {
    "extraction": gettext_lazy("extraction"),
    "output": gettext_lazy("output"),
    "import": gettext_lazy("import"),
    "recycled": gettext_lazy("recycled"),
    "purchase": gettext_lazy("purchase"),
    "input": gettext_lazy("input"),
    "sale": gettext_lazy("sale"),
    "export": gettext_lazy("export"),
    "loss": gettext_lazy("loss"),
}


def oversold_lot(facts: Facts) -> str:
    """More of a lot left an enterprise than it held (sale, export, input or loss).

    Source: flows are entered truthfully (2025 Measures).
    Fires: once for an enterprise and lot, when up to the end of a month more of the lot left, in
    kg as weighed, than was created or bought. The month is the first in which that is so, the
    amount the excess at its worst.
    Tolerates: `oversold_tolerance_percent` of what came, at least `oversold_tolerance_kg`: scales
    and moisture differ by a few tenths of a percent between weighings. Days within a month are not
    held against one another, a mistyped day is no falsification. What a month that was not filed
    may hold is left to `missing_filing`: the creation of the enterprise's own lot, and arrivals
    as far as sellers recorded the shipment.
    """
    words = _(
        "Of lot %(lot)s of %(maker)s, %(out)s kg (gross) left by the end of %(month)s and only"
        " %(came)s kg had come: %(excess)s kg too much (%(kinds)s)."
    )
    return words % {
        "lot": facts.lot,
        "maker": facts.lot_maker,
        "out": facts.kg("out_kg"),
        "came": facts.kg("in_kg"),
        "excess": facts.kg("excess_kg"),
        "month": facts.month_of("month"),
        "kinds": _by_kind(facts.figures["by_kind"]),
    }


def _by_kind(masses: dict[str, str]) -> str:
    told = Facts(figures=masses)
    part = pgettext("a kind of record and its mass", "%(kind)s %(kg)s kg")
    return "; ".join(
        part % {"kind": name, "kg": told.kg(kind)} for kind, name in KINDS.items() if kind in masses
    )


def stock_mismatch(facts: Facts) -> str:
    """A stock count differs from the book balance beyond the tolerance.

    Source: flows are entered truthfully (2025 Measures).
    Fires: once for an enterprise and lot, when a month-end count differs from what came less what
    left up to that month's end; or, where most of the lot has gone and the errors of all that came
    would hide it, from the count before and what moved since. The month is the first in which that
    is so, the amount the difference at its largest. And once for an enterprise, when the last
    counts of eight lots and more, none of them beyond the tolerance, nearly all (nine in ten)
    differ the same way, by two thirds of it in the middle.
    Tolerates: `stock_tolerance_percent` of all that came, at least `stock_tolerance_kg`: each of
    many weighings differs by a few tenths of a percent. From count to count twice that, of what was
    there and what moved. A lot of which more left than came is `oversold_lot`'s, months after one
    that was not filed are left alone.
    """
    if "lots" in facts.figures:
        return _drifted(facts)
    words = {
        "books": _(
            "At the end of %(month)s, %(counted)s kg (gross) of lot %(lot)s of %(maker)s were"
            " counted; by the books there were %(book)s kg: %(difference)s kg, %(direction)s."
        ),
        "since_last": _(
            "At the end of %(month)s, %(counted)s kg (gross) of lot %(lot)s of %(maker)s were"
            " counted; by the count before and what came and left since, there were %(book)s kg:"
            " %(difference)s kg, %(direction)s."
        ),
    }[facts.figures["why"]]
    missing = facts.mass("difference_kg") < 0
    return words % {
        "month": facts.month_of("month"),
        "counted": facts.kg("counted_kg"),
        "lot": facts.lot,
        "maker": facts.lot_maker,
        "book": facts.kg("book_kg"),
        "difference": f"{abs(facts.mass('difference_kg')):,.3f}",
        "direction": _("too little") if missing else _("too much"),
    }


def _drifted(facts: Facts) -> str:
    words = _(
        "The last counts of %(lots)s lots from %(first)s to %(last)s come to %(counted)s kg"
        " (gross); by the books there were %(book)s kg. Each is within the tolerance, but nearly"
        " all differ the same way, by %(percent)s %% of the lot in the middle."
    )
    return words % {
        "lots": facts.figures["lots"],
        "first": facts.month,
        "last": facts.month_of("to_month"),
        "counted": facts.kg("counted_kg"),
        "book": facts.kg("book_kg"),
        "percent": facts.figures["percent"],
    }


def lot_conflict(facts: Facts) -> str:
    """One lot number of a maker stands for two products or two creations.

    Source: flows are entered truthfully (2025 Measures). A lot is known by its maker and number.
    Fires: once for a lot, when its maker's filings make it again: with another product, in another
    run, by another kind of record, or with another grade. The month is that of the second.
    Tolerates: a lot that leaves one run in several parts of one product and grade.
    """
    figures = facts.figures
    if figures["two_products"]:
        words = _(
            "Lot %(lot)s was made on %(first)s as %(one)s and again on %(second)s as %(other)s,"
            " %(kg)s kg (gross)."
        )
    else:
        words = _(
            "Lot %(lot)s was made on %(first)s and again on %(second)s, %(kg)s kg (gross), of the"
            " same product (%(one)s)."
        )
    return words % {
        "lot": facts.lot,
        "first": figures["first_date"],
        "second": figures["date"],
        "one": figures["first_product"],
        "other": figures["product"],
        "kg": facts.kg("kg"),
    }


def circular_trade(facts: Facts) -> str:
    """A lot returns to a seller through others without processing.

    Source: flows are entered truthfully (2025 Measures): product flows lead to an end use.
    Fires: once for a circle of enterprises and a lot, when what one sold came back to it by sales
    of the same lot, each not before the one before it. It is told of the member whose goods came
    from outside the circle last: with them it began. In a run over the country also when it came
    back under another number, from a run, or several, that gave the same product with hardly a
    loss.
    Tolerates: several deliveries of a lot from one seller, and a lot bought of several sellers.
    """
    through = facts.figures["through"]
    words = _renamed() if facts.figures.get("renamed") else _unchanged(through)
    return words % {
        "kg": facts.kg("kg"),
        "lot": facts.lot,
        "maker": facts.lot_maker,
        "day": facts.figures["back_on"],
        "through": through,
        "from": facts.counterparty,
    }


def _renamed() -> str:
    return _(
        "%(kg)s kg (gross) came back to the enterprise on %(day)s from %(from)s as lot %(lot)s of"
        " %(maker)s, out of a run that changed nothing but the lot number."
    )


def _unchanged(through: int) -> str:
    return ngettext(
        "%(kg)s kg (gross) of lot %(lot)s of %(maker)s came back to the enterprise on %(day)s"
        " through %(through)s other, unprocessed, last from %(from)s.",
        "%(kg)s kg (gross) of lot %(lot)s of %(maker)s came back to the enterprise on %(day)s"
        " through %(through)s others, unprocessed, last from %(from)s.",
        through,
    )
