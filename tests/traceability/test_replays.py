"""The replay of the ledger, kept on record."""

from decimal import Decimal

import pytest

from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.models import AuditEvent
from traceability.models import CapUse, Replay
from traceability.services.replays import replay_ledger
from traceability.tasks.replays import replay_nightly

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(db):
    """The portal itself."""
    return system_user()


@pytest.fixture
def wrong(northern, february):
    """A cap use that no filing stands behind."""
    return CapUse.objects.create(
        enterprise=northern, month=february, category="separation", reo_kg=Decimal(5)
    )


def test_replay_ledger_of_an_empty_ledger_finds_nothing(system, noon):
    replay = replay_ledger(run_key="night:1", by=system, at=noon)

    assert (replay.differences, replay.found) == (0, [])
    assert AuditEvent.objects.get().facts == {"differences": 0}


def test_replay_ledger_tells_what_differs_and_repairs_nothing(system, wrong, noon):
    replay = replay_ledger(run_key="night:1", by=system, at=noon)

    [found] = replay.found
    assert replay.differences == 1
    assert (found["kind"], found["kept"], found["replayed"]) == ("cap use", "5.000", "")
    wrong.refresh_from_db()
    assert wrong.reo_kg == 5


def test_replay_nightly_runs_once_a_night(monkeypatch, noon):
    monkeypatch.setattr(clock, "now", lambda: noon)

    replay_nightly()
    replay_nightly()

    assert Replay.objects.get().run_key == "night:2025-03-05"
