"""The lists of decisions, their lines, caps, copies, and of who may hold a cap."""

from allocations.tables.caps import ApiCapFilter, CapFilter, CapTable
from allocations.tables.comparison import ComparisonTable
from allocations.tables.copies import (
    BranchFilter,
    BranchTable,
    CopyFilter,
    CopyQueryFilter,
    CopyQueryTable,
    CopyTable,
)
from allocations.tables.decisions import AllocationLineTable, DecisionFilter, DecisionTable
from allocations.tables.eligibility import EligibilityFilter, EligibilityTable
from allocations.tables.penalties import PenaltyFilter, PenaltyTable
from allocations.tables.scenarios import (
    ComparedTable,
    ScenarioFilter,
    ScenarioTable,
    ShareFilter,
    ShareTable,
    compared_columns,
)

__all__ = [
    "AllocationLineTable",
    "ApiCapFilter",
    "BranchFilter",
    "BranchTable",
    "CapFilter",
    "CapTable",
    "ComparedTable",
    "ComparisonTable",
    "CopyFilter",
    "CopyQueryFilter",
    "CopyQueryTable",
    "CopyTable",
    "DecisionFilter",
    "DecisionTable",
    "EligibilityFilter",
    "EligibilityTable",
    "PenaltyFilter",
    "PenaltyTable",
    "ScenarioFilter",
    "ScenarioTable",
    "ShareFilter",
    "ShareTable",
    "compared_columns",
]
