"""What the lines of a decision must be. Masses are kg REO."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from allocations.rules.facts import TOTAL_CONTROL, DecisionFacts
from portal.kernel.errors import Refusal
from portal.kernel.law import ALLOCATION

EXPLAINED = frozenset({"adjustment", "deduction"})


class NothingDecided(Refusal):
    """The decision has no line."""


class ReasonMissing(Refusal):
    """Adjustments and deductions say why, line by line."""


class CategoryUnfit(Refusal):
    """A line is for a category that its enterprise, or the regime, does not have."""


class CeilingExceeded(Refusal):
    """The allocations of a category would exceed its ceiling."""


class CapNegative(Refusal):
    """A cap would fall below nothing."""


class StaleDigest(Refusal):
    """The content has changed since it was read."""


def category_fits(category: str, *, activities: Collection[str], is_group: bool) -> bool:
    """Whether an enterprise can hold a cap of `category`: by what it does, or as a group's head."""
    return is_group or category.partition("_")[0] in activities


def require_category(category: str, *, activities: Collection[str], is_group: bool) -> None:
    """An enterprise is assessed for what it does. Raises CategoryUnfit."""
    if not category_fits(category, activities=activities, is_group=is_group):
        raise CategoryUnfit(
            _("The category is not among the enterprise's activities."),
            source=ALLOCATION,
            field="category",
        )


def require_holders(strangers: Collection[int]) -> None:
    """Lines are for enterprises that can hold a cap. Raises CategoryUnfit."""
    if strangers:
        raise CategoryUnfit(
            _("Enterprises that neither mine nor separate and are no group: %(count)s."),
            source=ALLOCATION,
            count=len(strangers),
        )


def require_read(digest: str, *, read_digest: str) -> None:
    """Who changes or signs the content has read it as it stands. Raises StaleDigest."""
    if read_digest != digest:
        raise StaleDigest(_("The decision has changed since you opened it. Read it again."))


def require_lines(facts: DecisionFacts) -> None:
    """A decision decides something. Raises NothingDecided."""
    if not facts.has_lines:
        raise NothingDecided(_("Enter at least one line: the decision has none."))


def require_reasons(facts: DecisionFacts) -> None:
    """Every line of an adjustment or a deduction says why. Raises ReasonMissing."""
    if facts.kind in EXPLAINED and facts.lines_without_reason:
        raise ReasonMissing(
            _("Lines without a reason: %(count)s. Adjustments and deductions need one each."),
            count=facts.lines_without_reason,
        )


def require_fitting_lines(facts: DecisionFacts) -> None:
    """Lines fit the regime and the enterprises. Raises CategoryUnfit.

    The 2025 measures divide mining by ore type; an enterprise's line is for an activity it has.
    """
    if facts.regime == TOTAL_CONTROL and facts.undivided_lines:
        raise CategoryUnfit(_("Mining is divided by ore type under the 2025 measures."))
    if facts.regime == TOTAL_CONTROL and facts.unfit_lines:
        raise CategoryUnfit(
            _("Lines for a category that is not among the enterprise's activities: %(count)s."),
            source=ALLOCATION,
            count=facts.unfit_lines,
        )
