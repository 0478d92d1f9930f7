"""Officials and filings: returned, asked about, given more time."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import Month, civil_day
from portal.notices.kinds import Kind
from portal.notices.kinds.words import quoted
from portal.notices.services import Telling, tell
from traceability.models import DeadlineExtension, Filing, FilingRemark
from traceability.permissions import Perm
from traceability.queries.months import deadlines_of
from traceability.rules import supervision as rules
from traceability.services.filings import locked

_FILERS = (Perm.PREPARE_FILING, Perm.SUBMIT_FILING)


@transaction.atomic
def return_filing(
    *, filing: Filing, text: str, due_on: date, by: User, at: datetime
) -> FilingRemark:
    """Ask the enterprise to amend a filing by `due_on`, saying why; it stays in force until then.

    Raises NotInForce or DueTooSoon.
    """
    filing = locked(filing)
    rules.require_in_force(filing.status)
    rules.require_day_ahead(due_on, today=civil_day(at))
    remark = _remark(filing, FilingRemark.Kind.RETURNED, text, by=by, at=at, due_on=due_on)
    facts = {"month": str(filing.month), "due_on": due_on, "text": quoted(text)}
    telling = Telling(filing.enterprise.organisation_id, filing.pk, facts)
    tell(Kind.FILING_RETURNED, [telling], perms=_FILERS, at=at)
    audit.record("filing.returned", filing, by=by, at=at, month=filing.month, due_on=due_on)
    return remark


@transaction.atomic
def ask_about_filing(*, filing: Filing, text: str, by: User, at: datetime) -> FilingRemark:
    """Ask the enterprise about a filing; it stays as it is. Raises NotInForce."""
    filing = locked(filing)
    rules.require_in_force(filing.status)
    remark = _remark(filing, FilingRemark.Kind.QUESTION, text, by=by, at=at)
    facts = {"month": str(filing.month), "text": quoted(text)}
    telling = Telling(filing.enterprise.organisation_id, filing.pk, facts)
    tell(Kind.FILING_ASKED, [telling], perms=_FILERS, at=at)
    audit.record("filing.asked", filing, by=by, at=at, month=filing.month)
    return remark


@transaction.atomic
def answer_about_filing(*, filing: Filing, text: str, by: User, at: datetime) -> FilingRemark:
    """Answer what was asked last; whoever asked is told. Raises NothingWasAsked."""
    filing = locked(filing)
    asked = filing.remarks.exclude(kind=FilingRemark.Kind.ANSWER).select_related("by").last()
    rules.require_asked(asked=asked is not None)
    remark = _remark(filing, FilingRemark.Kind.ANSWER, text, by=by, at=at)
    if asked is not None:
        facts = {"month": str(filing.month), "text": quoted(text)}
        telling = Telling(asked.by.organisation_id, filing.pk, facts)
        tell(Kind.FILING_ANSWERED, [telling], perms=[Perm.WORK_FINDINGS], at=at, only=asked.by)
    audit.record("filing.answered", filing, by=by, at=at, month=filing.month)
    return remark


@transaction.atomic
def extend_deadline(
    *,
    month: Month,
    enterprises: Sequence[Enterprise],
    last_day: date,
    reason: str,
    by: User,
    at: datetime,
) -> list[DeadlineExtension]:
    """Give enterprises until `last_day` to file a month, saying why.

    Raises NobodyNamed, or NotLater when the deadline of any of them is as late already.
    """
    if not enterprises:
        raise rules.NobodyNamed(_("No enterprise was named."), field="enterprises")
    deadlines = deadlines_of([each.pk for each in enterprises], month)
    for deadline in deadlines.values():
        rules.require_later(last_day, deadline=deadline, today=civil_day(at))
    granted = DeadlineExtension.objects.bulk_create(
        DeadlineExtension(
            enterprise=each, month=month, last_day=last_day, reason=reason, by=by, at=at
        )
        for each in enterprises
    )
    facts = {"month": str(month), "last_on": last_day, "reason": quoted(reason)}
    tellings = [Telling(each.organisation_id, month, facts) for each in enterprises]
    tell(Kind.DEADLINE_EXTENDED, tellings, perms=_FILERS, at=at)
    audit.record_many(
        [
            audit.Deed(
                "deadline.extended",
                each.enterprise,
                {"month": month, "last_day": last_day, "reason": reason},
            )
            for each in granted
        ],
        by=by,
        at=at,
    )
    return granted


def _remark(
    filing: Filing,
    kind: str,
    text: str,
    *,
    by: User,
    at: datetime,
    due_on: date | None = None,
) -> FilingRemark:
    return FilingRemark.objects.create(
        filing=filing, kind=kind, text=text, due_on=due_on, by=by, at=at
    )
