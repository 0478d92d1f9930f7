"""What the tests of allocations share: decisions at each step of their way."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from allocations import services
from allocations.models import Decision
from allocations.services import AllocationEntry, CeilingEntry
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.quantity import to_kg


def ceiling(category: str, tonnes: str, reason: str = "") -> CeilingEntry:
    """A ceiling line in tonnes."""
    return CeilingEntry(category, to_kg(Decimal(tonnes)), reason)


def allocation(
    enterprise: Enterprise, category: str, tonnes: str, reason: str = ""
) -> AllocationEntry:
    """An allocation line in tonnes."""
    return AllocationEntry(enterprise, category, to_kg(Decimal(tonnes)), reason)


def issue_now(
    *, decision: Decision, document_no: str, approval_no: str, by: User, at: datetime
) -> Decision:
    """Order an issue and, the moment that its cooling-off is over, issue."""
    ordered = services.order_issue(
        decision=decision, document_no=document_no, approval_no=approval_no, by=by, at=at
    )
    return services.issue(decision=ordered, by=by, at=ordered.issues_at)


@pytest.fixture
def entries() -> tuple[Callable[..., CeilingEntry], Callable[..., AllocationEntry]]:
    """Makers of ceiling and allocation lines, in tonnes."""
    return ceiling, allocation


@pytest.fixture
def draft(drafter: User, noon: datetime) -> Callable[..., Decision]:
    """Drafts a decision with these lines: (category, tonnes) and (enterprise, category, tonnes)."""

    def make(
        *lines: tuple[Any, ...], year: int = 2025, kind: str = "annual", by: User = drafter
    ) -> Decision:
        decision = services.draft_decision(
            year=year, regime="total_control", kind=kind, note="", by=by, at=noon
        )
        return services.set_lines(
            decision=decision,
            ceilings=[ceiling(*line) for line in lines if isinstance(line[0], str)],
            allocations=[allocation(*line) for line in lines if not isinstance(line[0], str)],
            by=by,
            at=noon,
        )

    return make


@pytest.fixture
def agree(
    signatory: User, ndrc_signatory: User, mnr_signatory: User, noon: datetime
) -> Callable[..., Decision]:
    """Lets ministries agree to the content as it stands; all three unless others are named."""
    of = {"MIIT": signatory, "NDRC": ndrc_signatory, "MNR": mnr_signatory}

    def sign(decision: Decision, *ministries: str) -> Decision:
        for ministry in ministries or of:
            services.sign(
                decision=decision,
                verdict="agreed",
                digest=decision.content_digest,
                by=of[ministry],
                at=noon,
            )
        return Decision.objects.get(pk=decision.pk)

    return sign


@pytest.fixture
def circulated(draft: Any, drafter: User, noon: datetime) -> Callable[..., Decision]:
    """A decision with these lines that is with the ministries."""

    def make(*lines: tuple[Any, ...], **facts: Any) -> Decision:
        return services.circulate(decision=draft(*lines, **facts), by=drafter, at=noon)

    return make


@pytest.fixture
def signed(circulated: Any, agree: Any) -> Callable[..., Decision]:
    """A decision with these lines that whoever must sign has signed."""

    def make(*lines: tuple[Any, ...], **facts: Any) -> Decision:
        three = any(isinstance(line[0], str) for line in lines)
        return agree(circulated(*lines, **facts), *(() if three else ("MIIT", "MNR")))

    return make


@pytest.fixture
def issued(signed: Any, signatory: User, noon: datetime) -> Callable[..., Decision]:
    """A decision with these lines that counts."""

    def make(*lines: tuple[Any, ...], document_no: str = "MIIT [2025] 1", **facts: Any) -> Decision:
        return issue_now(
            decision=signed(*lines, **facts),
            document_no=document_no,
            approval_no="State Council [2025] 1",
            by=signatory,
            at=noon,
        )

    return make


@pytest.fixture
def signed_in(request: pytest.FixtureRequest, client: Client) -> Callable[[str], Client]:
    """Signs somebody of the cast in, by name; pages come in English."""

    def sign_in(who: str) -> Client:
        user = request.getfixturevalue(who)
        user.language = "en"
        user.save(update_fields=["language"])
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return sign_in
