"""Replaying the ledger."""

import time
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction

from portal.accounts.models import User
from portal.kernel import audit
from traceability.models import Replay
from traceability.queries.replay import replay_differences
from traceability.services.derivation import hold

# So many differences are kept to be looked at; their number is told whole.
MOST_KEPT = 100


@transaction.atomic
def replay_ledger(*, run_key: str, by: User, at: datetime) -> Replay:
    """Count lots, balances and cap use anew, compare them with what is kept, and put it on record.

    Nothing is repaired: a difference is an error of the portal that somebody must understand first.
    Submissions wait meanwhile, so that both sides are of one moment. A second call with the same
    `run_key` returns the first one's answer.
    """
    hold()
    done = Replay.objects.filter(run_key=run_key).first()
    if done is not None:
        return done
    begun = time.monotonic()
    found = replay_differences()
    replay = Replay.objects.create(
        run_key=run_key,
        started_at=at,
        finished_at=at + timedelta(seconds=time.monotonic() - begun),
        differences=len(found),
        found=[asdict(each) for each in found[:MOST_KEPT]],
    )
    audit.record("ledger.replayed", replay, by=by, at=at, differences=len(found))
    return replay
