"""The permissions of allocations."""

from enum import StrEnum


class Perm(StrEnum):
    """What an account may be allowed to do with decisions, caps and copies."""

    VIEW_DECISIONS = "allocations.view_decisions"
    VIEW_CAPS = "allocations.view_caps"
    VIEW_COPIES = "allocations.view_copies"
    DRAFT_DECISION = "allocations.draft_decision"
    SIGN_DECISION = "allocations.sign_decision"
    ISSUE_DECISION = "allocations.issue_decision"
    ENTER_PENALTY = "allocations.enter_penalty"
    ACKNOWLEDGE_COPY = "allocations.acknowledge_copy"
    ASK_ABOUT_COPY = "allocations.ask_about_copy"
    ANSWER_QUERY = "allocations.answer_query"
