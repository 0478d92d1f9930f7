"""Checks of production against caps and designations."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from traceability.rules.checks.facts import Facts


def over_cap(facts: Facts) -> str:
    """Production counted against a cap exceeds it.

    Source: enterprises produce within their indices (2025 Measures).
    Fires: once for an enterprise, year and category, when the counted production of the year, as
    filed, is more than the sum of its issued allocations. The month is the first at whose end the
    sum was over. Extraction counts the ore product's REO; separation the REO of a run's compound
    outputs times the share of its input that came from ore.
    Tolerates: `over_cap_tolerance_kg`, what rounding grades to two places may add up to in a year.
    """
    words = _(
        "Counted production in %(category)s from %(first)s to %(last)s was %(produced)s t REO;"
        " the cap is %(cap)s t; %(over)s t over. The cap was first exceeded in %(month)s."
    )
    return words % {
        "category": facts.category,
        "first": facts.month_of("from_month"),
        "last": facts.month_of("to_month"),
        "produced": facts.tonnes("produced_kg"),
        "cap": facts.tonnes("cap_kg"),
        "over": facts.tonnes("over_kg"),
        "month": facts.month,
    }


def cap_nearly_used(facts: Facts) -> str:
    """90 % or more of a cap is used.

    Source: enterprises produce within their indices (2025 Measures).
    Fires: when counted production reaches `cap_nearly_used_percent` of the cap and is not over it;
    over the cap, `over_cap` says it instead. A warning in good time, not a reproach.
    Tolerates: nothing; the share is the threshold.
    """
    words = _(
        "Counted production in %(category)s from %(first)s to %(last)s was %(produced)s t REO,"
        " %(percent)s %% of the cap of %(cap)s t; %(left)s t are left."
    )
    return words % {
        "category": facts.category,
        "first": facts.month_of("from_month"),
        "last": facts.month_of("to_month"),
        "produced": facts.tonnes("produced_kg"),
        "percent": f"{facts.mass('produced_kg') * 100 / facts.mass('cap_kg'):.1f}",
        "cap": facts.tonnes("cap_kg"),
        "left": facts.tonnes("left_kg"),
    }


def no_cap(facts: Facts) -> str:
    """Counted production in a category without an allocation.

    Source: allocations go to the enterprise itself (2025 Measures, article 6).
    Fires: once for an enterprise, year and category in which no issued decision gives it a line
    and production counts. A recycler that separates scrap counts nothing and needs no cap.
    Tolerates: `over_cap_tolerance_kg`, as `over_cap` does.
    """
    words = _(
        "Counted production in %(category)s from %(first)s to %(last)s was %(produced)s t REO;"
        " no issued decision allocates anything to this enterprise in that category."
    )
    return words % {
        "category": facts.category,
        "first": facts.month_of("from_month"),
        "last": facts.month_of("to_month"),
        "produced": facts.tonnes("produced_kg"),
    }


def not_designated(facts: Facts) -> str:
    """Mining or separation by an enterprise not designated for it on that day.

    Source: only designated enterprises mine or separate (2025 Measures; Rare Earth Regulations 8).
    Fires: for an enterprise, an activity and a spell of months without a break, when ore is
    extracted, or compounds leave a run that was fed ore, on a day without a designation valid that
    day (first and last day included). The month is the spell's first.
    Tolerates: nothing; a designation holds on a day or does not.
    """
    lots = facts.figures["lots"]
    words = ngettext(
        "%(produced)s t REO were produced by %(activity)s between %(first)s and %(last)s, in"
        " %(lots)s lot, on days without a designation for it. %(designations)s",
        "%(produced)s t REO were produced by %(activity)s between %(first)s and %(last)s, in"
        " %(lots)s lots, on days without a designation for it. %(designations)s",
        lots,
    )
    return words % {
        "produced": facts.tonnes("produced_kg"),
        "activity": _activity(facts.figures["activity"]),
        "first": facts.figures["from_date"],
        "last": facts.figures["to_date"],
        "lots": lots,
        "designations": _periods(facts.figures["designations"]),
    }


def cap_relief_amendment(facts: Facts) -> str:
    """An amendment lowered counted production of a month after a cap was exceeded or nearly used.

    Source: enterprises produce within their indices and file truthfully (2025 Measures).
    Fires: once for an amendment and category, when it lowers what its month counts against a cap of
    which `cap_nearly_used_percent` were used by all that had been filed before it. Of a run's
    compounds the share fed with ore counts, as each version tells it.
    Tolerates: a thousandth of the month's production and `over_cap_tolerance_kg`; and the slip of
    a decimal point: a month `jump_factor` times the enterprise's others that is put right.
    """
    words = _(
        "Version %(version)s of %(month)s, submitted on %(day)s, lowered counted production in"
        " %(category)s from %(old)s to %(new)s t REO. By then %(used)s t of the cap of %(cap)s t"
        " were used. Reason given: %(reason)s"
    )
    return words % {
        "version": facts.figures["version"],
        "month": facts.month,
        "day": facts.figures["submitted_on"],
        "category": facts.category,
        "old": facts.tonnes("old_kg"),
        "new": facts.tonnes("new_kg"),
        "used": facts.tonnes("used_kg"),
        "cap": facts.tonnes("cap_kg"),
        "reason": facts.figures["reason"] or "–",
    }


def _activity(code: str) -> str:
    return _("mining") if code == "mining" else _("smelting and separation")


def _periods(designations: list[list[str | None]]) -> str:
    """When the enterprise was designated, if ever."""
    if not designations:
        return _("It has never been designated for it.")
    until_now = _("open")
    spans = [f"{first} – {last or until_now}" for first, last in designations]
    return _("It is or was designated: %(spans)s.") % {"spans": "; ".join(spans)}
