"""What stands behind the figures of caps, deadlines and findings on the map of provinces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from allocations.models import AllocationLine, Category, Decision
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.period import Month
from portal.kernel.sql import among
from traceability.models import Finding
from traceability.queries.findings import findings_visible_to
from traceability.queries.tracing.flows import Question
from traceability.queries.tracing.overview import facts_due
from traceability.queries.tracing.touched import standing_at
from traceability.queries.tracing.walk import rows, statement

# Whether a month is asked for, by how it was filed.
_STATES = {"": "true", "in_time": "in_time", "missing": "missing"}


@dataclass(frozen=True, slots=True)
class MonthDue:
    """A month that an enterprise had to file, and when it first did."""

    enterprise: Enterprise
    month: Month
    filing_id: int | None
    submitted_at: datetime | None
    in_time: bool

    @property
    def state(self) -> str:
        """How it was filed."""
        if self.filing_id is None:
            return "missing"
        return "in_time" if self.in_time else "late"


def months_due(asked: Question, state: str, *, deadline_day: int, now: datetime) -> list[MonthDue]:
    """The months whose deadline is over; those filed in time, or missing, where so asked."""
    facts = facts_due(asked, deadline_day=deadline_day, now=now)
    found = rows(
        f"with {statement('months_due')} select enterprise_id, month, filing_id, submitted_at,"
        f" in_time from month_due where {_STATES.get(state, 'true')} order by 2, 1",
        facts,
    )
    wanted = {row[0] for row in found}
    names = Enterprise.objects.select_related("organisation").in_bulk(wanted)
    return [MonthDue(names[pk], Month.of(month), *told) for pk, month, *told in found]


def cap_lines(what: str, asked: Question, *, now: datetime) -> QuerySet[AllocationLine]:
    """The lines that the caps of the last month's year are the sum of: of `mining` or `separation`,
    of both for neither."""
    lines = AllocationLine.objects.filter(
        decision__year=asked.last.year,
        decision__status=Decision.Status.ISSUED,
        decision__issued_at__lte=min(now, asked.known_at),
    ).select_related("decision", "enterprise__organisation")
    if what:
        separation = Q(category=Category.SEPARATION)
        lines = lines.filter(separation if what == "separation" else ~separation)
    return _within(lines, asked.scope).order_by("decision__issued_at", "enterprise", "category")


def findings_standing(user: User, asked: Question) -> QuerySet[Finding]:
    """The findings of the last month's year that nobody had closed, and that still held."""
    standing = standing_at(asked.known_at)
    found = findings_visible_to(user).filter(standing, year=asked.last.year)
    return _within(found, asked.scope)


def _within(listed: QuerySet, scope: Sequence[int] | None) -> QuerySet:  # type: ignore[type-arg]
    return listed if scope is None else listed.filter(enterprise_id__in=among(list(scope)))
