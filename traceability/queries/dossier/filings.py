"""Filings on time, and what amendments changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import connection
from django.db.models import Count

from allocations.models import Category
from enterprises.models import Enterprise
from portal.kernel.period import civil_day
from traceability.models import DeadlineExtension, Filing, FilingRemark, Kind
from traceability.queries.derivation import CAP_USE
from traceability.queries.dossier.period import Period
from traceability.queries.months import MonthShown, months_of_each

_CHANGED = (Path(__file__).parent / "amendments.sql").read_text(encoding="utf-8")
# The cap use of a month by the version before and by the amended one, each as a ledger of its own
# that stands in the place of an enterprise; other months as known when it was amended.
_EFFECT = f"""
with side as (
  select a.id as amended_id, v.id as taken_id, a.id * 2 + (v.id = a.id)::int as enterprise_id,
         a.enterprise_id as whose_id, a.month, a.submitted_at
    from traceability_filing a
    join traceability_filing v on v.enterprise_id = a.enterprise_id and v.month = a.month
                              and v.version between a.version - 1 and a.version
   where a.id = any (%(amended)s)
),
ledger as materialized (
  select taken_id as id, enterprise_id, month from side
  union all
  (select distinct on (s.enterprise_id, f.month) f.id, s.enterprise_id, f.month
     from side s
     join traceability_filing f on f.enterprise_id = s.whose_id and f.month < s.month
                               and f.month >= s.month - interval '6 months'
                               and f.submitted_at <= s.submitted_at
    order by s.enterprise_id, f.month, f.version desc)
),
cell as (select enterprise_id, month from side),
lot as not materialized (select id, product_id, reo_percent from traceability_lot),
{CAP_USE}
select enterprise_id / 2, category,
       sum(case when mod(enterprise_id, 2) = 1 then reo_kg else -reo_kg end)
  from cap_use
 group by 1, 2
having sum(case when mod(enterprise_id, 2) = 1 then reo_kg else -reo_kg end) <> 0
 order by 1, 2
"""
# So many amendments are told, the latest.
MOST_AMENDMENTS = 24


@dataclass(frozen=True, slots=True)
class MonthFiled:
    """One month that was to be filed, how often it was returned, and its later last day if any."""

    shown: MonthShown
    returned: int
    extension: DeadlineExtension | None

    @property
    def filed_on(self) -> date | None:
        """The day of the first version."""
        at = self.shown.first_submitted_at
        return civil_day(at) if at else None

    @property
    def days_late(self) -> int:
        """Days after the deadline, until today where nothing was filed; none where on time."""
        until = self.filed_on or self.shown.today
        return max((until - self.shown.deadline).days, 0)


def months_filed(enterprise: Enterprise, period: Period) -> list[MonthFiled]:
    """The months of the period that it must file and whose end has come."""
    over = [month for month in period.months if month.last_day < period.today]
    if not over:
        return []
    returned = dict(
        FilingRemark.objects.filter(
            filing__enterprise=enterprise,
            filing__month__range=(over[0], over[-1]),
            kind=FilingRemark.Kind.RETURNED,
        )
        .order_by()
        .values_list("filing__month")
        .annotate(Count("pk"))
    )
    return [
        MonthFiled(shown, returned.get(shown.month, 0), shown.extension)
        for _enterprise, shown in months_of_each([enterprise], over, today=period.today)
    ]


@dataclass(frozen=True, slots=True)
class KindChange:
    """What an amendment did to the records of one kind; gross kg."""

    kind: Kind
    records_before: int
    records_after: int
    kg_before: Decimal
    kg_after: Decimal


@dataclass(frozen=True, slots=True)
class Amendment:
    """One amended version: what changed, and by how much its month's counted production, kg REO."""

    filing: Filing
    changes: Sequence[KindChange]
    effects: Sequence[tuple[Category, Decimal]]


@dataclass(frozen=True, slots=True)
class Amendments:
    """How many there are, and the latest of them."""

    count: int
    shown: Sequence[Amendment]


def amendments(enterprise: Enterprise, period: Period) -> Amendments:
    """The later versions of months of the period, the latest first."""
    later = Filing.objects.filter(
        enterprise=enterprise,
        month__range=(period.first, period.last),
        version__gt=1,
        submitted_at__isnull=False,
    ).order_by("-submitted_at")
    latest = list(later[:MOST_AMENDMENTS])
    count = len(latest) if len(latest) < MOST_AMENDMENTS else later.count()
    asked = {"amended": [filing.pk for filing in latest]}
    changes: dict[int, list[KindChange]] = defaultdict(list)
    effects: dict[int, list[tuple[Category, Decimal]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, asked)
        for pk, kind, *figures in cursor.fetchall():
            changes[pk].append(KindChange(Kind(kind), *figures))
        cursor.execute(_EFFECT, asked)
        for pk, category, kg in cursor.fetchall():
            effects[pk].append((Category(category), kg))
    return Amendments(
        count, [Amendment(each, changes[each.pk], effects[each.pk]) for each in latest]
    )
