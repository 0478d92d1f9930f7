"""Checks of what an enterprise holds of a lot."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

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
