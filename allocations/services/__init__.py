"""The deeds of deciding and distributing."""

from allocations.services.copies import acknowledge_copy
from allocations.services.decisions import (
    AllocationEntry,
    CeilingEntry,
    circulate,
    draft_decision,
    set_lines,
    sign,
    withdraw,
)
from allocations.services.issuing import issue
from allocations.services.transcription import transcribe_decision

__all__ = [
    "AllocationEntry",
    "CeilingEntry",
    "acknowledge_copy",
    "circulate",
    "draft_decision",
    "issue",
    "set_lines",
    "sign",
    "transcribe_decision",
    "withdraw",
]
