"""Checks of figures that look made up."""

from django.utils.translation import gettext as _

from traceability.rules.checks.facts import Facts
from traceability.rules.checks.lots import KINDS


def unusual_figures(facts: Facts) -> str:
    """Figures that look made up.

    Source: flows are entered truthfully (2025 Measures).
    Fires, each sign once for an enterprise: weighed masses of five digits that come again in other
    months (`repeated_percent` of them, at least four), or a month that is another one, mass for
    mass (four fifths, at least four); the same total month after month; masses of two digits and
    zeros (of ore, three; `round_percent` of them) where others write what scales show; last digits
    that are mostly the same; a month of counted production far beyond the enterprise's others (half
    of `jump_factor`, and four times their spread, more where fewer than twelve months tell it, or,
    of a mine, half above the next); a mine that for two to five months on end digs more than in any
    other month, by a seventh (of two or five, by a third), and in the middle far more than in the
    others (a seventh of `jump_factor` more; of two or five, a sixth); a recycler that for three and
    more months on end takes in a fifth more than in any other and half of `jump_factor` times the
    others' middle, or, from some month on, two and a half times as much and `jump_factor` times;
    recoveries that hardly differ (`even_recovery_percent`); a run far above the enterprise's other
    runs; partners who tell of shipments that it does not file; and lots that are said to be its own
    and that no filing of it makes.
    Tolerates: packaging in round masses, where others of the kind do likewise; idle months;
    seasons.
    """
    figures = facts.figures
    return SIGNS[figures["why"]](facts) % {
        "first": facts.month,
        "last": facts.month_of("to_month"),
        "kind": KINDS[figures["kind"]] if "kind" in figures else "",
        "run": facts.run,
        "copied": facts.month_of("copy_of") if "copy_of" in figures else "",
        **{name: value for name, value in figures.items() if isinstance(value, str | int)},
    }


def _repeated(facts: Facts) -> str:
    return _(
        "%(records_repeated)s of %(of_records)s masses (%(kind)s) from %(first)s to %(last)s are,"
        " to the last digit, those of other months."
    )


def _copied(facts: Facts) -> str:
    return _(
        "%(records_repeated)s of %(of_records)s masses (%(kind)s) of %(first)s are, to the last"
        " digit, those of %(copied)s."
    )


def _constant(facts: Facts) -> str:
    return _(
        "The total of %(product)s (%(kind)s) was the same in %(months_alike)s months from %(first)s"
        " to %(last)s, %(monthly_kg)s kg each."
    )


def _round(facts: Facts) -> str:
    return _(
        "%(round_records)s of %(of_records)s masses (%(kind)s) from %(first)s to %(last)s are two"
        " digits and zeros; others who do the same write what their scales show."
    )


def _digits(facts: Facts) -> str:
    return _(
        "The last digits of %(of_records)s masses (%(kind)s) from %(first)s to %(last)s are mostly"
        " %(favourites)s; scales show each digit about as often."
    )


def _jump(facts: Facts) -> str:
    return _(
        "Counted production of %(first)s was %(kg)s kg REO, %(times)s times the middle of the"
        " enterprise's %(months)s months (%(usual_kg)s kg)."
    )


def _level(facts: Facts) -> str:
    if facts.figures["category"] == "recycled":
        return _(
            "From %(first)s to %(last)s the enterprise took in %(kg)s kg REO of scrap in the middle"
            " month, %(times)s times what it takes in in its other months (%(usual_kg)s kg), and in"
            " each more than in any of those: ore may be passing for scrap."
        )
    return _(
        "From %(first)s to %(last)s the mine dug %(kg)s kg REO in the middle month, %(times)s times"
        " what it digs in its other months (%(usual_kg)s kg), and in each more than in any of"
        " those: other ore may be passing through its books."
    )


def _even(facts: Facts) -> str:
    return _(
        "%(runs)s runs from %(first)s to %(last)s all recovered %(share)s %%, with hardly a"
        " difference; weighed figures vary more."
    )


def _above(facts: Facts) -> str:
    return _(
        "Run %(run)s recovered %(share)s %% of its feed, where the better of the enterprise's"
        " %(runs)s runs keep %(level)s %%: it may have been fed with more than was filed."
    )


def _silent(facts: Facts) -> str:
    return _(
        "%(shipments)s of %(of_shipments)s shipments that %(partners)s partners tell of from"
        " %(first)s to %(last)s are not in the enterprise's own filings."
    )


def _uncreated(facts: Facts) -> str:
    return _(
        "%(holders)s enterprises hold or use %(lots)s lots of this maker, from %(first)s to"
        " %(last)s, that none of its filings makes."
    )


SIGNS = {
    "repeated": _repeated,
    "copied": _copied,
    "constant": _constant,
    "round": _round,
    "digits": _digits,
    "jump": _jump,
    "level": _level,
    "even": _even,
    "above": _above,
    "silent": _silent,
    "uncreated": _uncreated,
}
