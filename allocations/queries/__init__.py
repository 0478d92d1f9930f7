"""What is decided, what follows from it, and who may see it."""

from allocations.queries.caps import (
    CapRow,
    CategoryPosition,
    cap_kg,
    cap_lines,
    cap_sums,
    caps,
    year_position,
    years_on_record,
)
from allocations.queries.copies import copies_visible_to
from allocations.queries.decisions import (
    categories_over,
    content_digest,
    decision_facts,
    decisions_visible_to,
    with_totals,
)

__all__ = [
    "CapRow",
    "CategoryPosition",
    "cap_kg",
    "cap_lines",
    "cap_sums",
    "caps",
    "categories_over",
    "content_digest",
    "copies_visible_to",
    "decision_facts",
    "decisions_visible_to",
    "with_totals",
    "year_position",
    "years_on_record",
]
