"""The checks of a reconciliation, in order.

A check is one entry here, one function that explains what it found (its docstring is the check's
documentation), one SQL file of its code in `traceability/queries/checks`, and one test module.
Its file ends with what it measures of everything it looks at (`measures.py` has the words), so that
it can be asked why something was not found.
"""

from django.utils.translation import gettext_lazy as _

from portal.kernel import law
from traceability.rules.checks import caps, documents, figures, filings, lots, runs, shipments
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
        version="2",
    ),
    Check(
        "yield_impossible",
        _("impossible recovery"),
        law.TRUTHFUL_RECORDS,
        runs.yield_impossible,
        _("An amendment that records what else the run was fed, or corrects what it gave."),
        tolerances=("yield_tolerance_percent", "yield_tolerance_kg"),
        version="2",
    ),
    Check(
        "yield_low",
        _("low recovery"),
        law.TRUTHFUL_RECORDS,
        runs.yield_low,
        _(
            "An amendment that records what else the runs gave, or what of the feed was lost; an"
            " inspection that finds the recovery to be real."
        ),
        tolerances=(
            "yield_drop_percent",
            "yield_sigmas",
            "yield_least_fed_kg",
            "yield_norm_separation_percent",
            "yield_norm_metal_percent",
            "yield_norm_magnet_percent",
        ),
        version="3",
    ),
    Check(
        "element_excess",
        _("element in excess"),
        law.TRUTHFUL_RECORDS,
        runs.element_excess,
        _("An amendment that records what else the run was fed, or an assay of its feed."),
        tolerances=(
            "element_tolerance_percent",
            "element_tolerance_kg",
            "element_range_percent",
            "element_jump_percent",
        ),
        version="2",
    ),
    Check(
        "duplicate_document",
        _("document used again"),
        law.TRUTHFUL_RECORDS,
        documents.duplicate_document,
        _("An amendment that puts each shipment under a document of its own."),
        tolerances=("document_span_days",),
        gross=True,
        version="2",
    ),
    Check(
        "stock_mismatch",
        _("stock apart from the books"),
        law.TRUTHFUL_RECORDS,
        lots.stock_mismatch,
        _("An amendment that records what came or left, or corrects the count; a recorded loss."),
        tolerances=(
            "stock_tolerance_percent",
            "stock_tolerance_kg",
            "oversold_tolerance_percent",
            "oversold_tolerance_kg",
        ),
        gross=True,
        version="2",
    ),
    Check(
        "lot_conflict",
        _("lot number used again"),
        law.TRUTHFUL_RECORDS,
        lots.lot_conflict,
        _("An amendment that gives the second lot a number of its own."),
        gross=True,
    ),
    Check(
        "circular_trade",
        _("circular trade"),
        law.TRUTHFUL_RECORDS,
        lots.circular_trade,
        _("An amendment that corrects a sale or purchase, after which nothing comes back."),
        gross=True,
        version="2",
    ),
    Check(
        "cap_relief_amendment",
        _("amendment relieves a cap"),
        law.WITHIN_CAP,
        caps.cap_relief_amendment,
        _(
            "Nothing: the amendment stays on record. The finding can be answered with the evidence"
            " for the lower figures."
        ),
        tolerances=("cap_nearly_used_percent", "over_cap_tolerance_kg", "jump_factor"),
    ),
    Check(
        "undocumented_origin",
        _("origin without a document"),
        law.COVERED_ORES,
        documents.undocumented_origin,
        _("An amendment that names the document, or the kind of record it really was."),
        tolerances=("undocumented_least_kg", "jump_factor", "element_range_percent"),
        version="3",
    ),
    Check(
        "unusual_figures",
        _("unusual figures"),
        law.TRUTHFUL_RECORDS,
        figures.unusual_figures,
        _("An amendment with the figures as weighed, or an inspection that finds them to be so."),
        tolerances=(
            "repeated_percent",
            "round_percent",
            "jump_factor",
            "even_recovery_percent",
            "yield_drop_percent",
            "yield_sigmas",
        ),
        version="3",
    ),
)
CHECK_OF: dict[str, Check] = {check.code: check for check in CHECKS}
CODES: tuple[str, ...] = tuple(CHECK_OF)


def explain(code: str, facts: Facts) -> str:
    """What a finding says, in the reader's language, with its numbers."""
    return CHECK_OF[code].explain(facts)
