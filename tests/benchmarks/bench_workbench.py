"""The workbench with 2,000 lines: seconds, questions to the database, and weight.

.venv/bin/python -m pytest tests/benchmarks/bench_workbench.py -s
"""

import gzip
import json
import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocations import services
from allocations.services import AllocationEntry, CeilingEntry
from portal.accounts.models import Region
from portal.kernel.quantity import to_kg
from tests.cast import make_designated

LINES = 2_000


def _told(what: str, ask: Callable[[], HttpResponse]) -> HttpResponse:
    """Ask twice and print the second time: seconds, queries, bytes as sent and packed."""
    ask()
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        answer = ask()
    seconds = time.perf_counter() - begun
    packed = len(gzip.compress(answer.content))
    print(
        f"{what:<32} {seconds * 1000:>7.0f} ms {len(asked):>4} queries "
        f"{len(answer.content) / 1024:>7.0f} KiB {packed / 1024:>6.0f} KiB packed"
    )
    assert answer.status_code == 200
    return answer


@pytest.mark.django_db
def test_workbench(client, drafter, noon):
    provinces = list(Region.objects.filter(level=1))
    plants = [
        make_designated(f"Plant {n}", provinces[n % len(provinces)], "separation")
        for n in range(LINES)
    ]
    decision = services.draft_decision(
        year=2025, regime="total_control", kind="annual", by=drafter, at=noon
    )
    services.set_lines(
        decision=decision,
        ceilings=[CeilingEntry("separation", to_kg(Decimal(LINES)))],
        allocations=[AllocationEntry(each, "separation", Decimal(900)) for each in plants],
        by=drafter,
        at=noon,
    )
    client.force_login(drafter)
    page = reverse("allocations:decision_grid", args=[decision.pk])
    rows = reverse("allocations:decision_grid_rows", args=[decision.pk])
    before = {"tonnes": "0.900", "reason": ""}

    def send(save: bool) -> Callable[[], HttpResponse]:
        def post() -> HttpResponse:
            after = {"tonnes": "0.950" if save else "0.910", "reason": ""}
            change = {"enterprise": plants[0].pk, "category": "separation", "after": after}
            body = {"save": save, "changes": [change | {"before": before}]}
            return client.post(page, json.dumps(body), content_type="application/json")

        return post

    print(f"\n{LINES} allocation lines")
    _told("page", lambda: client.get(page))
    _told("rows, totals and checks", lambda: client.get(rows))
    _told("one line judged while typed", send(save=False))
    _told("one line saved", send(save=True))
