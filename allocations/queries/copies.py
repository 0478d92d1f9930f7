"""Copies, and who may see them."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from allocations.models import Copy, CopyQuery
from allocations.permissions import Perm
from portal.accounts.models import Region, User


def copies_visible_to(user: User) -> QuerySet[Copy]:
    """All of them for ministries and auditors; an authority's own and those passed down below it.

    An enterprise sees its own. Each with its `state`: waiting or acknowledged.
    """
    copies = Copy.objects.select_related("decision", "recipient__region", "acknowledged_by")
    copies = copies.annotate(
        state=Case(When(acknowledged_at=None, then=Value("waiting")), default=Value("acknowledged"))
    )
    if Perm.VIEW_COPIES in user.role_held.own:
        return copies.filter(recipient_id=user.organisation_id)
    if user.role_held.national & {Perm.VIEW_COPIES}:
        return copies
    if Perm.VIEW_COPIES in user.role_held.regional and user.organisation.region:
        return copies.filter(
            Q(recipient_id=user.organisation_id)
            | Q(
                recipient__department=user.organisation.department,
                recipient__region__code__startswith=user.organisation.region.prefix,
            )
        )
    return copies.none()


def copy_queries_visible_to(user: User) -> QuerySet[CopyQuery]:
    """What was asked about the copies that `user` may see; each with its `state`, open first."""
    queries = CopyQuery.objects.filter(copy__in=copies_visible_to(user).values("pk"))
    queries = queries.select_related(
        "copy__decision", "copy__recipient__region", "asked_by", "answered_by__organisation"
    ).defer("copy__content")
    return queries.annotate(
        state=Case(When(answered_at=None, then=Value("open")), default=Value("answered"))
    ).order_by(F("answered_at").asc(nulls_first=True), "asked_at", "pk")


def with_standing(copies: QuerySet[Copy], *, today: date) -> QuerySet[Copy]:
    """Each with its `standing` on this day: late, waiting or acknowledged."""
    return copies.annotate(
        standing=Case(
            When(acknowledged_at__isnull=False, then=Value("acknowledged")),
            When(due_on__lt=today, then=Value("late")),
            default=Value("waiting"),
        )
    )


def parts_below(copy: Copy) -> dict[str, list[dict[str, Any]]]:
    """The lines of a copy by the region directly below its recipient's that they lie in.

    Lines of enterprises that are placed in the recipient's own region itself stay with it.
    """
    below = Region.objects.filter(parent=copy.recipient.region)
    parts = {
        region.code: [
            line for line in copy.content["lines"] if line["region"].startswith(region.prefix)
        ]
        for region in below
    }
    return {code: lines for code, lines in parts.items() if lines}


def regions_below(copy: Copy) -> list[tuple[Region, int]]:
    """The regions a copy would be passed down to, with the number of enterprises concerned."""
    parts = parts_below(copy)
    regions = Region.objects.filter(pk__in=parts).order_by("code")
    return [(region, len({line["enterprise"] for line in parts[region.pk]})) for region in regions]


@dataclass(frozen=True, slots=True)
class Branch:
    """One copy in the tree of a decision: how deep it lies, and what became of it."""

    copy: Copy
    depth: int
    opened_at: datetime | None
    passed_down: int
    standing: str


def tree_of(copies: QuerySet[Copy], *, today: date) -> list[Branch]:
    """Copies in the order of their tree, each recipient followed by those it passed down to.

    Among those of one recipient the ones come first that are late, or have a late one below them.
    """
    rows: list[Any] = list(
        with_standing(copies, today=today)
        .annotate(opened_at=Min("openings__at"), parts=Count("passed_down", distinct=True))
        .defer("content")
        .order_by("recipient__region_id", "recipient__department", "pk")
    )
    shown = {row.pk for row in rows}
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in shown else None, []).append(row)
    branches: list[Branch] = []

    def has_late(row: Any) -> bool:
        return row.standing == "late" or any(has_late(each) for each in below.get(row.pk, []))

    def grow(parent: int | None, depth: int) -> None:
        for row in sorted(below.get(parent, []), key=lambda row: not has_late(row)):
            branches.append(Branch(row, depth, row.opened_at, row.parts, row.standing))
            grow(row.pk, depth + 1)

    grow(None, 0)
    return branches


@dataclass(frozen=True, slots=True)
class CopyCounts:
    """How many copies there are, and how far they have come."""

    sent: int
    opened: int
    acknowledged: int
    late: int


def copy_counts(copies: QuerySet[Copy]) -> CopyCounts:
    """The counts of copies with their `standing`."""
    counted = copies.order_by().aggregate(
        sent=Count("pk", distinct=True),
        opened=Count("pk", filter=Q(openings__isnull=False), distinct=True),
        acknowledged=Count("pk", filter=Q(standing="acknowledged"), distinct=True),
        late=Count("pk", filter=Q(standing="late"), distinct=True),
    )
    return CopyCounts(**counted)


def copy_digest(content: dict[str, Any]) -> str:
    """SHA-256 over the content of a copy, written with sorted keys and no spaces."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
