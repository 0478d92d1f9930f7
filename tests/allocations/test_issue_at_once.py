"""Two issues of one year at once: the sums hold."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection

from allocations import queries, rules, services
from allocations.models import Decision
from allocations.services import AllocationEntry

T = Decimal(1000)


@pytest.fixture
def two_signed(committed_db, issued, drafter, signatory, mnr_signatory, northern, sign_by, noon):
    """Two signed decisions that want 30 t each of the 50 t of rock ceiling that are left."""
    decisions = []
    for _ in range(2):
        decision = services.draft_decision(
            year=2025, regime="total_control", kind="adjustment", by=drafter, at=noon
        )
        services.set_lines(
            decision=decision,
            ceilings=[],
            allocations=[AllocationEntry(northern, "mining_rock", 30 * T, "more rock")],
            by=drafter,
            at=noon,
        )
        services.circulate(decision=decision, by=drafter, at=noon)
        decision.refresh_from_db()
        decisions.append(sign_by(decision, signatory, mnr_signatory))
    return decisions


def test_two_issues_at_once_never_exceed_the_ceiling(two_signed, signatory, northern, noon):
    start = Barrier(2)

    def issue(number: int) -> str:
        try:
            start.wait(timeout=10)
            services.issue(
                decision=two_signed[number],
                document_no=f"MIIT 2025-{number + 2}",
                approval_no="",
                by=signatory,
                at=noon,
            )
            return "issued"
        except rules.CeilingExceeded:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(issue, range(2)))

    assert outcomes == ["issued", "refused"]
    assert queries.cap_kg(northern, 2025, "mining_rock") == 30 * T
    statuses = Decision.objects.order_by("number").values_list("status", flat=True)
    assert sorted(statuses) == ["issued", "issued", "signed"]
