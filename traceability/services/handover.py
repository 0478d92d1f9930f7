"""From the filer to the attester: handing a draft over, declaring a nil return, attesting."""

from datetime import datetime

from django.db import transaction

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import Month
from portal.notices.kinds import Kind
from portal.notices.services import Telling, tell
from traceability.models import Filing
from traceability.permissions import Perm
from traceability.queries.filings import differs, draft_of, in_force
from traceability.rules import filings as filing_rules
from traceability.rules import handover as rules
from traceability.rules.workspace import require_finished
from traceability.services.filings import locked, open_draft, submit_filing


@transaction.atomic
def hand_over(*, filing: Filing, by: User, at: datetime, nil: bool = False) -> Filing:
    """Give a draft to the attester. `nil`: it has no records because there is nothing to state.

    Who may attest is told. Raises AlreadySubmitted, UnfinishedRows, NothingToAttest,
    RecordsInTheWay, or NothingDiffers for an amendment that changes nothing.
    """
    filing = locked(filing)
    filing_rules.require_draft(filing.status, filing.receipt_no)
    require_finished(filing.unfinished_rows.count())
    rules.require_content(_handed(filing), nil=nil)
    if amended := in_force(filing.enterprise_id, filing.month):
        rules.require_difference(differs=differs(filing, amended))
    filing.ready_at = at
    filing.save(update_fields=["ready_at"])
    facts = {"month": str(filing.month), "sender": by.full_name}
    telling = Telling(filing.enterprise.organisation_id, filing.month, facts)
    tell(Kind.FILING_HANDED_OVER, [telling], perms=[Perm.SUBMIT_FILING], at=at, besides=by)
    audit.record(
        "filing.handed_over",
        filing,
        by=by,
        at=at,
        month=filing.month,
        records=filing.record_count,
        nil=nil,
    )
    return filing


@transaction.atomic
def declare_nil(*, enterprise: Enterprise, month: Month, by: User, at: datetime) -> Filing:
    """State that a month had no business: an empty draft, handed over for attestation.

    Raises AmendmentNeeded, MonthNotBegun, NotAFiler or RecordsInTheWay.
    """
    require_open(enterprise, month)
    draft = open_draft(enterprise=enterprise, month=month, by=by, at=at)
    return hand_over(filing=draft, by=by, at=at, nil=True)


@transaction.atomic
def attest_filing(*, filing: Filing, seen: datetime | None, by: User, at: datetime) -> Filing:
    """Attest to the draft that was handed over at `seen`, and submit it.

    Raises NotHandedOver, DraftChanged, and what `submit_filing` raises.
    """
    draft = locked(filing)
    filing_rules.require_draft(draft.status, draft.receipt_no)
    rules.require_as_seen(_handed(draft), seen=seen)
    return submit_filing(filing=draft, by=by, at=at, held=True)


def require_open(enterprise: Enterprise, month: Month) -> None:
    """Raises AmendmentNeeded unless records may go into a draft of `month`."""
    rules.require_open(
        submitted=in_force(enterprise.pk, month) is not None,
        drafted=draft_of(enterprise.pk, month) is not None,
    )


def _handed(filing: Filing) -> rules.Handed:
    return rules.Handed(record_count=filing.record_count, ready_at=filing.ready_at)
