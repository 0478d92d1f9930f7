"""A seller with 20,000 shipments in a month, and a buyer with 20,000 in its inbox.

.venv/bin/python -m pytest tests/benchmarks/bench_shipments.py -s

A tenth of them are confirmed by purchases that the buyer filed itself; the rest wait until they
are accepted together.
"""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.kernel import clock
from tests.traceability.ledger import file, purchase, sale
from traceability.queries.shipments import Days, shipments_to, standing_keys
from traceability.rules.shipments import NEITHER
from traceability.services.shipments import accept_shipments

SHIPMENTS = 20_000
TODAY = date(2025, 3, 5)
ROUNDS = 3
# What a page may take at the server.
MOST_MS = 300


def _processor() -> float:
    """Seconds of the processor spent so far, here and by the database's process for us."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        (pid,) = cursor.fetchone()
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _told(what: str, ask: Callable[[], Any]) -> None:
    """Ask three times and print the best by the clock, the mean of the processor, and questions."""
    best, queries = float("inf"), 0
    before = _processor()
    for _nth in range(ROUNDS):
        with CaptureQueriesContext(connection) as asked:
            begun = time.perf_counter()
            answer = ask()
            best = min(best, time.perf_counter() - begun)
        queries = len(asked)
        assert answer.status_code == 200
    spent = (_processor() - before) / ROUNDS * 1000
    mark = "  over the aim" if spent > MOST_MS else ""
    print(
        f"{what:<40} {best * 1000:>6.0f} ms by the clock {spent:>5.0f} ms of the processor"
        f" {queries:>3} queries{mark}"
    )


def _world(northern: Any, southern: Any) -> None:
    file(
        northern,
        "2025-02",
        *(sale(1 + n % 28, f"L{n}", "1000", southern, f"INV{n:05}") for n in range(SHIPMENTS)),
    )
    file(
        southern,
        "2025-02",
        *(
            purchase(1 + n % 28, f"L{n}", "1001", northern, f"INV{n:05}")
            for n in range(0, SHIPMENTS, 10)
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze")


@pytest.mark.django_db
def test_twenty_thousand_shipments(
    client, monkeypatch, northern, southern, filer, southern_filer, noon
):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    monkeypatch.setattr(clock, "now", lambda: noon)
    _world(northern, southern)
    inbox, sent = (reverse(f"traceability:shipment_{name}") for name in ("inbox", "sent"))

    def look(what: str, who: Any, url: str, asked: dict[str, str] | None = None) -> None:
        client.force_login(who)
        _told(what, lambda: client.get(url, asked or {}))

    def look_at_all(when: str) -> None:
        look(f"inbox, {when}", southern_filer, inbox)
        look(f"inbox, what waits, {when}", southern_filer, inbox, {"state": "to_do"})
        look(
            f"inbox, page 400 by lot, {when}", southern_filer, inbox, {"sort": "lot", "page": "400"}
        )
        look(f"inbox, searched, {when}", southern_filer, inbox, {"search": "INV19999"})
        look(f"sent, {when}", filer, sent)
        shipment = shipments_to(southern, Days.up_to(TODAY), today=TODAY).filter(
            document="INV00007"
        )
        look(f"one shipment, {when}", southern_filer, shipment.get().get_absolute_url())
        look(f"first page of the buyer, {when}", southern_filer, "/")

    print()
    look_at_all("waiting")
    many = reverse("traceability:shipment_accept_many")
    look("accept all, the page", southern_filer, many, {"which": "all"})

    begun = time.perf_counter()
    waiting = shipments_to(southern, Days.up_to(TODAY), today=TODAY).filter(state="waiting")
    done = accept_shipments(
        buyer=southern,
        keys=standing_keys(waiting, most=SHIPMENTS),
        days=Days.up_to(TODAY),
        arrived_on=TODAY,
        if_closed=NEITHER,
        by=southern_filer,
        at=noon,
    )
    print(f"accept {done.accepted} together: {time.perf_counter() - begun:.1f} s")
    with connection.cursor() as cursor:
        cursor.execute("analyze traceability_record, traceability_shipmentanswer")
    look_at_all("accepted")

    assert done.accepted == SHIPMENTS * 9 // 10
