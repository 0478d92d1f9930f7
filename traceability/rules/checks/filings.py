"""Checks of filing itself."""

from django.utils.translation import gettext as _

from traceability.rules.checks.facts import Facts


def missing_filing(facts: Facts) -> str:
    """Nothing filed for a month whose deadline has passed, by an enterprise that must file.

    Source: flows are entered by the 10th of each month (2025 Measures).
    Fires: for an enterprise with an activity and a month, from the day after the deadline on, when
    no version was submitted by the end of the day. An idle month needs a nil return.
    Tolerates: months before the enterprise must file. The directory says from when; where it does
    not, from the first month it filed or others name it in, so that a new enterprise is left
    alone; one that never filed owes every month since the platform, or its designation, began.
    """
    words = _(
        "Nothing was filed for %(month)s; the deadline was %(deadline)s. The enterprise must file"
        " from %(first)s on."
    )
    return words % {
        "month": facts.month,
        "deadline": facts.figures["deadline"],
        "first": facts.month_of("first_month"),
    }


def late_filing(facts: Facts) -> str:
    """First filed after the deadline.

    Source: flows are entered by the 10th of each month (2025 Measures).
    Fires: when the first version of a month was submitted after the end of its last day, in China,
    by the deadline that held then. Later versions are amendments and never late.
    Tolerates: nothing after midnight; months before the enterprise must file are left alone.
    """
    words = _(
        "%(month)s was first filed on %(submitted)s, %(days)s days after the deadline of"
        " %(deadline)s."
    )
    return words % {
        "month": facts.month,
        "submitted": facts.figures["submitted_at"],
        "days": facts.figures["days_late"],
        "deadline": facts.figures["deadline"],
    }
