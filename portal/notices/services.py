"""Telling people, what they do with what they are told, and the e-mail that goes out."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import ngettext

from portal.accounts.models import User
from portal.accounts.roles import ROLES
from portal.kernel import audit
from portal.notices import queries
from portal.notices.kinds import KINDS, Kind
from portal.notices.models import Notice, Preference

# More than a person reads in one message; the rest comes with the next run.
MOST_IN_A_LETTER = 100
LONGEST_WAIT = timedelta(days=1)

# One statement however many are told: each person of the organisation whose role carries the
# permission, as far as they have not switched the kind off.
_TELL = """
insert into notices_notice
       (user_id, organisation_id, kind, subject, facts, once, at, mail_at, mail_tries)
select u.id, u.organisation_id, %(kind)s, t.subject, t.facts::jsonb, t.once, %(at)s,
       case when coalesce(p.channel, %(channel)s) = 'mail' and u.email <> ''
            then %(at)s::timestamptz end, 0
  from unnest(%(organisations)s::bigint[], %(subjects)s::text[], %(facts)s::text[],
              %(once)s::text[]) as t(organisation_id, subject, facts, once)
  join accounts_user u on u.organisation_id = t.organisation_id
  left join notices_preference p on p.user_id = u.id and p.kind = %(kind)s
 where u.is_active and u.role = any(%(roles)s) and u.id is distinct from %(besides)s
   and (%(only)s::bigint is null or u.id = %(only)s)
   and coalesce(p.channel, %(channel)s) <> 'off'
    on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """What the people of one organisation are told: about which subject, with which facts.

    With a `once` they are told it once, however often they are told.
    """

    organisation_id: int
    subject: Any
    facts: Mapping[str, Any] = field(default_factory=dict)
    once: str = ""


def tell(
    kind: Kind,
    tellings: Iterable[Telling],
    *,
    perms: Collection[str],
    at: datetime,
    besides: User | None = None,
    only: User | None = None,
) -> int:
    """Tell everybody of these organisations whose role carries one of `perms`; how many were told.

    `besides`: who did the deed and need not be told; `only`: the one person it is for. Part of a
    deed: the notices stand or fall with it.
    """
    told = list(tellings)
    if not told:
        return 0
    encode = DjangoJSONEncoder(ensure_ascii=False).encode
    values = {
        "kind": kind.value,
        "channel": KINDS[kind].channel.value,
        "at": at,
        "organisations": [each.organisation_id for each in told],
        "subjects": [str(each.subject) for each in told],
        "facts": [encode(each.facts) for each in told],
        "once": [each.once for each in told],
        "roles": [name for name, held in ROLES.items() if held.permissions & set(perms)],
        "besides": besides.pk if besides else None,
        "only": only.pk if only else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TELL, values)
        return int(cursor.rowcount)


def mark_read(notices: Iterable[int] | None, *, by: User, at: datetime) -> int:
    """Note that a person has read these notices of theirs, all when none is named. No deed."""
    unread = queries.notices_of(by).filter(read_at=None)
    if notices is not None:
        unread = unread.filter(pk__in=list(notices))
    return unread.update(read_at=at)


@transaction.atomic
def choose_channels(*, channels: Mapping[str, str], by: User, at: datetime) -> None:
    """Keep how a person wants to have each kind of notice; what stays the same leaves no event."""
    before = {told.kind.value: channel.value for told, channel in queries.preferences_of(by)}
    changed = {
        kind: channel
        for kind, channel in channels.items()
        if kind in before and before[kind] != channel
    }
    if not changed:
        return
    Preference.objects.bulk_create(
        [Preference(user=by, kind=kind, channel=channel) for kind, channel in changed.items()],
        update_conflicts=True,
        unique_fields=["user", "kind"],
        update_fields=["channel"],
    )
    audit.record("notices.chosen", by, by=by, at=at, **changed)


@transaction.atomic
def mail_notices(user_id: int, *, through: BaseEmailBackend, at: datetime) -> int:
    """Send one person all that is due in one message; how many notices it held. No deed.

    Two at once share nothing: rows that another one is sending are left to it. Rows are marked
    after the server took the message, so that none is lost; where it does not take it they wait
    longer each time.
    """
    user = User.objects.get(pk=user_id)
    due = list(
        queries.notices_of(user)
        .select_for_update(skip_locked=True, no_key=True)
        .filter(mail_at__lte=at, mailed_at=None, read_at=None)
        .order_by("id")[:MOST_IN_A_LETTER]
    )
    if not due:
        return 0
    ids = [notice.pk for notice in due]
    try:
        _letter(user, due, through).send()
    except (SMTPException, OSError):
        tries = max(notice.mail_tries for notice in due) + 1
        wait = min(timedelta(minutes=2 ** min(tries, 12)), LONGEST_WAIT)
        Notice.objects.filter(pk__in=ids).update(mail_tries=tries, mail_at=at + wait)
        return 0
    Notice.objects.filter(pk__in=ids).update(mailed_at=at)
    return len(due)


def _letter(user: User, notices: list[Notice], through: BaseEmailBackend) -> EmailMessage:
    """One message in the person's language."""
    with translation.override(user.language):
        told = ngettext(
            "%(count)s notice of the rare earth total volume control portal",
            "%(count)s notices of the rare earth total volume control portal",
            len(notices),
        )
        lines = [
            {"text": notice.text, "link": settings.ADDRESS + notice.get_absolute_url()}
            for notice in notices
        ]
        text = render_to_string("notices/letter.txt", {"person": user, "lines": lines})
        return EmailMessage(
            told % {"count": len(notices)}, text, to=[user.email], connection=through
        )


def forget_notices(before: datetime) -> int:
    """Drop what was read before this instant; how many notices there were. No deed."""
    return Notice.objects.filter(read_at__lt=before).delete()[0]
