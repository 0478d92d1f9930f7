"""Deadlines that were extended, for whom and why."""

from collections.abc import Collection, Iterable

from portal.kernel.period import Month
from portal.kernel.sql import among
from traceability.models import DeadlineExtension

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


def extensions_shown() -> list[DeadlineExtension]:
    """The latest extensions."""
    listed = DeadlineExtension.objects.select_related("enterprise__organisation", "by")
    return list(listed.order_by("-pk")[:LISTED])
