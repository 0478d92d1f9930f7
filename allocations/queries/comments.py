"""Comments on the lines of a decision."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from allocations.models import AllocationLine, Decision, LineComment
from allocations.rules import LineKey


def has_line(decision: Decision, line: LineKey) -> bool:
    """Whether the decision has this line; it always has itself as a whole."""
    if line.enterprise_id is not None:
        return decision.allocation_lines.filter(
            enterprise_id=line.enterprise_id, category=line.category
        ).exists()
    return not line.category or decision.ceiling_lines.filter(category=line.category).exists()


def comments_on(decision: Decision, line: LineKey | None = None) -> QuerySet[LineComment]:
    """The comments on a decision, or on one line of it, without their answers; open ones first."""
    comments = LineComment.objects.filter(decision=decision, parent=None)
    if line is not None:
        of_line = Q(category=line.category)
        if line.enterprise_id is None:
            of_line &= Q(enterprise=None)
        else:
            of_line &= Q(enterprise_id=line.enterprise_id)
        comments = comments.filter(of_line)
    return (
        comments.select_related("user", "settled_by", "enterprise__organisation")
        .prefetch_related("answers__user")
        .order_by("settled_at", "at", "pk")
    )


def with_comment_counts(lines: QuerySet[AllocationLine]) -> QuerySet[AllocationLine]:
    """Each line with its `open_comments`."""
    open_ones = (
        LineComment.objects.filter(
            decision=OuterRef("decision"),
            enterprise=OuterRef("enterprise"),
            category=OuterRef("category"),
            parent=None,
            settled_at=None,
        )
        .order_by()
        .values("category")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return lines.annotate(open_comments=Coalesce(Subquery(open_ones), 0))


def comment_counts(decision: Decision) -> dict[str, int]:
    """How many comments there are, and how many of them are open."""
    return LineComment.objects.filter(decision=decision, parent=None).aggregate(
        made=Count("pk"), open=Count("pk", filter=Q(settled_at=None))
    )
