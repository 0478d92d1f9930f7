"""The reliability score of a dossier, component by component."""

from django.utils.translation import gettext as _

from portal.kernel.templatetags import portal as shown
from traceability.rules.reliability import LEAST_POSSIBLE, Score
from traceability.tables.dossier.sheets import Section, number, sheet


def score_section(score: Score) -> Section:
    """Each component: what was seen, by which rule, the points given of those possible, the source.

    One with too little to go by gives nothing and takes nothing.
    """
    header = [
        _("Component"),
        _("What was seen"),
        _("Rule"),
        number(_("Points")),
        number(_("Of possible")),
        _("Source"),
    ]
    rows = [
        (
            each.label,
            each.figure,
            each.rule,
            shown.number(each.given, 1) if each.known else _("not enough data"),
            shown.number(each.possible) if each.known else "—",
            str(each.source),
        )
        for each in score.components
    ]
    return Section(
        "score",
        _("Reliability score"),
        texts=[score_told(score)],
        sheets=[sheet(_("How the points come about"), header, rows)],
    )


def score_told(score: Score) -> str:
    """The score in a sentence."""
    if score.points is None:
        return _(
            "Not enough data for a score: only %(possible)s of 100 points have something to go by,"
            " and %(least)s are needed. That is no blame."
        ) % {"possible": shown.number(score.possible), "least": shown.number(LEAST_POSSIBLE)}
    return _("%(points)s of 100: %(given)s points of %(possible)s possible.") % {
        "points": shown.number(score.points, 1),
        "given": shown.number(score.given, 1),
        "possible": shown.number(score.possible),
    }
