"""Findings, cases and penalties of an enterprise in a period, as far as the reader may see them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from allocations.models import Penalty
from allocations.queries.penalties import penalties_visible_to
from enterprises.models import Enterprise
from portal.accounts.models import User
from traceability.models import Case, Finding
from traceability.queries.cases import cases_visible_to
from traceability.queries.dossier.period import Period
from traceability.queries.findings import OPEN, findings_of, ranked

MOST_FINDINGS = 60
MOST_CASES = 40
MOST_PENALTIES = 40


@dataclass(frozen=True, slots=True)
class Found:
    """How many findings there are and hold, by severity and by status, and the gravest of them."""

    by_severity: dict[str, int]
    by_status: dict[str, int]
    shown: Sequence[Finding]

    @property
    def count(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


def in_period(period: Period) -> Q:
    """The condition that a finding is of the period: of its months, or, of no month, its years."""
    return Q(month__range=(period.first, period.last)) | Q(month=None, year__in=period.years)


def findings_in_period(enterprise: Enterprise, period: Period, user: User) -> Found:
    """What the reconciliation put on record."""
    findings = findings_of(enterprise, user).filter(in_period(period))
    counted = findings.order_by().values_list("severity", "status").annotate(Count("pk"))
    by_severity: dict[str, int] = {}
    by_status: dict[str, int] = {}
    for severity, status, count in counted:
        by_status[status] = by_status.get(status, 0) + count
        if status in OPEN:
            by_severity[severity] = by_severity.get(severity, 0) + count
    return Found(by_severity, by_status, list(ranked(findings)[:MOST_FINDINGS]))


def cases_in_period(enterprise: Enterprise, period: Period, user: User) -> list[Case]:
    """Its cases of these years, the latest opened first."""
    cases = cases_visible_to(user).filter(enterprise=enterprise, year__in=period.years)
    return list(cases.order_by("-opened_at", "-pk")[:MOST_CASES])


def penalties_in_period(enterprise: Enterprise, period: Period, user: User) -> list[Penalty]:
    """The penalties that were decided in the period, the latest first."""
    days = (period.first.first_day, period.last.last_day)
    found: QuerySet[Penalty] = penalties_visible_to(user).filter(
        enterprise=enterprise, decided_on__range=days
    )
    return list(found.order_by("-decided_on", "-pk")[:MOST_PENALTIES])
