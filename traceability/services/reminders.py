"""Reminding enterprises of the deadline of a month that they have not submitted."""

from datetime import datetime

from django.db import transaction

from portal.kernel.period import civil_day
from portal.notices.kinds import Kind
from portal.notices.services import Telling, tell
from traceability.permissions import Perm
from traceability.queries.reminders import months_to_remind, organisations_unfiled


@transaction.atomic
def remind_of_filings(*, at: datetime) -> int:
    """Remind of the months whose deadline is 7, 3 or 1 days away or past; how many were told.

    Each person hears of a month once on each of these days, however often this is called. No deed:
    nothing changes but what people are told.
    """
    told = 0
    for month, deadline, left in months_to_remind(civil_day(at)):
        kind = Kind.FILING_DUE if left > 0 else Kind.FILING_OVERDUE
        facts = {"month": str(month), "due_on": deadline}
        tellings = [
            Telling(organisation_id, month, facts, once=f"{month} {left}")
            for organisation_id in organisations_unfiled(month, today=civil_day(at))
        ]
        told += tell(kind, tellings, perms=[Perm.PREPARE_FILING, Perm.SUBMIT_FILING], at=at)
    return told
