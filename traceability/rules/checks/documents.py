"""Checks of the documents that stand behind shipments and origins."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kernel.said import listed
from traceability.rules.checks.facts import Facts
from traceability.rules.checks.lots import KINDS


def duplicate_document(facts: Facts) -> str:
    """One document number stands behind shipments that can't be the same.

    Source: flows are entered truthfully (2025 Measures).
    Fires: once for an enterprise and number, when it sold under it to two buyers, used it for a
    sale and an export or import, for two countries, or over more than `document_span_days`. And for
    two numbers that differ in one place and stand each behind one and the same weighed mass of a
    lot, to five digits and more, of one kind and for one partner. And, in a run over the country,
    when two enterprises declare imports or exports under one number of ten characters and more.
    Tolerates: several lots on one invoice, several deliveries under it within that time, and the
    same number on invoices of two enterprises, whose numbering is their own. What is no number at
    all is `undocumented_origin`'s.
    """
    figures = facts.figures
    if "twin_of" in figures:
        words = _(
            "Documents %(other)s of %(first)s and %(document)s of %(last)s differ in one place and"
            " stand behind the same mass to the last digit, %(kg)s kg (gross)."
        )
    elif "declarants" in figures:
        words = _(
            "Customs declaration %(document)s, under which %(enterprise)s moved %(kg)s kg (gross),"
            " is another enterprise's as well, between %(first)s and %(last)s: a declaration has"
            " one declarant."
        )
    elif figures["partners"] > 1:
        words = _(
            "Document %(document)s stands behind shipments to %(count)s buyers between %(first)s"
            " and %(last)s, %(kg)s kg (gross) in all."
        )
    elif len(set(figures["kinds"])) > 1 or figures["countries"] > 1:
        words = _(
            "Document %(document)s stands behind %(kinds)s between %(first)s and %(last)s, %(kg)s"
            " kg (gross) in all, which one document can't cover."
        )
    else:
        words = _(
            "Document %(document)s stands behind shipments from %(first)s to %(last)s, %(kg)s kg"
            " (gross) in all, further apart than deliveries under one document."
        )
    return words % {
        "document": facts.document,
        "enterprise": facts.enterprise,
        "other": figures.get("twin_of", ""),
        "count": figures["partners"],
        "kinds": listed([KINDS[kind] for kind in dict.fromkeys(figures["kinds"])]),
        "first": figures["first_on"],
        "last": figures["last_on"],
        "kg": facts.kg("kg"),
    }


def undocumented_origin(facts: Facts) -> str:
    """A lot enters from imports or recycling without a usable document, or where it can't.

    Source: imports and recycled resources are told apart from what is mined (2025 Measures, article
    3); flows are entered truthfully.
    Fires: once for an enterprise, kind and reason, for imports and recycled lots whose document is
    missing or no number; recycled lots of ore products, or with an assay like that of an ore in
    every element of a percent and more; imports from China itself, and of ionic ore from where no
    such ore is known; imports of ore by an enterprise that neither separates nor trades; recycled
    lots of an enterprise that does not recycle; and for a month, of six or more, in which it took
    in or imported `jump_factor` times its usual, or, in one or two alone, seven tenths of that and
    by four times the spread of its months. In a run over the country also for imports under numbers
    as long as nobody else's, where nearly all are alike.
    Tolerates: what metal and magnet makers take back of their own runs' losses, and
    `undocumented_least_kg`.
    """
    figures = facts.figures
    count = figures["lots"]
    words = _ORIGIN[figures["why"]](count)
    return words % {
        "count": count,
        "kind": KINDS[figures["kind"]],
        "kg": facts.kg("kg"),
        "usual": facts.kg("usual_kg") if "usual_kg" in figures else "",
        "document": figures.get("document") or "–",
        "first": facts.month,
        "last": facts.month_of("to_month"),
    }


_ORIGIN = {
    "document": lambda count: ngettext(
        "%(count)s lot (%(kind)s), %(kg)s kg REO from %(first)s to %(last)s, has no usable document"
        " (“%(document)s”).",
        "%(count)s lots (%(kind)s), %(kg)s kg REO from %(first)s to %(last)s, have no usable"
        " document (“%(document)s”).",
        count,
    ),
    "ore": lambda count: ngettext(
        "%(count)s recycled lot, %(kg)s kg REO from %(first)s to %(last)s, is an ore product, which"
        " scrap can't be.",
        "%(count)s recycled lots, %(kg)s kg REO from %(first)s to %(last)s, are ore products, which"
        " scrap can't be.",
        count,
    ),
    "split": lambda count: ngettext(
        "%(count)s recycled lot, %(kg)s kg REO from %(first)s to %(last)s, has by its assay the"
        " split of an ore, which scrap does not have.",
        "%(count)s recycled lots, %(kg)s kg REO from %(first)s to %(last)s, have by their assays"
        " the split of an ore, which scrap does not have.",
        count,
    ),
    "country": lambda count: ngettext(
        "%(count)s lot, %(kg)s kg REO from %(first)s to %(last)s, is filed as an import from China"
        " itself.",
        "%(count)s lots, %(kg)s kg REO from %(first)s to %(last)s, are filed as imports from China"
        " itself.",
        count,
    ),
    "kind": lambda count: ngettext(
        "%(count)s lot (%(kind)s), %(kg)s kg REO from %(first)s to %(last)s, enters at an"
        " enterprise whose activities don't include it.",
        "%(count)s lots (%(kind)s), %(kg)s kg REO from %(first)s to %(last)s, enter at an"
        " enterprise whose activities don't include it.",
        count,
    ),
    "shape": lambda count: ngettext(
        "%(count)s lot (%(kind)s), %(kg)s kg REO from %(first)s to %(last)s, has a document number"
        " (“%(document)s”) of another length than all others of its kind in the country.",
        "%(count)s lots (%(kind)s), %(kg)s kg REO from %(first)s to %(last)s, have document numbers"
        " (“%(document)s”) of another length than all others of their kind in the country.",
        count,
    ),
    "source": lambda count: ngettext(
        "%(count)s lot, %(kg)s kg REO from %(first)s to %(last)s, is filed as ionic ore from a"
        " country in which no such ore is known.",
        "%(count)s lots, %(kg)s kg REO from %(first)s to %(last)s, are filed as ionic ore from"
        " countries in which no such ore is known.",
        count,
    ),
    "volume": lambda count: ngettext(
        "%(count)s lot (%(kind)s) of %(first)s holds %(kg)s kg REO; in a usual month of this"
        " enterprise it is %(usual)s kg.",
        "%(count)s lots (%(kind)s) of %(first)s hold %(kg)s kg REO; in a usual month of this"
        " enterprise it is %(usual)s kg.",
        count,
    ),
}
