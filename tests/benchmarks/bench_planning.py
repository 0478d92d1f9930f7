"""Planning with 2,000 enterprises: scenarios and expected use, seconds and questions asked.

.venv/bin/python -m pytest tests/benchmarks/bench_planning.py -s
"""

import random
import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from allocations import queries, services
from allocations.models import AllocationLine, Assessment, CeilingLine, Decision, Scenario
from allocations.queries import content_digest
from allocations.rules import ScenarioRules
from portal.accounts.models import Region
from portal.accounts.queries import system_user
from portal.kernel.period import CIVIL, Month
from tests.cast import make_designated
from traceability.models import CapUse, Filing
from traceability.queries.forecasts import forecasts_of

PLANTS = 2_000
AUTUMN = datetime(2025, 11, 5, 12, tzinfo=CIVIL)
RULES = {
    "weights": {"last": Decimal(50), "used": Decimal(30), "capacity": Decimal(20)},
    "floor": Decimal("0.8"),
    "ceiling": Decimal("1.2"),
    "within_capacity": True,
}


def _told(what: str, do: Callable[[], Any]) -> Any:
    begun = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        answer = do()
    print(f"{what:<44} {(time.perf_counter() - begun) * 1000:>7.0f} ms {len(asked):>4} queries")
    return answer


def _world(by: Any) -> None:
    """2,000 plants with a cap of 2025, a capacity, and five years of filings."""
    provinces = list(Region.objects.filter(level=1))
    plants = [
        make_designated(f"Plant {n}", provinces[n % len(provinces)], "separation")
        for n in range(PLANTS)
    ]
    draw = random.Random(7)
    decision = services.draft_decision(
        year=2025, regime="total_control", kind="annual", by=by, at=AUTUMN
    )
    kg = {each.pk: Decimal(draw.randrange(50_000, 500_000)) for each in plants}
    CeilingLine.objects.create(decision=decision, category="separation", kg=sum(kg.values()))
    AllocationLine.objects.bulk_create(
        AllocationLine(decision=decision, enterprise=each, category="separation", kg=kg[each.pk])
        for each in plants
    )
    Decision.objects.filter(pk=decision.pk).update(
        status="issued",
        issued_at=AUTUMN,
        issued_by=by,
        document_no="1",
        approval_no="2",
        content_digest=content_digest(decision),
    )
    Assessment.objects.bulk_create(
        Assessment(
            enterprise=each,
            category="separation",
            from_year=2025,
            capacity_kg=kg[each.pk] * 2,
            document="1",
            assessed_by=by,
            assessed_at=AUTUMN,
        )
        for each in plants
    )
    months = [Month(year, number) for year in range(2020, 2026) for number in range(1, 13)][:-2]
    person = system_user()
    Filing.objects.bulk_create(
        (
            Filing(
                enterprise=each,
                month=month,
                version=1,
                prepared_by=person,
                prepared_at=AUTUMN,
            )
            for each in plants
            for month in months
        ),
        batch_size=5_000,
    )
    Filing.objects.update(
        status="submitted",
        attested_by=person,
        submitted_at=AUTUMN,
        digest="0" * 64,
        receipt_no=Concat(
            Cast("enterprise_id", CharField()), Value("-"), Cast("month", CharField())
        ),
    )
    CapUse.objects.bulk_create(
        (
            CapUse(
                enterprise=each,
                month=month,
                category="separation",
                reo_kg=(kg[each.pk] * draw.randrange(50, 110) / 1200).quantize(Decimal("0.001")),
            )
            for each in plants
            for month in months
        ),
        batch_size=5_000,
    )


@pytest.mark.django_db
def test_planning(client, drafter, monkeypatch):
    monkeypatch.setattr("portal.kernel.clock.now", lambda: AUTUMN)
    _world(drafter)
    rules = ScenarioRules(queries.total_to_divide(2026, "separation"), **RULES)
    client.force_login(drafter)

    print(f"\n{PLANTS} enterprises")
    _told("outcome of rules (first: scipy is imported)", lambda: _outcome(rules))
    _told("outcome of rules", lambda: _outcome(rules))
    scenarios = [
        _told(
            "saved",
            lambda name=name: services.save_scenario(
                name=name,
                year=2026,
                category="separation",
                scenario_rules=rules,
                by=drafter,
                at=AUTUMN,
            ),
        )
        for name in ("One", "Two", "Three")
    ]
    for name in ("detail", "compare"):
        url = reverse(f"allocations:scenario_{name}", args=[scenarios[0].pk])
        _told(f"scenario {name}", lambda url=url: client.get(url))
    _told("promoted", lambda: _promoted(scenarios[0], drafter))
    _told("forecasts of every cap", lambda: forecasts_of(2025))
    _told("expected use, page", lambda: client.get(reverse("traceability:forecast_list")))
    _told("list of caps, page", lambda: client.get(reverse("allocations:cap_list")))


def _outcome(rules: ScenarioRules) -> None:
    outcome = queries.outcome_of(2026, "separation", rules)
    assert sum(each.kg for each in outcome.shares) == rules.total_kg
    assert len(outcome.shares) == PLANTS


def _promoted(scenario: Scenario, by: Any) -> None:
    decision = services.promote_scenario(scenario=scenario, reason="Bench", by=by, at=AUTUMN)
    assert decision.allocation_lines.count() == PLANTS
