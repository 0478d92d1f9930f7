"""The figures of a decision or of a year, as they are set against one another; kg REO."""

from decimal import Decimal

from django.db.models import Sum

from allocations.models import CeilingLine, Decision
from allocations.queries.caps import ISSUED, caps
from allocations.rules import LineKey


def figures_of_decision(decision: Decision) -> dict[LineKey, Decimal]:
    """What the lines of one decision say, whatever has become of it."""
    ceilings = decision.ceiling_lines.order_by().values_list("category", "kg")
    lines = decision.allocation_lines.order_by().values_list("enterprise_id", "category", "kg")
    return {LineKey(None, category): kg for category, kg in ceilings} | {
        LineKey(enterprise, category): kg for enterprise, category, kg in lines
    }


def figures_of_year(year: int) -> dict[LineKey, Decimal]:
    """The ceilings and caps of a year: the sums of its issued lines."""
    issued = CeilingLine.objects.filter(decision__year=year, decision__status=ISSUED)
    ceilings = issued.order_by().values_list("category").annotate(kg=Sum("kg"))
    return {LineKey(None, category): kg for category, kg in ceilings} | {
        LineKey(row.enterprise_id, row.category): row.cap_kg for row in caps(year)
    }
