"""The falsified sample world on record: every figure of its pages, the events of its traces."""

import json
import os
from itertools import product
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.period import Month
from tests.benchmarks.worlds import SAMPLE
from tests.traceability.test_epcis_sample import VALIDATOR
from tests.traceability.test_figures import figures_on, wrong_figures
from tests.traceability.test_kept_flows import WEIGHED_ANEW, as_told
from traceability.models import Filing, Lot
from traceability.queries.replay import replay_differences
from traceability.queries.tracing.flows import ELEMENTS, Question, facts_of, flows_of
from traceability.queries.tracing.walk import rows, statement

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800)]
# Of the figures of all pages every fourth: a minute. `make fuzz` holds all to their records.
EVERY = 1 if "PORTAL_FUZZ" in os.environ else 4
# So many lots stand for all 6,000, from the first mined to the last magnet.
LOTS, TRACES = 5, 120
PAGES: list[tuple[str, dict[str, str]]] = [
    ("flow_detail", {}),
    ("flow_detail", {"by": "product"}),
    ("flow_detail", {"element": "Dy"}),
    ("flow_detail", {"known": "2025-07-01"}),
    ("flow_trade", {}),
    ("flow_series", {}),
    ("flow_map", {}),
    ("flow_map", {"known": "2025-07-01", "measure": "findings"}),
    ("reach_detail", {}),
    ("reach_detail", {"way": "back", "country": "JP"}),
]
OF_A_LOT = ({}, {"by": "enterprise"}, {"element": "PrNd"}, {"known": "2025-07-01"})


@pytest.fixture
def world(monkeypatch, noon) -> None:
    """The sample world as it stands a year later."""
    monkeypatch.setattr(clock, "now", lambda: noon.replace(year=2026))
    call_command("import_dataset", str(SAMPLE), verbosity=0)
    call_command("reconcile", "--year", "2025", "--as-of", "2026-01-16", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


@pytest.fixture
def reader(client, viewer) -> Any:
    """Somebody of a ministry who reads English."""
    client.cookies["django_language"] = "en"
    client.force_login(viewer)
    return client


def some(lots: list[int], count: int) -> list[int]:
    """Lots from the first to the last, as far apart as can be."""
    return lots[:: len(lots) // count]


def test_every_figure_is_the_sum_of_its_records(world, reader):
    seen: set[tuple[str, str]] = set()
    one = Enterprise.objects.filter(activities__contains=["separation"]).earliest("pk")
    alone = {"enterprise": str(one.pk)}
    for page, query in (*PAGES, ("flow_detail", alone), ("flow_trade", alone)):
        seen |= figures_on(reader, f"traceability:{page}", **query)
    for lot in some(list(Lot.objects.order_by("pk").values_list("pk", flat=True)), LOTS):
        for query in OF_A_LOT:
            seen |= figures_on(reader, "traceability:lot_detail", lot, **query)

    assert len(seen) > 1_000
    assert wrong_figures(reader, sorted(seen)[::EVERY]) == []


def test_events_of_traces_and_of_replaced_months_are_valid(world, reader):
    lots = some(list(Lot.objects.order_by("pk").values_list("pk", flat=True)), TRACES)
    replaced = list(Filing.objects.filter(status="superseded").values_list("pk", flat=True))
    traced = [event for lot in lots for event in valid_events(reader, "lot_epcis", lot)]
    of_months = [event for pk in replaced for event in valid_events(reader, "filing_epcis", pk)]

    assert len(traced) > 2_000
    assert len(of_months) > len(replaced) > 0
    assert all("errorDeclaration" in event for event in of_months)


def valid_events(reader, name: str, pk: int) -> list[dict[str, Any]]:
    """The events of a document that is valid by GS1's schema."""
    document = json.loads(reader.get(reverse(f"traceability:{name}", args=[pk])).content)
    assert VALIDATOR.is_valid(document), (name, pk)
    events: list[dict[str, Any]] = document["epcisBody"]["eventList"]
    return events


def test_kept_flows_of_every_element_are_those_of_the_movements(world):
    assert replay_differences() == []
    for first, (_label, oxides) in product((1, 6), ELEMENTS.values()):
        asked = Question(Month(2025, first), Month(2025, 12), oxides=oxides)
        anew = rows(statement("moved") + WEIGHED_ANEW, facts_of(asked))

        kept = [
            (flow.kind.value, flow.product, flow.other, flow.country, flow.kg)
            for flow in flows_of(asked)
        ]

        assert as_told(kept) == as_told(anew)
