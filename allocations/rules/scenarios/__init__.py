"""Scenarios: shares of a ceiling proposed by rules that an official combines and weighs."""

from allocations.rules.scenarios.limits import Bound, ConstraintsConflict
from allocations.rules.scenarios.saving import (
    ScenarioNamed,
    ScenarioOutdated,
    ScenarioUnfit,
    require_cuts_open,
    require_name,
    require_plannable,
    require_year,
)
from allocations.rules.scenarios.shares import Share, propose
from allocations.rules.scenarios.weighing import (
    CRITERIA_WEIGHED,
    Candidate,
    NothingToWeigh,
    ScenarioRules,
    targets,
)

__all__ = [
    "CRITERIA_WEIGHED",
    "Bound",
    "Candidate",
    "ConstraintsConflict",
    "NothingToWeigh",
    "ScenarioNamed",
    "ScenarioOutdated",
    "ScenarioRules",
    "ScenarioUnfit",
    "Share",
    "propose",
    "require_cuts_open",
    "require_name",
    "require_plannable",
    "require_year",
    "targets",
]
