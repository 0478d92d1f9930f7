"""Asking for reconciliations and running them."""

import time
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.accounts.queries import system_user
from portal.kernel import audit
from portal.kernel.errors import Refusal
from traceability.models import Reconciliation
from traceability.queries.checks import Scope, record_of, run_checks
from traceability.queries.tolerances import tolerances_on
from traceability.rules.checks import CHECKS
from traceability.services.background import held, put_back, take, tell_done
from traceability.services.findings import keep_findings

State = Reconciliation.State
_LOCK = 0x5245_434F


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
    with held(_LOCK, reconciliation.year, wait=wait) as aside:
        if aside is None:
            raise RunUnderWay(
                _("A reconciliation of %(year)s is running; this one waits."),
                year=str(reconciliation.year),
            )
        taken = take(reconciliation, total=len(CHECKS), at=at)
        if taken.state != State.RUNNING:
            return taken
        try:
            return _run(taken, at, aside=aside)
        except Exception as error:
            put_back(taken, error)
            raise


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
    run_checks(scope, told=lambda done: tell_done(aside, reconciliation, done))
    reconciliation.record = record_of(scope)
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
