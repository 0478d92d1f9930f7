"""The replay of the ledger, kept on record."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

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


def test_a_replay_stays_on_record(system, wrong, noon):
    replay_ledger(run_key="night:1", by=system, at=noon)

    with pytest.raises(DatabaseError), transaction.atomic():
        Replay.objects.update(differences=0)


def test_the_ministry_reads_what_differed(system, wrong, noon, client, supervisor, monkeypatch):
    client.cookies["django_language"] = "en"
    client.force_login(supervisor)
    replay_ledger(run_key="night:1", by=system, at=noon)
    monkeypatch.setattr(clock, "now", lambda: noon)
    url = reverse("traceability:replay_list")

    assert "1 derived figure differs" in client.get("/").content.decode()
    assert "kept 5.000, counted —" in client.get(url).content.decode()


def test_a_night_without_a_replay_is_told(system, noon, client, supervisor, monkeypatch):
    client.cookies["django_language"] = "en"
    client.force_login(supervisor)
    replay_ledger(run_key="night:1", by=system, at=noon)

    for hours, words in ((30, "0 differences"), (31, "the timetable may stand still")):
        monkeypatch.setattr(clock, "now", lambda hours=hours: noon + timedelta(hours=hours))
        assert words in client.get("/").content.decode()


def test_replay_nightly_runs_once_a_night(monkeypatch, noon):
    monkeypatch.setattr(clock, "now", lambda: noon)

    replay_nightly()
    replay_nightly()

    assert Replay.objects.get().run_key == "night:2025-03-05"
