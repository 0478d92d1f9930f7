"""The deeds of deciding and distributing."""

from allocations.services.comments import comment_line, settle_comment
from allocations.services.copies import acknowledge_copy, open_copy
from allocations.services.copy_queries import answer_query, ask_about_copy
from allocations.services.decisions import circulate, draft_decision, sign, withdraw
from allocations.services.distribution import pass_down
from allocations.services.eligibility import assess_capacity, find_eligibility
from allocations.services.issuing import (
    hold_back,
    issue,
    issue_due,
    order_issue,
    stop_issue,
    when_issued,
)
from allocations.services.lines import (
    AllocationEntry,
    CeilingEntry,
    change_lines,
    set_lines,
)
from allocations.services.notices import make_extract, make_notice
from allocations.services.penalties import (
    decline_penalty,
    enter_penalty,
    set_penalty_aside,
    take_penalty,
)
from allocations.services.reminders import remind_of_copies
from allocations.services.scenarios import (
    promote_scenario,
    save_scenario,
)
from allocations.services.transcription import transcribe_decision

__all__ = [
    "AllocationEntry",
    "CeilingEntry",
    "acknowledge_copy",
    "answer_query",
    "ask_about_copy",
    "assess_capacity",
    "change_lines",
    "circulate",
    "comment_line",
    "decline_penalty",
    "draft_decision",
    "enter_penalty",
    "find_eligibility",
    "hold_back",
    "issue",
    "issue_due",
    "make_extract",
    "make_notice",
    "open_copy",
    "order_issue",
    "pass_down",
    "promote_scenario",
    "remind_of_copies",
    "save_scenario",
    "set_lines",
    "set_penalty_aside",
    "settle_comment",
    "sign",
    "stop_issue",
    "take_penalty",
    "transcribe_decision",
    "when_issued",
    "withdraw",
]
