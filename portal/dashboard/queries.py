"""Figures of a year for the first pages, over the enterprises that the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count

from allocations.models import Category, Copy
from allocations.queries import copies_visible_to
from portal.accounts.models import User
from portal.kernel.period import Month, deadline_of, end_of, year_months
from portal.kernel.quantity import ZERO, share
from traceability.models import Finding, Replay, Upload
from traceability.permissions import Perm as Traceability
from traceability.queries.findings import findings_visible_to

# The categories that production is counted in; `mining` undivided is history.
COUNTED = (Category.MINING_ROCK, Category.MINING_IONIC, Category.SEPARATION)
# A night and what a busy one may be late.
REPLAY_AFTER = timedelta(hours=30)
OPEN = (Finding.Status.OPEN, Finding.Status.ANSWERED)


@dataclass(frozen=True, slots=True)
class CategoryYear:
    """One category of a year, kg REO: `ceiling_kg` is None where only a part of it is seen."""

    category: Category
    ceiling_kg: Decimal | None
    allocated_kg: Decimal
    used_kg: Decimal

    @property
    def left_kg(self) -> Decimal:
        """What may still be produced under the caps; negative when more was."""
        return self.allocated_kg - self.used_kg

    @property
    def used_share(self) -> Decimal | None:
        """Used of what is allocated, as a fraction."""
        return share(self.used_kg, self.allocated_kg)


@dataclass(frozen=True, slots=True)
class EnterpriseCap:
    """The cap of one enterprise in one category and what is used of it, kg REO."""

    enterprise_id: int
    name_zh: str
    name_en: str
    category: Category
    cap_kg: Decimal
    used_kg: Decimal

    @property
    def used_share(self) -> Decimal | None:
        """Used of the cap, as a fraction; None without a cap."""
        return share(self.used_kg, self.cap_kg)


@dataclass(frozen=True, slots=True)
class FilingProgress:
    """How far the filing of one month has come among those who must file it."""

    month: Month
    deadline: date
    due: int
    filed_in_time: int
    filed_late: int

    @property
    def filed(self) -> int:
        """Filed at all."""
        return self.filed_in_time + self.filed_late

    @property
    def outstanding(self) -> int:
        """Not filed yet, or missing once the deadline has passed."""
        return self.due - self.filed

    def days_left(self, today: date) -> int:
        """Days until the deadline, 0 on it, negative after."""
        return (self.deadline - today).days


_CATEGORY_YEAR = """
select c.category,
       coalesce((select sum(l.kg) from allocations_ceilingline l
                   join allocations_decision d on d.id = l.decision_id
                  where d.year = %(year)s and d.status = 'issued' and l.category = c.category), 0),
       coalesce((select sum(l.kg) from allocations_allocationline l
                   join allocations_decision d on d.id = l.decision_id
                  where d.year = %(year)s and d.status = 'issued' and l.category = c.category
                    and (%(all)s or l.enterprise_id = any(%(ids)s))), 0),
       coalesce((select sum(u.reo_kg) from traceability_capuse u
                  where u.month between %(from)s and %(to)s and u.category = c.category
                    and (%(all)s or u.enterprise_id = any(%(ids)s))), 0)
  from unnest(%(categories)s::text[]) with ordinality as c(category, position)
 order by c.position
"""


def category_years(year: int, seen: Sequence[int] | None) -> list[CategoryYear]:
    """Ceiling, allocated and used of `year` by category, over the enterprises `seen`."""
    rows = _rows(_CATEGORY_YEAR, _year_facts(year, seen))
    return [
        CategoryYear(Category(category), ceiling if seen is None else None, allocated, used)
        for category, ceiling, allocated, used in rows
    ]


_ENTERPRISE_CAPS = """
select e.id, o.name_zh, o.name_en, f.category, sum(f.cap), sum(f.used)
  from (
    select l.enterprise_id, l.category, l.kg as cap, 0 as used
      from allocations_allocationline l
      join allocations_decision d on d.id = l.decision_id
     where d.year = %(year)s and d.status = 'issued'
    union all
    select u.enterprise_id, u.category, 0, u.reo_kg
      from traceability_capuse u where u.month between %(from)s and %(to)s
  ) f
  join enterprises_enterprise e on e.id = f.enterprise_id
  join accounts_organisation o on o.id = e.organisation_id
 where %(all)s or f.enterprise_id = any(%(ids)s)
 group by e.id, o.name_zh, o.name_en, f.category
having sum(f.cap) > 0 or sum(f.used) > 0
 order by case when sum(f.cap) > 0 then sum(f.used) / sum(f.cap) else 1e9 end desc, e.id
"""


def enterprise_caps(year: int, seen: Sequence[int] | None) -> list[EnterpriseCap]:
    """Every enterprise with a cap or counted production in `year`, the most used first."""
    return [
        EnterpriseCap(pk, name_zh, name_en, Category(category), cap, used)
        for pk, name_zh, name_en, category, cap, used in _rows(
            _ENTERPRISE_CAPS, _year_facts(year, seen)
        )
    ]


def monthly_use(year: int, seen: Sequence[int] | None) -> dict[Category, list[Decimal | None]]:
    """Cumulative counted production by month of `year`, kg REO.

    None from the month after the last one with a submitted filing: what is not filed is not zero.
    """
    facts = _year_facts(year, seen)
    used = {
        (Category(category), Month.of(first)): kg
        for category, first, kg in _rows(_MONTHLY_USE, facts)
    }
    last_filed = _rows(_LAST_FILED_MONTH, facts)[0][0]
    last = Month.of(last_filed) if last_filed else None
    return {category: _cumulated(category, used, year, last) for category in COUNTED}


_MONTHLY_USE = """
select category, month, sum(reo_kg) from traceability_capuse
 where month between %(from)s and %(to)s and (%(all)s or enterprise_id = any(%(ids)s))
 group by category, month
"""
_LAST_FILED_MONTH = """
select max(month) from traceability_filing
 where month between %(from)s and %(to)s and status = 'submitted'
   and (%(all)s or enterprise_id = any(%(ids)s))
"""


def _cumulated(
    category: Category,
    used: dict[tuple[Category, Month], Decimal],
    year: int,
    last: Month | None,
) -> list[Decimal | None]:
    total = ZERO
    line: list[Decimal | None] = []
    for month in year_months(year):
        total += used.get((category, month), ZERO)
        line.append(total if last is not None and month <= last else None)
    return line


_FILING_PROGRESS = """
select count(*),
       count(*) filter (where first.submitted_at < %(closing)s),
       count(*) filter (where first.submitted_at >= %(closing)s)
  from enterprises_enterprise e
  left join traceability_filing first
    on first.enterprise_id = e.id and first.month = %(month)s and first.version = 1
   and first.status <> 'draft'
 where cardinality(e.activities) > 0 and (e.files_from is null or e.files_from <= %(month)s)
   and (%(all)s or e.id = any(%(ids)s))
"""


def filing_progress(month: Month, seen: Sequence[int] | None, *, day: int) -> FilingProgress:
    """How many must file `month`, and have; the deadline is the `day`th of the month after."""
    deadline = deadline_of(month, day=day)
    facts = {
        "month": month.first_day,
        "closing": end_of(deadline),
        "all": seen is None,
        "ids": list(seen or ()),
    }
    due, in_time, late = _rows(_FILING_PROGRESS, facts)[0]
    return FilingProgress(month, deadline, due, in_time, late)


def open_findings(user: User, year: int) -> dict[str, int]:
    """Open findings of `year` by severity, the gravest first."""
    counted = dict(
        findings_visible_to(user)
        .filter(year=year, status__in=OPEN)
        .order_by()
        .values_list("severity")
        .annotate(Count("id"))
    )
    return {severity: counted.get(severity, 0) for severity in Finding.Severity.values}


def latest_findings(user: User, year: int, *, most: int) -> list[Finding]:
    """The gravest open findings of `year`, the newest of them first."""
    by_severity = {"high": 0, "medium": 1, "low": 2}
    found = (
        findings_visible_to(user)
        .filter(year=year, status__in=OPEN)
        .select_related("enterprise__organisation", "counterparty__organisation", "lot__maker")
        .order_by("severity", "-first_seen", "-id")
    )
    wanted: list[Finding] = []
    for severity in sorted(by_severity, key=by_severity.__getitem__):
        wanted += found.filter(severity=severity)[: most - len(wanted)]
        if len(wanted) >= most:
            break
    return wanted


def copies_to_acknowledge(user: User) -> list[Copy]:
    """The copies that wait for the reader's organisation."""
    return list(
        copies_visible_to(user)
        .filter(recipient_id=user.organisation_id, acknowledged_at=None)
        .select_related("decision")
    )


def uploads_under_way(enterprise_id: int) -> list[Upload]:
    """Files of the enterprise that are still being checked."""
    return list(
        Upload.objects.filter(
            enterprise_id=enterprise_id,
            state__in=[Upload.State.QUEUED, Upload.State.WORKING],
        ).defer("content", "errors")
    )


def _year_facts(year: int, seen: Sequence[int] | None) -> dict[str, Any]:
    return {
        "year": year,
        "from": date(year, 1, 1),
        "to": date(year, 12, 31),
        "all": seen is None,
        "ids": list(seen or ()),
        "categories": [category.value for category in COUNTED],
    }


def _rows(sql: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return cursor.fetchall()


def last_replay(user: User) -> Replay | None:
    """The latest replay of the ledger, for those who see reconciliations."""
    if Traceability.VIEW_RECONCILIATIONS not in user.role_held.national:
        return None
    return Replay.objects.first()


def replay_overdue(replay: Replay | None, at: datetime) -> bool:
    """Whether a night went by without a replay; before the first one nothing is overdue."""
    return replay is not None and at - replay.started_at > REPLAY_AFTER
