"""An account changed while its holder acts, on connections of their own."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from portal.accounts import services
from portal.kernel import audit
from portal.kernel.models import AuditEvent

SECONDS = 20
WAITERS = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


def _wait_for_somebody_at_the_chain() -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(WAITERS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody came to the chain of the audit trail")


def _on_its_own(deed: Callable[[], object]) -> object:
    try:
        return deed()
    finally:
        connection.close()


def test_who_is_being_deactivated_finishes_what_they_do(
    committed_db, filer, northern, administrator, noon
):
    """One holds the account and waits for the chain; the other has the chain and acts."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            audit.record("enterprise.changed", northern, by=administrator, at=noon)
            closing = pool.submit(
                _on_its_own,
                lambda: services.deactivate_user(user=filer, by=administrator, at=noon),
            )
            _wait_for_somebody_at_the_chain()
            audit.record("enterprise.changed", northern, by=filer, at=noon)
        closed = closing.result(SECONDS)

    assert not closed.is_active
    assert [event.by_id for event in AuditEvent.objects.order_by("-pk")[:3]] == [
        *(administrator.pk, filer.pk, administrator.pk),
    ]
