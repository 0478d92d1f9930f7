"""Trying other values over past months: the same checks, nothing put on record but the trial."""

import time
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal
from portal.kernel.period import Month, civil_day
from traceability.models import Reconciliation, ToleranceProposal, Trial
from traceability.queries.checks import Scope, ledger_position, run_checks
from traceability.queries.tolerances import tolerances_on
from traceability.rules import trials as rules
from traceability.rules.checks import CHECKS
from traceability.rules.tolerances import require_keeper
from traceability.services.background import held, put_back, take, tell_done

State = Reconciliation.State
_LOCK = 0x5452_4941
_KEEP = (Path(__file__).parent / "sql" / "keep_trial.sql").read_text(encoding="utf-8")
# Kept aside until the trial is finished: the snapshot may not touch the row of the trial, whose
# progress is told meanwhile. Gone with the session if the worker dies.
_TRIED = """
drop table if exists pg_temp.tried;
create temp table tried (
    change text, year smallint, code text, key text, severity text, enterprise_id bigint,
    counterparty_id bigint, month date, category text, lot_id bigint, run text, document text,
    amount_kg numeric(18, 3), amount_before_kg numeric(18, 3), arithmetic jsonb, finding_id bigint
);
"""
_RECORD = """
insert into traceability_trialfinding (
       trial_id, change, year, code, key, severity, enterprise_id, counterparty_id, month, category,
       lot_id, run, document, amount_kg, amount_before_kg, arithmetic, finding_id)
select %(trial)s, t.* from tried t order by t.year, t.code, t.key;
drop table tried;
"""
_STOOD = """
drop table if exists pg_temp.stood;
create temp table stood on commit drop as select * from found;
analyze stood;
"""


class TrialUnderWay(Refusal):
    """Another worker runs this trial."""


@transaction.atomic
def ask_trial(
    *,
    values: Mapping[str, Decimal],
    first_month: Month,
    last_month: Month,
    as_of: date,
    by: User,
    at: datetime,
    proposal: ToleranceProposal | None = None,
) -> Trial:
    """Put a trial of other values over past months on the list to be run.

    Raises NotTheirTolerance, NothingToTry, ValueOutOfBounds or MonthsUnfit.
    """
    require_keeper(by.organisation.ministry)
    rules.require_months(first_month, last_month, as_of=as_of, today=civil_day(at))
    in_force = tolerances_on(as_of)
    rules.require_values(values, held=in_force)
    tried = {name: str(value) for name, value in values.items() if in_force[name] != value}
    trial = Trial.objects.create(
        proposal=proposal,
        values=tried,
        first_month=first_month,
        last_month=last_month,
        as_of=as_of,
        asked_by=by,
        asked_at=at,
        total=2 * len(CHECKS) * (last_month.year - first_month.year + 1),
    )
    facts = {"values": tried, "first_month": first_month, "last_month": last_month, "as_of": as_of}
    audit.record("trial.asked", trial, by=by, at=at, **facts)
    return trial


def run_trial(*, trial: Trial, at: datetime) -> Trial:
    """Run a trial that was asked for; a finished one is left as it is.

    Raises TrialUnderWay while another worker has it. One whose worker died is taken over, three
    times at the most. Whatever goes wrong is raised again.
    """
    with held(_LOCK, trial.pk) as aside:
        if aside is None:
            raise TrialUnderWay(_("This trial is running already."))
        taken = take(trial, total=trial.total, at=at)
        if taken.state != State.RUNNING:
            return taken
        try:
            begun = time.monotonic()
            record = _try(taken, aside)
            return _finish(taken, record, at + timedelta(seconds=time.monotonic() - begun))
        except Exception as error:
            put_back(taken, error)
            raise


def _try(trial: Trial, aside: BaseDatabaseWrapper) -> dict[str, Any]:
    """Both runs of every year over one snapshot of the ledger; what they judged by and saw."""
    outermost = not connection.in_atomic_block
    done = _counted(trial, aside)
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            # What is filed meanwhile is in neither run.
            cursor.execute("set transaction isolation level repeatable read")
        cursor.execute(_TRIED)
        in_force = tolerances_on(trial.as_of)
        on_trial = in_force | {name: Decimal(value) for name, value in trial.values.items()}
        looked_at = {}
        for year in range(trial.first_month.year, trial.last_month.year + 1):
            run_checks(Scope(year, trial.as_of, in_force), told=lambda _done: next(done))
            cursor.execute(_STOOD)
            deadline = trial.values.get("filing_deadline_day")
            scope = Scope(
                *(year, trial.as_of, on_trial),
                tried_deadline_day=int(Decimal(deadline)) if deadline else None,
            )
            run_checks(scope, told=lambda _done: next(done))
            looked_at[str(year)] = ledger_position()
            cursor.execute(_KEEP, {"year": year, **_months(trial)})
    return {
        "in_force": {name: str(value) for name, value in in_force.items()},
        "versions": {check.code: check.version for check in CHECKS},
        "ledger": looked_at,
    }


def _counted(trial: Trial, aside: BaseDatabaseWrapper) -> Iterator[None]:
    """Tells one check more at each step."""
    for done in range(1, trial.total + 1):
        tell_done(aside, trial, done)
        yield


def _months(trial: Trial) -> dict[str, date]:
    return {
        "first_month": trial.first_month.first_day,
        "last_month": trial.last_month.first_day,
    }


@transaction.atomic
def _finish(trial: Trial, record: dict[str, Any], at: datetime) -> Trial:
    """Put on record what it found; it stands from now on."""
    trial = Trial.objects.select_for_update(of=("self",), no_key=True).get(pk=trial.pk)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {"trial": trial.pk})
    counted = trial.findings.order_by().values_list("change")
    counts = dict.fromkeys(("new", "cleared", "kept"), 0)
    trial.counts = counts | dict(counted.annotate(count=Count("pk")))
    trial.record, trial.state = record, State.FINISHED
    trial.done, trial.finished_at, trial.failure = trial.total, at, ""
    trial.save()
    audit.record("trial.finished", trial, by=trial.asked_by, at=at, **trial.counts)
    return trial
