"""The components of the reliability score, each with its rule."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.kernel.law import AUTHORITIES, INDEX_CUT, MONTHLY_FILING, TRUTHFUL_RECORDS, Source
from portal.kernel.quantity import ZERO
from traceability.rules.reliability.facts import TENTH, Component, Conduct

LEAST_MONTHS = 3
LEAST_LOTS = 5
LEAST_TO_AMEND = 6
# The agreed share of what was traded that gives every point, and that which gives none.
AGREED_ALL, AGREED_NONE = Decimal("0.995"), Decimal("0.80")
# The share of months amended for reasons of one's own that costs nothing, and that which costs all.
AMENDED_FREE, AMENDED_ALL = Decimal("0.10"), Decimal("0.50")
# Parts of a component's points that one finding of each severity costs, in twelve months filed.
COST_OF_FINDING = {"high": Decimal("0.4"), "medium": Decimal("0.15"), "low": Decimal("0.05")}
COST_OF_PENALTY = Decimal("0.5")
LATE_COUNTS = Decimal("0.5")


def filing(seen: Conduct, possible: Decimal) -> Component:
    """Months filed by their deadline."""
    share = None
    if seen.due >= LEAST_MONTHS:
        kept = seen.due - seen.late - seen.missing + seen.late * LATE_COUNTS
        share = Decimal(kept) / seen.due
    return _component(
        "filing",
        gettext_lazy("Filing on time"),
        possible,
        share,
        MONTHLY_FILING,
        _("%(due)d months due: %(late)d late, %(missing)d missing")
        % {"due": seen.due, "late": seen.late, "missing": seen.missing},
        _(
            "Points by the share of months filed by the deadline, extensions counted; a late month"
            " counts half, a missing one nothing. Needs %(least)d months."
        )
        % {"least": LEAST_MONTHS},
    )


def shipments(seen: Conduct, possible: Decimal) -> Component:
    """What of its trade both sides tell alike."""
    traded = seen.agreed_kg + seen.apart_kg
    agreed = seen.agreed_kg / traded if traded else None
    share = None
    if agreed is not None and seen.lots >= LEAST_LOTS:
        share = _between((agreed - AGREED_NONE) / (AGREED_ALL - AGREED_NONE))
    return _component(
        "shipments",
        gettext_lazy("Shipments on which both sides agree"),
        possible,
        share,
        TRUTHFUL_RECORDS,
        _("no shipment that could be compared")
        if agreed is None
        else _("%(agreed)s %% of what was traded agrees, in %(lots)d lots")
        % {"agreed": _percent(agreed), "lots": seen.lots},
        _(
            "All points from %(all)s %% of the mass traded on, none at %(none)s %% or less, in"
            " proportion between. What is on its way, or lies with a partner that has not filed,"
            " is left out. The other side may be at fault: look at the partners. Needs %(least)d"
            " lots."
        )
        % {"all": _percent(AGREED_ALL), "none": _percent(AGREED_NONE), "least": LEAST_LOTS},
    )


def findings(seen: Conduct, possible: Decimal) -> Component:
    """What the reconciliation found."""
    share = None
    if seen.reconciled and seen.filed >= LEAST_MONTHS:
        cost = sum(
            (COST_OF_FINDING[severity] * getattr(seen, severity) for severity in COST_OF_FINDING),
            ZERO,
        )
        # A period of two years may hold twice as many.
        share = _between(1 - cost * 12 / max(seen.filed, 12))
    return _component(
        "findings",
        gettext_lazy("Findings of the reconciliation"),
        possible,
        share,
        TRUTHFUL_RECORDS,
        _("%(high)d of high severity, %(medium)d medium, %(low)d low; %(filed)d months filed")
        % {"high": seen.high, "medium": seen.medium, "low": seen.low, "filed": seen.filed},
        _(
            "Each finding that holds, or was closed as corrected or referred, costs a part of the"
            " points: %(high)s %% if high, %(medium)s %% if medium, %(low)s %% if low; over more"
            " than twelve months filed in proportion less. Explained, mistaken and cleared ones"
            " cost nothing. Needs a reconciliation and %(least)d months filed."
        )
        % {
            "high": _percent(COST_OF_FINDING["high"]),
            "medium": _percent(COST_OF_FINDING["medium"]),
            "low": _percent(COST_OF_FINDING["low"]),
            "least": LEAST_MONTHS,
        },
    )


def amendments(seen: Conduct, possible: Decimal) -> Component:
    """Months that stood as they were first filed."""
    share = None
    if seen.filed >= LEAST_TO_AMEND:
        amended = Decimal(seen.amended) / seen.filed
        share = _between((AMENDED_ALL - amended) / (AMENDED_ALL - AMENDED_FREE))
    return _component(
        "amendments",
        gettext_lazy("Months that stood as first filed"),
        possible,
        share,
        TRUTHFUL_RECORDS,
        _("%(amended)d of %(filed)d months amended")
        % {"amended": seen.amended, "filed": seen.filed},
        _(
            "All points while at most %(free)s %% of the months were amended, none from %(all)s %%"
            " on. Amendments agreed with a partner or after measuring anew do not count. Needs"
            " %(least)d months filed."
        )
        % {
            "free": _percent(AMENDED_FREE),
            "all": _percent(AMENDED_ALL),
            "least": LEAST_TO_AMEND,
        },
    )


def answers(seen: Conduct, possible: Decimal) -> Component:
    """Questions in cases that were answered by their day."""
    return _component(
        "answers",
        gettext_lazy("Questions answered in time"),
        possible,
        Decimal(seen.answered) / seen.asked if seen.asked else None,
        AUTHORITIES,
        _("%(answered)d of %(asked)d questions answered by their day")
        % {"answered": seen.answered, "asked": seen.asked},
        _(
            "Points by the share of the questions in cases that were answered by the day given;"
            " those whose day is still to come are left out. Needs one question."
        ),
    )


def penalties(seen: Conduct, possible: Decimal) -> Component:
    """Administrative penalties under the measures."""
    share = None
    if seen.filed >= LEAST_MONTHS:
        share = _between(1 - COST_OF_PENALTY * seen.penalties)
    return _component(
        "penalties",
        gettext_lazy("Administrative penalties"),
        possible,
        share,
        INDEX_CUT,
        _("%(count)d in the three years up to the end of the period") % {"count": seen.penalties},
        _(
            "Each penalty under the measures that was not set aside costs %(part)s %% of the"
            " points. Needs %(least)d months filed."
        )
        % {"part": _percent(COST_OF_PENALTY), "least": LEAST_MONTHS},
    )


def _component(
    key: str, label: Any, possible: Decimal, share: Decimal | None, source: Source, *said: str
) -> Component:
    figure, rule = said
    given = None if share is None else _tenth(possible * share)
    return Component(key, label, figure, rule, possible, given, source)


def _between(share: Decimal) -> Decimal:
    return min(max(share, ZERO), Decimal(1))


def _tenth(value: Decimal) -> Decimal:
    return value.quantize(TENTH, ROUND_HALF_UP)


def _percent(share: Decimal) -> str:
    return f"{_tenth(share * 100).normalize():f}"
