"""Long work that is a row: begun once at a time, told of while it runs, taken over when left."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from traceability.models import Capture, Reconciliation, Trial, Upload

Row = TypeVar("Row", Reconciliation, Trial)
State = Reconciliation.State
# Work that was begun this often and never finished is left alone.
DELIVERIES = 3
_PROGRESS = """
update {table} set done = %s
 where id = (select id from {table} where id = %s for update skip locked)
"""


@contextmanager
def held(lock: int, key: int, *, wait: bool = False) -> Iterator[BaseDatabaseWrapper | None]:
    """A connection beside the work's own that holds a lock; progress is told on it. None: taken.

    When the worker dies the connection goes, and the lock with it. It commits every statement, so
    that nothing the work meets can keep the lock from being given back.
    """
    aside = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        if not _locked(aside, lock, key, wait=wait):
            yield None
            return
        try:
            yield aside
        finally:
            with aside.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [lock, key])
    finally:
        aside.close()


def _locked(aside: BaseDatabaseWrapper, lock: int, key: int, *, wait: bool) -> bool:
    with aside.cursor() as cursor:
        if wait:
            cursor.execute("select pg_advisory_lock(%s, %s)", [lock, key])
            return True
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [lock, key])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def take(row: Row, *, total: int, at: datetime) -> Row:
    """Mark the work as begun; committed before it starts, so that everybody sees it running.

    Of a dead worker it is taken over, at most DELIVERIES times. What is over stays as it is.
    """
    taken = type(row).objects.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    if taken.state in (State.FINISHED, State.FAILED):
        return taken
    if taken.deliveries >= DELIVERIES:
        taken.state = State.FAILED
        taken.failure = taken.failure or "its worker died every time"
    else:
        taken.state = State.RUNNING
        taken.deliveries += 1
        taken.started_at = at
        taken.done, taken.total = 0, total
    taken.save()
    return taken


def tell_done(aside: BaseDatabaseWrapper, row: Row, done: int) -> None:
    """How much is done, for everybody to see at once; never waits for a lock."""
    with aside.cursor() as cursor:
        cursor.execute(_PROGRESS.format(table=row._meta.db_table), [done, row.pk])


@transaction.atomic
def let_wait(sent: Upload | Capture) -> None:
    """What somebody sent and whose check broke off waits for another try, if nobody ended it."""
    state = type(sent).State
    again: Any = type(sent)._default_manager.filter(pk=sent.pk, state=state.WORKING)
    again.update(state=state.QUEUED)


@transaction.atomic
def put_back(row: Row, error: Exception) -> None:
    """What failed waits for another try, or is left alone after the last one."""
    type(row).objects.filter(pk=row.pk).update(
        state=State.FAILED if row.deliveries >= DELIVERIES else State.QUEUED,
        failure=f"{type(error).__name__}: {error}"[:500],
    )
