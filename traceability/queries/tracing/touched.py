"""What open findings touch of a trace."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from portal.accounts.models import User
from traceability.models import Finding
from traceability.queries.findings import OPEN, findings_visible_to
from traceability.queries.tracing.trace import Trace
from traceability.queries.tracing.walk import day_known


@dataclass(frozen=True, slots=True)
class Touched:
    """The findings that touch a trace, open when it was known so, and their lots and runs."""

    findings: frozenset[int]
    lots: frozenset[int]
    runs: frozenset[tuple[int, str]]


def standing_at(moment: datetime) -> Q:
    """The findings that had been made by then, and that nobody had cleared or closed."""
    day = day_known(moment)
    open_then = (
        Q(status__in=OPEN)
        | Q(cleared_on__gt=day)
        | Q(status=Finding.Status.CLOSED, case__closed_at__gt=moment)
    )
    return open_then & Q(first_seen__lte=day)


def touched_by(trace: Trace, user: User) -> Touched:
    """What the findings that `user` may see touch of a trace, as far as they stood by then."""
    runs = {(pool.enterprise_id, pool.run) for pool in trace.pools.values() if pool.run}
    owners = {owner for owner, _run in runs}
    seen = findings_visible_to(user).filter(standing_at(trace.asked.known_at)).order_by()
    lots = dict(seen.filter(lot__in=list(trace.lots)).values_list("pk", "lot"))
    told = seen.filter(enterprise__in=owners).exclude(run="")
    at_runs = {
        pk: (owner, run)
        for pk, owner, run in told.values_list("pk", "enterprise", "run")
        if (owner, run) in runs
    }
    touched = frozenset([*lots, *at_runs])
    return Touched(touched, frozenset(lots.values()), frozenset(at_runs.values()))
