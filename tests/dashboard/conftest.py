"""A small year for the first pages."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from allocations.services import AllocationEntry, CeilingEntry, transcribe_decision
from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel import clock
from portal.kernel.period import CIVIL
from traceability.models import CapUse

T = Decimal(1000)


@pytest.fixture(autouse=True)
def _december(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock stands at noon of 8 December 2025."""
    noon = datetime(2025, 12, 8, 12, tzinfo=CIVIL)
    monkeypatch.setattr(clock, "now", lambda: noon)
    return noon


@pytest.fixture
def year(db, northern: Enterprise, southern: Enterprise, noon) -> int:
    """100 t of separation, 60 for Northern who used 15 in two months, 40 for Southern."""
    transcribe_decision(
        year=2025,
        regime="total_control",
        kind="annual",
        document_no="MIIT 2025-1",
        approval_no="SC 2025-1",
        ceilings=[CeilingEntry("separation", 100 * T)],
        allocations=[
            AllocationEntry(northern, "separation", 60 * T),
            AllocationEntry(southern, "separation", 40 * T),
        ],
        by=system_user(),
        at=noon,
    )
    for month, tonnes in ((date(2025, 1, 1), 10), (date(2025, 3, 1), 5)):
        CapUse.objects.create(
            enterprise=northern, month=month, category="separation", reo_kg=tonnes * T
        )
    return 2025
