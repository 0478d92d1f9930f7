"""Decisions at each step, for the tests of deciding."""

from decimal import Decimal

import pytest

from allocations import services
from allocations.models import Decision, SignOff
from allocations.services import AllocationEntry, CeilingEntry

T = Decimal(1000)


@pytest.fixture
def draft(drafter, northern, southern, noon) -> Decision:
    """Ceilings of 100 t separation and 50 t rock; 60 t and 40 t of separation allocated."""
    decision = services.draft_decision(
        year=2025, regime="total_control", kind="annual", by=drafter, at=noon
    )
    return services.set_lines(
        decision=decision,
        ceilings=[CeilingEntry("separation", 100 * T), CeilingEntry("mining_rock", 50 * T)],
        allocations=[
            AllocationEntry(northern, "separation", 60 * T),
            AllocationEntry(southern, "separation", 40 * T),
        ],
        by=drafter,
        at=noon,
    )


@pytest.fixture
def circulated(draft, drafter, noon) -> Decision:
    """The draft, with the ministries."""
    return services.circulate(decision=draft, by=drafter, at=noon)


@pytest.fixture
def sign_by(noon):
    """Agree to a decision as it stands, for whoever is named."""

    def agree(decision: Decision, *people) -> Decision:
        for person in people:
            services.sign(
                decision=decision,
                verdict=SignOff.Verdict.AGREED,
                digest=decision.content_digest,
                by=person,
                at=noon,
            )
        return Decision.objects.get(pk=decision.pk)

    return agree


@pytest.fixture
def signed(circulated, sign_by, signatory, ndrc_signatory, mnr_signatory) -> Decision:
    """Agreed to by all three ministries."""
    return sign_by(circulated, signatory, ndrc_signatory, mnr_signatory)


@pytest.fixture
def issued(signed, signatory, noon) -> Decision:
    """Issued."""
    return services.issue(
        decision=signed, document_no="MIIT 2025-1", approval_no="SC 2025-9", by=signatory, at=noon
    )
