"""Reminding recipients to acknowledge their copies."""

from datetime import datetime

from django.db import connection, transaction

from allocations.models import Copy
from allocations.services.telling import tell_reminders
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.parameters import working_calendar
from portal.kernel.period import civil_day

# The row is what keeps a copy from a second reminder on one day, whoever runs this how often.
_REMIND = """
insert into allocations_reminder (copy_id, "on")
select id, %(today)s from allocations_copy
 where acknowledged_at is null and due_on < %(today)s
    on conflict do nothing
returning copy_id
"""


@transaction.atomic
def remind_of_copies(*, by: User, at: datetime) -> int:
    """Remind of every copy whose last day to be acknowledged has passed; how many there were.

    On working days only, and once a day for each copy. Safe to call twice and by two workers.
    """
    today = civil_day(at)
    if not working_calendar().is_working(today):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_REMIND, {"today": today})
        ids = [row[0] for row in cursor.fetchall()]
    copies = list(
        Copy.objects.filter(pk__in=ids)
        .select_related("decision", "recipient")
        .defer("content")
        .order_by("pk")
    )
    tell_reminders(copies, on=today, at=at)
    audit.record_many(
        [audit.Deed("copy.reminded", copy, {"due_on": copy.due_on}) for copy in copies],
        by=by,
        at=at,
    )
    return len(copies)
