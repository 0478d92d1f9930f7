"""The permissions of traceability."""

from enum import StrEnum


class Perm(StrEnum):
    """What an account may be allowed to do with filings, reconciliations and findings."""

    VIEW_FILINGS = "traceability.view_filings"
    PREPARE_FILING = "traceability.prepare_filing"
    SUBMIT_FILING = "traceability.submit_filing"
    VIEW_RECONCILIATIONS = "traceability.view_reconciliations"
    RECONCILE = "traceability.reconcile"
    VIEW_FINDINGS = "traceability.view_findings"
    WORK_FINDINGS = "traceability.work_findings"
    ANSWER_FINDINGS = "traceability.answer_findings"
    VIEW_TOLERANCES = "traceability.view_tolerances"
    KEEP_TOLERANCES = "traceability.keep_tolerances"
    VIEW_DOSSIERS = "traceability.view_dossiers"
    VIEW_DRAWS = "traceability.view_draws"
    KEEP_DRAWS = "traceability.keep_draws"
