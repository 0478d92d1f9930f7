"""Decisions with their lines, sign-offs, and the copies that go out."""

from allocations.models.copies import Copy, CopyQuery, Opening, Outdating, Reminder
from allocations.models.decisions import Decision
from allocations.models.eligibility import Assessment, Eligibility
from allocations.models.lines import AllocationLine, Category, CeilingLine, LineComment
from allocations.models.notices import OfficialNotice
from allocations.models.penalties import Penalty, PenaltyAnswer
from allocations.models.scenarios import Promotion, Scenario, ScenarioShare
from allocations.models.sign_offs import SignOff, Stop

__all__ = [
    "AllocationLine",
    "Assessment",
    "Category",
    "CeilingLine",
    "Copy",
    "CopyQuery",
    "Decision",
    "Eligibility",
    "LineComment",
    "OfficialNotice",
    "Opening",
    "Outdating",
    "Penalty",
    "PenaltyAnswer",
    "Promotion",
    "Reminder",
    "Scenario",
    "ScenarioShare",
    "SignOff",
    "Stop",
]
