"""The lines of a decision as they stand, and what is known beside each of them."""

from collections.abc import Collection

from allocations.models import Decision
from allocations.queries.caps import possible_holders
from allocations.rules import LineKey, LineText, StandingLine


def standing_lines(decision: Decision) -> dict[LineKey, StandingLine]:
    """Every line with who wrote it last; ceilings first, both in the order they are shown."""
    ceilings = decision.ceiling_lines.order_by("category")
    allocations = decision.allocation_lines.order_by("enterprise_id", "category")
    columns = ("category", "kg", "reason", "changed_by__full_name", "changed_at")
    standing = {
        LineKey(None, category): StandingLine(LineText(kg, reason), by or "", at)
        for category, kg, reason, by, at in ceilings.values_list(*columns)
    }
    for enterprise, category, kg, reason, by, at in allocations.values_list(
        "enterprise_id", *columns
    ):
        standing[LineKey(enterprise, category)] = StandingLine(LineText(kg, reason), by or "", at)
    return standing


def holders_among(enterprises: Collection[int]) -> list[int]:
    """Those of `enterprises` that can hold a cap."""
    if not enterprises:
        return []
    return list(possible_holders().filter(pk__in=enterprises).values_list("pk", flat=True))
