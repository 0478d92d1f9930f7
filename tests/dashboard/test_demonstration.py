"""The demonstration: loaded once, at its day, with an open month."""

from datetime import date, timedelta

import pytest

from allocations.queries import years_on_record
from portal.accounts.models import User
from portal.dashboard import demonstration
from portal.kernel import clock
from portal.kernel.models import DemonstrationDay
from portal.kernel.period import Month
from traceability.models import Filing, Finding
from traceability.queries.replay import replay_differences
from traceability.services import filings
from traceability.services.intake import SourceRow


@pytest.fixture
def _real_clock(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    monkeypatch.undo()
    settings.DEMO = True


@pytest.fixture
def loaded(committed_db, _real_clock) -> list[str]:
    """The steps that loading told of."""
    told: list[str] = []
    demonstration.load(report=told.append)
    return told


def test_the_demonstration_from_loading_to_the_next_day(loaded):
    assert loaded
    assert years_on_record() == list(range(2025, 2009, -1))
    assert clock.today() == date(2025, 12, 8)
    assert not Filing.objects.filter(submitted_at__gt=clock.now()).exists()
    plant = User.objects.get(username="demo-filer").organisation.enterprise
    assert not plant.filings.filter(month=Month(2025, 11)).exists()
    assert {"over_cap", "no_cap", "missing_filing"} <= set(
        Finding.objects.values_list("code", flat=True)
    )
    assert replay_differences() == []
    names = {username for _role, username, _password in demonstration.logins()}
    assert len(names) == 13
    users = User.objects.filter(username__in=names)
    assert all(user.check_password(demonstration.PASSWORD) for user in users)

    again: list[str] = []
    demonstration.load(report=again.append)
    assert again == []

    _file_the_plants_month(plant)
    before = Filing.objects.count()
    following = demonstration.advance(by=User.objects.get(username="demo-filer"))
    assert following.day == date(2025, 12, 8) + timedelta(days=1)
    assert clock.today() == following.day
    assert Filing.objects.count() > before
    assert DemonstrationDay.objects.count() == 2


def _file_the_plants_month(plant) -> None:
    """What the visitor does: the records that lie ready make a filing without a fault."""
    filer = User.objects.get(username="demo-filer")
    _header, *rows = demonstration.left_to_the_visitor()
    draft = filings.open_draft(enterprise=plant, month=Month(2025, 11), by=filer, at=clock.now())
    source = (
        SourceRow(line, [cell or None for cell in row]) for line, row in enumerate(rows, start=2)
    )
    filled = filings.fill_draft(filing=draft, rows=source, by=filer, at=clock.now())
    assert filled.rows == len(rows)
