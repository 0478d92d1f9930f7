"""What open findings touch of a trace."""

from dataclasses import dataclass

from portal.accounts.models import User
from traceability.queries.findings import OPEN, findings_visible_to
from traceability.queries.tracing.trace import Trace


@dataclass(frozen=True, slots=True)
class Touched:
    """The open findings that touch a trace, and the lots and runs that they touch."""

    findings: frozenset[int]
    lots: frozenset[int]
    runs: frozenset[tuple[int, str]]


def touched_by(trace: Trace, user: User) -> Touched:
    """What the open findings that `user` may see touch of a trace."""
    runs = {(pool.enterprise_id, pool.run) for pool in trace.pools.values() if pool.run}
    owners = {owner for owner, _run in runs}
    seen = findings_visible_to(user).filter(status__in=OPEN).order_by()
    lots = dict(seen.filter(lot__in=list(trace.lots)).values_list("pk", "lot"))
    told = seen.filter(enterprise__in=owners).exclude(run="")
    at_runs = {
        pk: (owner, run)
        for pk, owner, run in told.values_list("pk", "enterprise", "run")
        if (owner, run) in runs
    }
    touched = frozenset([*lots, *at_runs])
    return Touched(touched, frozenset(lots.values()), frozenset(at_runs.values()))
