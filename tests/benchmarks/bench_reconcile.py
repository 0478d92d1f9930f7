"""How reconciliation grows with the ledger, and what it leaves for others: `make bench`.

    python -m tests.benchmarks.bench_reconcile [RECORDS ...]

For each number of records a dataset in the shape of the falsified sample world is made and
imported, and then, on one server:

- scan: one bare aggregate of the year's records in force, `GROUP BY enterprise, lot`;
- full: `reconcile --year 2025` in a process of its own, whose peak memory is told, and that of the
  server's process which ran it;
- again: the same once more, when nothing has changed;
- one: a run over one enterprise, as after a submission (median of ONE of them);
- pages: p95 of the ministry's list of findings, alone and while a full run goes on.

The exponent of growth is that of full runs, from each size to the next.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psycopg

from portal import embedded
from tests.benchmarks.bench_import import RECONCILE, database, run_child
from tests.benchmarks.worlds import write_world

SIZES = (60_000, 600_000)
ONE = 5
SCAN = """
select count(*) from (
    select f.enterprise_id, r.lot_id, sum(r.gross_kg)
      from traceability_record r join traceability_filing f on f.id = r.filing_id
     where f.status = 'submitted' and f.month between '2025-01-01' and '2025-12-01'
     group by 1, 2) sums
"""
# Runs over some enterprises, one after the other; prints the median of their seconds.
TOUCHED = """
import statistics, sys, time
import django
django.setup()
from datetime import date
from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel import clock
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation
seconds = []
for enterprise in Enterprise.objects.exclude(filings=None).order_by("-uscc")[:int(sys.argv[1])]:
    run = ask_reconciliation(year=2025, as_of=date(2026, 1, 16), by=system_user(), at=clock.now(),
                             enterprise=enterprise)
    begun = time.monotonic()
    run_reconciliation(reconciliation=run, at=clock.now())
    seconds.append(time.monotonic() - begun)
print(statistics.median(seconds))
"""
# Asks for one page again and again until told to end; prints the 95th percentile in milliseconds.
PAGES = """
import sys, threading, time
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
from django.test import Client
from django.urls import reverse
from portal.accounts.models import Organisation
from tests.cast import make_user
settings.MFA_REQUIRED = False
ministry = Organisation.objects.get(ministry="MIIT")
client = Client()
client.force_login(make_user(ministry, "supervisor", username=f"asker-{time.time_ns()}"))
page = reverse("traceability:finding_list")
end, seconds = threading.Event(), []
threading.Thread(target=lambda: (sys.stdin.read(), end.set()), daemon=True).start()
print("ready", flush=True)
while not end.is_set() or len(seconds) < 20:
    begun = time.monotonic()
    assert client.get(page).status_code == 200
    seconds.append(time.monotonic() - begun)
    time.sleep(0.05)
print(sorted(seconds[1:])[int(len(seconds[1:]) * 0.95)] * 1000)
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured for one size; seconds, megabytes, and milliseconds of a page."""

    records: int
    scan: float
    full: float
    again: float
    one: float
    peak_mb: float
    server_mb: float
    page_alone: float
    page_beside: float

    def __str__(self) -> str:
        return (
            f"{self.records:>9,} records: scan {self.scan:6.2f} s, full {self.full:6.1f} s"
            f" (x {self.full / self.scan:.0f} of the scan), again {self.again:6.1f} s,"
            f" one enterprise {self.one:.2f} s; peak {self.peak_mb:.0f} MB,"
            f" its server process {self.server_mb:.0f} MB;"
            f" p95 of a page {self.page_alone:.0f} ms alone, {self.page_beside:.0f} ms beside it"
        )


def main(sizes: list[int]) -> None:
    """Measure every size and print the figures."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    try:
        with embedded.servers(folder / "run") as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            run_child("migrate", "-v0", url=addresses["DATABASE_URL"])
            run_child("collectstatic", "--no-input", "-v0", url=addresses["DATABASE_URL"])
            found = [measure(folder, size, addresses["DATABASE_URL"]) for size in sizes]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for small, large in pairwise(found):
        growth = math.log(large.full / small.full) / math.log(large.records / small.records)
        print(f"{small.records:,} to {large.records:,} records: exponent {growth:.2f}")


def measure(folder: Path, size: int, server: str) -> Figures:
    """One size, in a database of its own that is dropped again."""
    world = folder / str(size)
    records = write_world(world, records=size)
    with database(server, f"reconciled_{size}", template="portal") as url:
        run_child("import_dataset", str(world), url=url)
        shutil.rmtree(world)
        with psycopg.connect(url, autocommit=True) as line:
            line.execute("vacuum analyze")
            scan = min(timed(line, SCAN) for _ in range(3))
        with pages(url) as alone:
            time.sleep(5)
        with largest_server_process() as server_peak, pages(url) as beside:
            full = run_child(*RECONCILE, url=url)
        again = run_child(*RECONCILE, url=url)
        one = over_single_enterprises(url)
    figures = Figures(
        records,
        scan,
        full["seconds"],
        again["seconds"],
        one,
        full["peak_mb"],
        server_peak[0],
        alone[0],
        beside[0],
    )
    print(figures, flush=True)
    return figures


def timed(line: psycopg.Connection, statement: str) -> float:
    """Seconds that one statement takes."""
    begun = time.monotonic()
    line.execute(statement).fetchall()
    return time.monotonic() - begun


def over_single_enterprises(url: str) -> float:
    """The median of the seconds that runs over ONE enterprises take."""
    done = subprocess.run(
        [sys.executable, "-c", TOUCHED, str(ONE)],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(done.stdout)


@contextmanager
def pages(url: str) -> Iterator[list[float]]:
    """Asks for a page while the block runs; its 95th percentile in milliseconds, at the end."""
    found: list[float] = []
    asking = subprocess.Popen(
        [sys.executable, "-c", PAGES],
        env={**os.environ, "DATABASE_URL": url, "PORTAL_HTTPS": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert asking.stdout
    if asking.stdout.readline() != "ready\n":
        sys.exit("the pages could not be asked for")
    yield found
    told, _ = asking.communicate(timeout=600)
    found.append(float(told))


@contextmanager
def largest_server_process() -> Iterator[list[float]]:
    """The most memory of its own that one process of PostgreSQL had during the block, in MB."""
    peak, end = [0.0], threading.Event()

    def look() -> None:
        while not end.wait(0.2):
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    if b"postgres" not in (process / "cmdline").read_bytes():
                        continue
                    lines = (process / "status").read_text().splitlines()
                except OSError:
                    continue  # it has ended meanwhile
                own = [int(line.split()[1]) for line in lines if line.startswith("RssAnon")]
                peak[0] = max([peak[0], *(kb / 1024 for kb in own)])

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield peak
    finally:
        end.set()
        looking.join()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
