"""The checks of a reconciliation, in order.

A check is one entry here, one function that explains what it found (its docstring is the check's
documentation), one SQL file of its code in `traceability/queries/checks`, and one test module.
"""

from django.utils.translation import gettext_lazy as _

from portal.kernel import law
from traceability.rules.checks import caps, filings, lots, shipments
from traceability.rules.checks.facts import Check, Facts

__all__ = ["CHECKS", "CHECK_OF", "CODES", "Check", "Facts", "explain"]

_SALE_CONFIRMED = _(
    "The buyer's amendment that records the purchase, or the seller's that corrects the sale."
)
_PURCHASE_MATCHED = _(
    "The seller's amendment that records the sale, or the buyer's that corrects the purchase."
)

CHECKS: tuple[Check, ...] = (
    Check(
        "over_cap",
        _("over cap"),
        law.WITHIN_CAP,
        caps.over_cap,
        _(
            "An amendment that corrects what was produced, or a decision that raises the cap, after"
            " which production is within it."
        ),
        tolerances=("over_cap_tolerance_kg",),
    ),
    Check(
        "cap_nearly_used",
        _("cap nearly used"),
        law.WITHIN_CAP,
        caps.cap_nearly_used,
        _("A decision that raises the cap. It ends by itself when the cap is exceeded."),
        tolerances=("cap_nearly_used_percent", "over_cap_tolerance_kg"),
    ),
    Check(
        "no_cap",
        _("without cap"),
        law.ALLOCATION,
        caps.no_cap,
        _(
            "An amendment that corrects what was produced, or an issued decision that allocates in"
            " this category."
        ),
        tolerances=("over_cap_tolerance_kg",),
    ),
    Check(
        "not_designated",
        _("not designated"),
        law.DESIGNATED_ONLY,
        caps.not_designated,
        _(
            "An amendment that corrects what was produced, or a designation on record that holds on"
            " those days."
        ),
    ),
    Check(
        "missing_filing",
        _("filing missing"),
        law.MONTHLY_FILING,
        filings.missing_filing,
        _("Filing the month; it then counts as late."),
        tolerances=("filing_deadline_day",),
    ),
    Check(
        "late_filing",
        _("filed late"),
        law.MONTHLY_FILING,
        filings.late_filing,
        _("Nothing: the day of filing stays on record. The finding can be answered."),
        tolerances=("filing_deadline_day",),
    ),
    Check(
        "oversold_lot",
        _("oversold lot"),
        law.TRUTHFUL_RECORDS,
        lots.oversold_lot,
        _(
            "An amendment that records where the quantity came from, or corrects what left, so that"
            " no more leaves than came."
        ),
        tolerances=(
            "oversold_tolerance_percent",
            "oversold_tolerance_kg",
            "unconfirmed_grace_days",
        ),
        gross=True,
    ),
    Check(
        "unconfirmed_sale",
        _("sale not confirmed"),
        law.TRUTHFUL_RECORDS,
        shipments.unconfirmed_sale,
        _SALE_CONFIRMED,
        tolerances=(
            "unconfirmed_grace_days",
            "quantity_tolerance_percent",
            "quantity_tolerance_kg",
        ),
        two_sided=True,
        gross=True,
    ),
    Check(
        "unmatched_purchase",
        _("purchase without a sale"),
        law.TRUTHFUL_RECORDS,
        shipments.unmatched_purchase,
        _PURCHASE_MATCHED,
        tolerances=(
            "unconfirmed_grace_days",
            "quantity_tolerance_percent",
            "quantity_tolerance_kg",
        ),
        two_sided=True,
        gross=True,
    ),
    Check(
        "quantity_mismatch",
        _("quantities apart"),
        law.TRUTHFUL_RECORDS,
        shipments.quantity_mismatch,
        _("An amendment of either side after which both quantities agree within the tolerance."),
        tolerances=(
            "quantity_tolerance_percent",
            "quantity_tolerance_kg",
            "unconfirmed_grace_days",
        ),
        two_sided=True,
        gross=True,
    ),
)
CHECK_OF: dict[str, Check] = {check.code: check for check in CHECKS}
CODES: tuple[str, ...] = tuple(CHECK_OF)


def explain(code: str, facts: Facts) -> str:
    """What a finding says, in the reader's language, with its numbers."""
    return CHECK_OF[code].explain(facts)
