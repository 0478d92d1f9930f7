"""From which step to which a decision goes, and what stands in its way."""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from allocations.rules.facts import TOTAL_CONTROL, DecisionFacts, WrongStep
from allocations.rules.lines import require_fitting_lines, require_lines, require_reasons
from allocations.rules.ministries import (
    NotTheirMinistry,
    require_signed,
    required_ministries,
    source_of,
)
from portal.kernel.calendar import Calendar
from portal.kernel.errors import Refusal
from portal.kernel.law import ANNUAL_CEILINGS
from portal.kernel.period import civil_day, start_of
from portal.kernel.said import moment

CHANGEABLE = frozenset({"draft", "circulated", "signed", "ordered"})


class NotChangeable(Refusal):
    """The decision is issued or withdrawn; it stays as it is."""


class IssuedAlready(NotChangeable):
    """Somebody issued the decision before; a second click does nothing."""


class ApprovalMissing(Refusal):
    """Ceilings need the State Council's approval number."""


class OrderedAlready(WrongStep):
    """Somebody ordered the issue before; a second click does nothing."""


class CoolingOff(Refusal):
    """The time in which a ministry may still stop the issue has not passed."""


class EffectiveUnfit(Refusal):
    """A decision takes effect within the year it decides."""


class DocumentMissing(Refusal):
    """An issued decision has the number of its notice."""


class DocumentTaken(Refusal):
    """Another issued decision bears this number."""


def require_changeable(status: str) -> None:
    """Lines change until issue or withdrawal. Raises IssuedAlready or NotChangeable."""
    if status == "issued":
        raise IssuedAlready(_("This decision has been issued already and stays as it is."))
    if status not in CHANGEABLE:
        raise NotChangeable(_("This decision was withdrawn and stays as it is."))


def require_circulable(facts: DecisionFacts) -> None:
    """A draft with lines goes out to the ministries.

    Raises WrongStep, NothingDecided, ReasonMissing or CategoryUnfit.
    """
    if facts.status != "draft":
        raise WrongStep(_("Only a draft is circulated."))
    require_lines(facts)
    require_reasons(facts)
    require_fitting_lines(facts)


def require_issuable(facts: DecisionFacts, *, document_no: str, approval_no: str) -> None:
    """A decision is ordered to be issued with lines, reasons, sign-offs and numbers.

    Ceilings under the 2025 measures need the State Council's approval number (article 5). Raises
    IssuedAlready, NotChangeable, NothingDecided, ReasonMissing, CategoryUnfit, SignOffMissing,
    WrongStep, DocumentMissing or ApprovalMissing.
    """
    require_changeable(facts.status)
    if facts.status == "ordered":
        raise OrderedAlready(_("The issue of this decision has been ordered already."))
    require_lines(facts)
    require_reasons(facts)
    require_fitting_lines(facts)
    require_signed(facts)
    if facts.status != "signed":
        raise WrongStep(_("Only a decision that was circulated and signed is issued."))
    if facts.regime == TOTAL_CONTROL and not document_no.strip():
        raise DocumentMissing(_("Enter the number of the notice."), field="document_no")
    if facts.regime == TOTAL_CONTROL and facts.has_ceilings and not approval_no.strip():
        raise ApprovalMissing(
            _("Ceilings need the State Council's approval number."),
            source=ANNUAL_CEILINGS,
            field="approval_no",
        )


# What refuses an issue that another worker did, or somebody stopped, in the meantime.
NOT_DUE = (NotChangeable, WrongStep, CoolingOff)


def require_effective_in_year(effective_on: date | None, *, year: int) -> None:
    """The effective day lies in the decision's year; without one it takes effect on issue.

    Raises EffectiveUnfit.
    """
    if effective_on is not None and effective_on.year != year:
        raise EffectiveUnfit(
            _("The effective day must lie in %(year)s, the year that is decided."),
            field="effective_on",
            year=str(year),
        )


def issues_at(
    ordered_at: datetime, *, effective_on: date | None, calendar: Calendar, working_days: int
) -> datetime:
    """When a decision that is ordered now becomes law.

    The same time of day after `working_days` working days, and not before the effective day begins.
    """
    day = civil_day(ordered_at)
    cooled = ordered_at + (calendar.add(day, working_days) - day)
    return cooled if effective_on is None else max(cooled, start_of(effective_on))


def require_due(status: str, *, issues_at: datetime | None, at: datetime) -> None:
    """Only what was ordered is issued, and not before its time; at that very instant it is.

    Raises IssuedAlready, NotChangeable, WrongStep or CoolingOff.
    """
    require_changeable(status)
    if status != "ordered" or issues_at is None:
        raise WrongStep(_("Only a decision that was ordered to be issued is issued."))
    if at < issues_at:
        raise CoolingOff(
            _("The decision can be stopped until %(until)s; it is issued after that."),
            until=moment(issues_at),
        )


def require_stoppable(facts: DecisionFacts, *, ministry: str) -> None:
    """A ministry that had to sign stops the issue while it has not happened.

    Raises IssuedAlready, NotChangeable, WrongStep or NotTheirMinistry.
    """
    require_changeable(facts.status)
    if facts.status != "ordered":
        raise WrongStep(_("Only a decision that was ordered to be issued can be stopped."))
    if ministry not in required_ministries(facts):
        raise NotTheirMinistry(
            _("Only a ministry whose sign-off the decision needs can stop it."),
            source=source_of(facts),
        )
