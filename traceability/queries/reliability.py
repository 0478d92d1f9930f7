"""What the record shows of how enterprises file: the facts of the reliability score, set-based."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import TruncDate

from allocations.models import Penalty
from allocations.queries.penalties import with_state
from enterprises.models import Enterprise
from portal.kernel.period import CIVIL
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among
from traceability.models import Case, CaseEntry, Filing, Finding, Reconciliation
from traceability.queries.dossier.found import in_period
from traceability.queries.dossier.partners import Agreement, agreements
from traceability.queries.dossier.period import Period
from traceability.queries.findings import OPEN
from traceability.queries.months import MonthShown, months_of_each
from traceability.rules.reliability import Conduct

# Amendments that say nothing against who amends.
NO_BLAME = (Filing.ReasonKind.PARTNER, Filing.ReasonKind.MEASURED)
# Outcomes of a case that leave its findings standing.
STANDS = (Case.Outcome.CORRECTED, Case.Outcome.REFERRED)
PENALTY_DAYS = timedelta(days=3 * 365)
_NOTHING = Agreement(ZERO, ZERO, 0)


def conduct_of(enterprises: Sequence[Enterprise], period: Period) -> dict[int, Conduct]:
    """The conduct of each of these enterprises in a period, in as many queries for any number."""
    ids = [each.pk for each in enterprises]
    months = _months(enterprises, period)
    traded = agreements(ids, period)
    found = _findings(ids, period)
    amended = _amended(ids, period)
    asked, answered = _questions(ids, period)
    penalties = _penalties(ids, period)
    reconciled = Reconciliation.objects.filter(
        year__in=period.years, state=Reconciliation.State.FINISHED
    ).exists()
    return {
        pk: Conduct(
            **months[pk],
            agreed_kg=traded.get(pk, _NOTHING).agreed_kg,
            apart_kg=traded.get(pk, _NOTHING).apart_kg,
            lots=traded.get(pk, _NOTHING).lots,
            high=found[pk, "high"],
            medium=found[pk, "medium"],
            low=found[pk, "low"],
            amended=amended.get(pk, 0),
            asked=asked[pk],
            answered=answered[pk],
            penalties=penalties.get(pk, 0),
            reconciled=reconciled,
        )
        for pk in ids
    }


def _months(enterprises: Sequence[Enterprise], period: Period) -> dict[int, dict[str, int]]:
    """How many months were due, and how they were filed. Due is what the deadline has passed of."""
    told: dict[int, dict[str, int]] = defaultdict(
        lambda: {"due": 0, "late": 0, "missing": 0, "filed": 0}
    )
    over = [month for month in period.months if month.last_day < period.today]
    each = months_of_each(enterprises, over, today=period.today) if over else ()
    for enterprise, shown in each:
        _count(told[enterprise.pk], shown)
    return told


def _count(told: dict[str, int], shown: MonthShown) -> None:
    told["filed"] += shown.in_force is not None
    if shown.in_force is None and shown.days_left >= 0:
        return
    told["due"] += 1
    told["late"] += shown.status == "late"
    told["missing"] += shown.status == "missing"


def _findings(ids: Sequence[int], period: Period) -> Counter[tuple[int, str]]:
    holds = Q(status__in=OPEN) | Q(status=Finding.Status.CLOSED, case__outcome__in=STANDS)
    found = Finding.objects.filter(in_period(period), holds, enterprise_id__in=among(ids))
    # Late and missing months have points of their own, a cap nearly used is no fault.
    judged = found.exclude(code__in=("late_filing", "missing_filing", "cap_nearly_used"))
    rows = judged.order_by().values_list("enterprise_id", "severity").annotate(Count("pk"))
    return Counter({(enterprise, severity): count for enterprise, severity, count in rows})


def _amended(ids: Sequence[int], period: Period) -> dict[int, int]:
    later = Filing.objects.filter(
        enterprise_id__in=among(ids),
        month__range=(period.first, period.last),
        version__gt=1,
        submitted_at__isnull=False,
    ).exclude(reason_kind__in=NO_BLAME)
    rows = later.order_by().values_list("enterprise_id")
    return dict(rows.annotate(Count("month", distinct=True)))


def _questions(ids: Sequence[int], period: Period) -> tuple[Counter[int], Counter[int]]:
    """How many questions had to be answered by a day that has passed, and how many were."""
    in_time = CaseEntry.objects.filter(
        case=OuterRef("case"), kind=CaseEntry.Kind.ANSWER, at__gt=OuterRef("at")
    ).annotate(on=TruncDate("at", tzinfo=CIVIL))
    questions = (
        CaseEntry.objects.filter(
            case__enterprise_id__in=among(ids),
            kind=CaseEntry.Kind.QUESTION,
            due_on__range=(period.first.first_day, period.last.last_day),
            due_on__lt=period.today,
        )
        .order_by()
        .annotate(in_time=Exists(in_time.filter(on__lte=OuterRef("due_on"))))
        .values_list("case__enterprise_id", "in_time")
    )
    asked, answered = Counter[int](), Counter[int]()
    for enterprise, met in questions:
        asked[enterprise] += 1
        answered[enterprise] += met
    return asked, answered


def _penalties(ids: Sequence[int], period: Period) -> dict[int, int]:
    until = period.last.last_day
    decided = Penalty.objects.filter(
        enterprise_id__in=among(ids), decided_on__range=(until - PENALTY_DAYS, until)
    )
    standing = with_state(decided).exclude(state="set_aside")
    counted: Counter[int] = Counter(standing.order_by().values_list("enterprise_id", flat=True))
    return dict(counted)
