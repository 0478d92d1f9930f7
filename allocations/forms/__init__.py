"""What people type about decisions."""

from allocations.forms.lines import (
    AllocationLinesBase,
    CeilingLinesForm,
    DecisionForm,
    allocation_lines,
    directory_name,
)
from allocations.forms.steps import (
    CommentForm,
    ConfirmForm,
    OrderForm,
    SignForm,
    StopForm,
    WithdrawForm,
)

__all__ = [
    "AllocationLinesBase",
    "CeilingLinesForm",
    "CommentForm",
    "ConfirmForm",
    "DecisionForm",
    "OrderForm",
    "SignForm",
    "StopForm",
    "WithdrawForm",
    "allocation_lines",
    "directory_name",
]
