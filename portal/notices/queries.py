"""Whose notices there are, how they want to have them, and which wait to be mailed."""

from datetime import datetime

from django.db.models import Case, F, Min, QuerySet, Value, When

from portal.accounts.models import User
from portal.notices.kinds import Channel, KindTold, kinds_for
from portal.notices.models import Notice, Preference


def notices_of(user: User) -> QuerySet[Notice]:
    """The person's own, as one of their present organisation."""
    return Notice.objects.filter(user=user, organisation=user.organisation_id)


def notices_visible_to(user: User) -> QuerySet[Notice]:
    """The person's own, latest first; each with its `state`: unread or read."""
    return notices_of(user).annotate(
        state=Case(When(read_at=None, then=Value("unread")), default=Value("read"))
    )


def unread_count(user: User) -> int:
    """How many the person has not read."""
    return notices_of(user).filter(read_at=None).count()


def preferences_of(user: User) -> list[tuple[KindTold, Channel]]:
    """Every kind of notice that can concern the person, and how they get it."""
    chosen = dict(Preference.objects.filter(user=user).values_list("kind", "channel"))
    return [
        (told, Channel(chosen.get(told.kind, told.channel)))
        for told in kinds_for(user.organisation.kind)
    ]


def people_to_mail(at: datetime, *, most: int) -> list[int]:
    """The ids of people with notices to be mailed by now, who waited longest first."""
    waiting = Notice.objects.filter(
        mail_at__lte=at,
        mailed_at=None,
        read_at=None,
        user__is_active=True,
        user__organisation=F("organisation"),
    )
    people = waiting.order_by().values("user_id").annotate(first=Min("mail_at"))
    return [each["user_id"] for each in people.order_by("first", "user_id")[:most]]
