"""What people type about decisions."""

from allocations.forms.comparison import DECISION, YEAR, CompareForm
from allocations.forms.eligibility import AssessmentForm, EligibilityForm
from allocations.forms.lines import (
    NO_TONNES,
    ROWS_AT_MOST,
    AllocationLinesBase,
    CeilingLinesForm,
    DecisionForm,
    TonnesFormField,
    allocation_lines,
    as_typed,
    categories_of,
    directory_name,
)
from allocations.forms.notices import PaperForm
from allocations.forms.penalties import (
    HolderForm,
    PenaltyForm,
    PenaltyReasonForm,
    TakePenaltyForm,
)
from allocations.forms.scenarios import (
    COMPARED_AT_MOST,
    PlannedForm,
    PromoteForm,
    ScenarioForm,
    ScenariosForm,
    scenario_initial,
)
from allocations.forms.sheets import HEADERS, LinesSheetForm, sheet_rows
from allocations.forms.steps import (
    AnswerForm,
    AskForm,
    CommentForm,
    ConfirmForm,
    OrderForm,
    SignForm,
    StopForm,
    WithdrawForm,
)

__all__ = [
    "COMPARED_AT_MOST",
    "DECISION",
    "HEADERS",
    "NO_TONNES",
    "ROWS_AT_MOST",
    "YEAR",
    "AllocationLinesBase",
    "AnswerForm",
    "AskForm",
    "AssessmentForm",
    "CeilingLinesForm",
    "CommentForm",
    "CompareForm",
    "ConfirmForm",
    "DecisionForm",
    "EligibilityForm",
    "HolderForm",
    "LinesSheetForm",
    "OrderForm",
    "PaperForm",
    "PenaltyForm",
    "PenaltyReasonForm",
    "PlannedForm",
    "PromoteForm",
    "ScenarioForm",
    "ScenariosForm",
    "SignForm",
    "StopForm",
    "TakePenaltyForm",
    "TonnesFormField",
    "WithdrawForm",
    "allocation_lines",
    "as_typed",
    "categories_of",
    "directory_name",
    "scenario_initial",
    "sheet_rows",
]
