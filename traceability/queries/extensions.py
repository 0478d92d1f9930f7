"""Deadlines that were extended, for whom and why."""

from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from enterprises.queries import enterprises_visible_to
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.sql import among
from traceability.models import DeadlineExtension
from traceability.permissions import Perm

# So many are listed, the latest first.
LISTED = 200


def extensions_of(
    enterprises: Collection[int], months: Iterable[Month]
) -> dict[tuple[int, Month], DeadlineExtension]:
    """The extension that counts for each of these enterprises and months that has one."""
    granted = DeadlineExtension.objects.filter(
        enterprise_id__in=among(enterprises), month__in=list(months)
    ).order_by("last_day")
    return {(each.enterprise_id, each.month): each for each in granted}


def extensions_visible_to(user: User) -> QuerySet[DeadlineExtension]:
    """The extensions of enterprises whose filings `user` may see."""
    granted = DeadlineExtension.objects.select_related("enterprise")
    held = user.role_held
    if Perm.VIEW_FILINGS in held.national:
        return granted
    if Perm.VIEW_FILINGS in held.own:
        return granted.filter(enterprise__organisation_id=user.organisation_id)
    if Perm.VIEW_FILINGS in held.regional:
        seen = list(enterprises_visible_to(user).values_list("pk", flat=True))
        return granted.filter(enterprise_id__in=seen)
    return granted.none()


def extensions_shown() -> list[DeadlineExtension]:
    """The latest extensions."""
    listed = DeadlineExtension.objects.select_related("enterprise__organisation", "by")
    return list(listed.order_by("-pk")[:LISTED])
