"""Asking for reconciliations and running them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.accounts.queries import system_user
from portal.kernel import audit
from portal.kernel.errors import Refusal
from traceability.models import Reconciliation
from traceability.queries.checks import Scope, run_checks
from traceability.queries.tolerances import tolerances_on
from traceability.rules.checks import CHECKS
from traceability.services.findings import keep_findings

State = Reconciliation.State
# A run that was begun this often and never finished is left alone.
DELIVERIES = 3
_LOCK = 0x5245_434F
_PROGRESS = """
update traceability_reconciliation set done = %s
 where id = (select id from traceability_reconciliation where id = %s for update skip locked)
"""


class RunUnderWay(Refusal):
    """Another reconciliation of the same year is running."""


@transaction.atomic
def ask_reconciliation(
    *,
    year: int,
    as_of: date,
    by: User,
    at: datetime,
    enterprise: Enterprise | None = None,
    run_key: str | None = None,
) -> Reconciliation:
    """Put a run of the checks over `year` as known at the end of `as_of` on the list to be run.

    With `enterprise` only what concerns it is checked. Asked twice with one `run_key` it is the
    same run.
    """
    asked = {
        "year": year,
        "as_of": as_of,
        "enterprise": enterprise,
        "asked_by": by,
        "asked_at": at,
        "total": len(CHECKS),
    }
    if run_key is None:
        reconciliation, created = Reconciliation.objects.create(**asked), True
    else:
        reconciliation, created = Reconciliation.objects.get_or_create(
            run_key=run_key, defaults=asked
        )
    if created:
        facts = {"year": year, "as_of": as_of, "enterprise": enterprise}
        audit.record("reconciliation.asked", reconciliation, by=by, at=at, **facts)
    return reconciliation


def run_reconciliation(
    *, reconciliation: Reconciliation, at: datetime, wait: bool = False
) -> Reconciliation:
    """Run every check and put on record what changed; a finished run is left as it is.

    One run of a year at a time: raises RunUnderWay when another holds it, unless told to `wait`.
    A run whose worker died is taken over, at most DELIVERIES times. Whatever goes wrong leaves
    the findings as they were and is raised again.
    """
    with _alone(reconciliation.year, wait=wait) as aside:
        taken = _take(reconciliation, at)
        if taken.state != State.RUNNING:
            return taken
        try:
            return _run(taken, at, aside=aside)
        except Exception as error:
            _put_back(taken, error)
            raise


@contextmanager
def _alone(year: int, *, wait: bool) -> Iterator[BaseDatabaseWrapper]:
    """A connection beside the run's own that holds the year's lock; progress is told on it.

    When the worker dies the connection goes, and the lock with it. It commits every statement, so
    that nothing the run meets can keep the lock from being given back.
    """
    aside = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        if not _locked(aside, year, wait=wait):
            raise RunUnderWay(
                _("A reconciliation of %(year)s is running; this one waits."), year=str(year)
            )
        try:
            yield aside
        finally:
            with aside.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [_LOCK, year])
    finally:
        aside.close()


def _locked(aside: BaseDatabaseWrapper, year: int, *, wait: bool) -> bool:
    with aside.cursor() as cursor:
        if wait:
            cursor.execute("select pg_advisory_lock(%s, %s)", [_LOCK, year])
            return True
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [_LOCK, year])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def _take(reconciliation: Reconciliation, at: datetime) -> Reconciliation:
    """Mark the run as begun; committed before the checks, so that everybody sees it running."""
    taken = Reconciliation.objects.select_for_update(of=("self",)).get(pk=reconciliation.pk)
    if taken.state in (State.FINISHED, State.FAILED):
        return taken
    if taken.deliveries >= DELIVERIES:
        taken.state = State.FAILED
        taken.failure = taken.failure or "its worker died every time"
    else:
        taken.state = State.RUNNING
        taken.deliveries += 1
        taken.started_at = at
        taken.done, taken.total = 0, len(CHECKS)
    taken.save()
    return taken


@transaction.atomic
def _run(
    reconciliation: Reconciliation, at: datetime, *, aside: BaseDatabaseWrapper
) -> Reconciliation:
    begun = time.monotonic()
    scope = Scope(
        year=reconciliation.year,
        as_of=reconciliation.as_of,
        tolerances=tolerances_on(reconciliation.as_of),
        enterprise_id=reconciliation.enterprise_id,
    )
    run_checks(scope, told=lambda done: _tell(aside, reconciliation, done))
    outcome = keep_findings(reconciliation, at=at)
    reconciliation.state = State.FINISHED
    reconciliation.done = reconciliation.total
    reconciliation.counts = outcome.facts
    reconciliation.failure = ""
    reconciliation.finished_at = at + timedelta(seconds=time.monotonic() - begun)
    reconciliation.save()
    audit.record(
        "reconciliation.finished",
        reconciliation,
        by=reconciliation.asked_by or system_user(),
        at=reconciliation.finished_at,
        **outcome.facts,
    )
    return reconciliation


def _tell(aside: BaseDatabaseWrapper, reconciliation: Reconciliation, done: int) -> None:
    """How many checks are done, for everybody to see at once; never waits for a lock."""
    with aside.cursor() as cursor:
        cursor.execute(_PROGRESS, [done, reconciliation.pk])


@transaction.atomic
def _put_back(reconciliation: Reconciliation, error: Exception) -> None:
    """What failed waits for another try, or is left alone after the last one."""
    Reconciliation.objects.filter(pk=reconciliation.pk).update(
        state=State.FAILED if reconciliation.deliveries >= DELIVERIES else State.QUEUED,
        failure=f"{type(error).__name__}: {error}"[:500],
    )
