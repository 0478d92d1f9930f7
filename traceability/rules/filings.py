"""When a month may be drafted, submitted and amended, and by whom."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.law import MONTHLY_FILING
from portal.kernel.period import Month


class MonthNotBegun(Refusal):
    """A month that lies ahead can't be drafted."""


class MonthNotOver(Refusal):
    """A month is submitted after it has ended."""


class NotAFiler(Refusal):
    """An enterprise without an activity files nothing."""


class ReasonNeeded(Refusal):
    """An amendment says why."""


class AlreadySubmitted(Refusal):
    """Somebody submitted it before."""


class AttesterIsPreparer(Refusal):
    """Filer and attester are two people."""


@dataclass(frozen=True, slots=True)
class SubmissionFacts:
    """What the rules ask about a draft that is to be submitted."""

    status: str
    receipt_no: str
    month: Month
    prepared_by_id: int


def require_draftable(month: Month, *, today: date, files: bool) -> None:
    """A month may be drafted from its first day on. Raises MonthNotBegun or NotAFiler."""
    if not files:
        raise NotAFiler(_("This enterprise has no activity on record and files nothing."))
    if month > Month.of(today):
        raise MonthNotBegun(_("%(month)s has not begun yet."), month=str(month))


def require_reason(version: int, reason: str) -> None:
    """Every version after the first says why. Raises ReasonNeeded."""
    if version > 1 and not reason.strip():
        raise ReasonNeeded(_("Say why the month is amended."), field="reason")


def require_draft(status: str, receipt_no: str) -> None:
    """Only a draft changes. Raises AlreadySubmitted."""
    if status != "draft":
        raise AlreadySubmitted(
            _("This filing has been submitted already; its receipt is %(receipt)s."),
            receipt=receipt_no,
        )


def require_submittable(facts: SubmissionFacts, *, by_id: int, today: date) -> None:
    """A draft of a month that is over, attested by another person than its preparer.

    Raises AlreadySubmitted, MonthNotOver or AttesterIsPreparer.
    """
    require_draft(facts.status, facts.receipt_no)
    if today <= facts.month.last_day:
        raise MonthNotOver(
            _("%(month)s can be submitted once it has ended."),
            source=MONTHLY_FILING,
            month=str(facts.month),
        )
    if facts.prepared_by_id == by_id:
        raise AttesterIsPreparer(
            _("Who prepared the filing can't attest to it; a second person does.")
        )
