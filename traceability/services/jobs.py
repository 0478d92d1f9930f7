"""Long work on a row: one worker at a time, taken over when it dies, set aside in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# What was begun this often and never ended is set aside.
DELIVERIES = 3


@contextmanager
def only_worker(kind: int, pk: int) -> Iterator[bool]:
    """Hold a row's lock if nobody does; it ends with the connection when the worker dies."""
    key = [kind, pk % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", key)
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", key)
