"""Writes that were refused, put on record."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from portal.accounts.models import RefusedWrites, User
from portal.kernel import audit

_MINUTE = timedelta(minutes=1)
_COUNT = """
insert into accounts_refusedwrites (user_id, method, route, reason, minute, times)
values (%(user)s, %(method)s, %(route)s, %(reason)s, date_trunc('minute', %(at)s::timestamptz), 1)
    on conflict (user_id, method, route, reason, minute)
    do update set times = accounts_refusedwrites.times + 1
returning times
"""


@transaction.atomic
def record_refused_write(
    *, method: str, route: str, reason: str, facts: Mapping[str, Any], by: User, at: datetime
) -> bool:
    """Put on record that a person was refused a write; whether this left an event of its own.

    The same write, refused for the same reason within the same minute, is counted.
    """
    what = {"method": method, "route": route, "reason": reason}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {**what, "user": by.pk, "at": at})
        is_first = cursor.fetchone()[0] == 1
    if is_first:
        audit.record("write.refused", by, by=by, at=at, **what, **facts)
    return is_first


@transaction.atomic
def record_repeated_refusals(*, at: datetime) -> int:
    """Put on record how often each write was refused again within its minute; drop the counts.

    How many events there were. By whom it was is who tried.
    """
    over = list(
        RefusedWrites.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("user")
        .filter(minute__lte=at - _MINUTE)
        .order_by("user_id", "pk")
    )
    again = [row for row in over if row.times > 1]
    for user, rows in groupby(again, key=lambda row: row.user):
        deeds = [
            audit.Deed(
                "write.refused_again",
                user,
                {
                    "method": row.method,
                    "route": row.route,
                    "reason": row.reason,
                    "minute": row.minute,
                    "times": row.times - 1,
                },
            )
            for row in rows
        ]
        audit.record_many(deeds, by=user, at=at)
    RefusedWrites.objects.filter(pk__in=[row.pk for row in over]).delete()
    return len(again)
