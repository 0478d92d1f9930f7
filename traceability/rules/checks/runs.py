"""Checks of what process runs were fed and what they gave.

The mass of a run is REO: kg as weighed times the lot's grade. A feed whose grade nobody filed
leaves the run unjudged, and so does a month that was not filed.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceability.rules.checks.facts import Facts


def yield_impossible(facts: Facts) -> str:
    """A run's outputs hold more REO than its inputs, beyond the tolerance.

    Source: flows are entered truthfully (2025 Measures); mass is conserved.
    Fires: once for a run that ends in the year, when its outputs hold more REO than all its inputs,
    those of months before included; and once for an enterprise and stage of product, when six runs
    and more, none of them beyond the tolerance, together hold more than they were fed. Something
    went in that was not filed, or less came out.
    Tolerates: `yield_tolerance_percent` of the feed and `yield_tolerance_kg`: grades have two
    decimals and scales differ by a few tenths of a percent, while every real run loses some. Of
    many runs together, the tolerance by the square root of their number.
    """
    if "runs" in facts.figures:
        return _gained(facts)
    words = _(
        "Run %(run)s was fed %(fed)s kg REO and gave %(given)s kg REO, %(excess)s kg more than it"
        " was fed (%(percent)s %% recovery)."
    )
    return words % {
        "run": facts.run,
        "fed": facts.kg("in_kg"),
        "given": facts.kg("out_kg"),
        "excess": facts.kg("excess_kg"),
        "percent": _percent(facts, "out_kg", "in_kg"),
    }


def _gained(facts: Facts) -> str:
    words = _(
        "%(runs)s runs from %(first)s to %(last)s were fed %(fed)s t REO and gave %(given)s t,"
        " none of them much more than it was fed; but every real run loses some, and together they"
        " gave %(excess)s kg more."
    )
    return words % {
        "runs": facts.figures["runs"],
        "first": facts.month,
        "last": facts.month_of("to_month"),
        "fed": facts.tonnes("in_kg"),
        "given": facts.tonnes("out_kg"),
        "excess": facts.kg("excess_kg"),
    }


def yield_low(facts: Facts) -> str:
    """A run, or an enterprise's runs together, recover far less REO than such runs do.

    Source: flows are entered truthfully (2025 Measures). Recoveries of the trade (known, not
    verified): separation 90 to 98 percent, oxide to metal 95 to 99, metal to magnet 70 to 98.
    Fires: once for an enterprise and stage of product, when a run lies twice as far below the level
    of the enterprise's better runs as tolerated, or three runs lie below it; when a run lies below
    95 % of the usual least; when it gave nothing, half as long again and five days after the
    longest that the enterprise's runs take, while it went on feeding others; when the middle of six
    or more runs of some months in a row lies below that of all others of the feed, however little
    each shows; when the whole year's runs together lie below the usual least; or, in a run over the
    country, when they lie far below the middle of four or more others who do the same: by the
    tolerated drop (of metal, two thirds of it) and `yield_sigmas` times their spread, or half of
    that in the lowest tenth of what such runs give. And once for an element, of six runs or more
    whose feed has assays and whose products all say what they hold, when in the middle run less of
    it came out than of all others: by twice `yield_drop_percent`, or `yield_sigmas` times what the
    median's scatter explains. Honest plants lie within about one percent there; single elements may
    be recovered a few percent worse than the rest.
    Tolerates: `yield_drop_percent` of the level or `yield_sigmas` times the noise from one run to
    the next, whichever is more. The level is the eightieth percentile and the noise the median
    step, so that a spell of low runs moves neither; feeds are compared with the same feed only.
    Fewer than six runs of a feed are held to the usual least alone. Of months held against months,
    two thirds of `yield_drop_percent`, or `yield_sigmas` times what the scatter of so many runs
    explains: by chance less than once in ten thousand plants, all stretches of a year counted.
    """
    figures = facts.figures
    numbers = {
        "low": figures["low_runs"],
        "runs": figures["runs"],
        "first": facts.month,
        "last": facts.month_of("to_month"),
        "fed": facts.tonnes("in_kg"),
        "given": facts.tonnes("out_kg"),
        "share": figures["share"],
        "level": figures["level"],
        "norm": figures["norm"],
        "missing": facts.tonnes("missing_kg"),
        "element": _oxide(figures.get("element", "")),
    }
    return _LOW[figures["why"]](figures["low_runs"]) % numbers


def _oxide(element: str) -> str:
    return "Pr6O11 + Nd2O3" if element == "PrNd" else element


_LOW = {
    "element": lambda _count: _(
        "By the assays of their feed, %(runs)s runs from %(first)s to %(last)s were fed %(fed)s t"
        " of %(element)s and gave %(given)s t: %(share)s %%, where %(level)s %% of all other rare"
        " earths came out, and no product is unknown that could hold the rest. %(missing)s t of it"
        " are missing."
    ),
    "spell": lambda count: ngettext(
        "%(low)s run between %(first)s and %(last)s was fed %(fed)s t REO and gave %(given)s t:"
        " %(share)s %% recovery, where the enterprise's better runs keep %(level)s %%."
        " %(missing)s t REO are missing.",
        "%(low)s runs between %(first)s and %(last)s were fed %(fed)s t REO and gave %(given)s t:"
        " %(share)s %% recovery, where the enterprise's better runs keep %(level)s %%."
        " %(missing)s t REO are missing.",
        count,
    ),
    "nothing": lambda count: ngettext(
        "%(low)s run fed between %(first)s and %(last)s with %(fed)s t REO gave nothing, while the"
        " enterprise went on feeding others for longer than its runs take.",
        "%(low)s runs fed between %(first)s and %(last)s with %(fed)s t REO gave nothing, while the"
        " enterprise went on feeding others for longer than its runs take.",
        count,
    ),
    "whole": lambda count: ngettext(
        "%(runs)s run from %(first)s to %(last)s was fed %(fed)s t REO and gave %(given)s t:"
        " %(share)s %% recovery, where such runs give %(norm)s %% at the least. %(missing)s t REO"
        " are missing.",
        "All %(runs)s runs from %(first)s to %(last)s together were fed %(fed)s t REO and gave"
        " %(given)s t: %(share)s %% recovery, where such runs give %(norm)s %% at the least."
        " %(missing)s t REO are missing.",
        count,
    ),
    "peers": lambda count: ngettext(
        "%(runs)s run from %(first)s to %(last)s was fed %(fed)s t REO and gave %(given)s t:"
        " %(share)s %% recovery, where the middle of those who do the same is %(norm)s %%."
        " %(missing)s t REO are missing.",
        "All %(runs)s runs from %(first)s to %(last)s together were fed %(fed)s t REO and gave"
        " %(given)s t: %(share)s %% recovery, where the middle of those who do the same is"
        " %(norm)s %%. %(missing)s t REO are missing.",
        count,
    ),
}


def element_excess(facts: Facts) -> str:
    """Outputs of an element exceed what the inputs can contain.

    Source: flows are entered truthfully (2025 Measures); elements are neither made nor changed.
    Splits of ores as published (known, not verified).
    Fires: once for a run, when an element in its outputs weighs more than the feed can have held:
    by the feed's assays, by the widest split of its ore, by its purity. Or when it weighs
    `element_jump_percent` more, in proportion to the feed's usual content, than in the middle of
    the enterprise's other runs of that feed, and eight times their spread. A feed nobody filed the
    grade of is taken for as rich as the richest of the enterprise's other feed.
    Tolerates: `element_tolerance_percent` of an assay, `element_range_percent` beyond the widest
    published split of an ore, `element_tolerance_kg`; and, of the enterprise's other runs, as much
    as ores of the kind differ by. Praseodymium and neodymium count as one. A mixed compound without
    an assay may hold, in a run over the country, what its maker's run was fed; else anything, which
    leaves the run unjudged.
    """
    figures = facts.figures
    words = {
        "most": _(
            "Run %(run)s gave %(given)s kg of %(element)s as oxide; its feed can have held"
            " %(expected)s kg at the most, %(excess)s kg less."
        ),
        "own": _(
            "Run %(run)s gave %(given)s kg of %(element)s as oxide; from such feed the enterprise's"
            " other runs would have given %(expected)s kg, %(excess)s kg less."
        ),
    }[figures["why"]]
    return words % {
        "run": facts.run,
        "given": facts.kg("out_kg"),
        "element": _oxide(figures["element"]),
        "expected": facts.kg("expected_kg"),
        "excess": facts.kg("excess_kg"),
    }


def _percent(facts: Facts, part: str, whole: str) -> str:
    """How much of one figure another is; nothing was fed where there is no answer."""
    if not facts.mass(whole):
        return "∞"
    return f"{facts.mass(part) * 100 / facts.mass(whole):.2f}"
