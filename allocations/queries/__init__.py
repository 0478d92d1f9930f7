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
from allocations.queries.copies import copies_visible_to, copy_digest
from allocations.queries.decisions import (
    caps_below,
    categories_over,
    content_digest,
    decision_facts,
    decisions_visible_to,
    drafters,
    with_totals,
)

__all__ = [
    "CapRow",
    "CategoryPosition",
    "cap_kg",
    "cap_lines",
    "cap_sums",
    "caps",
    "caps_below",
    "categories_over",
    "content_digest",
    "copies_visible_to",
    "copy_digest",
    "decision_facts",
    "decisions_visible_to",
    "drafters",
    "with_totals",
    "year_position",
    "years_on_record",
]
