"""How long importing and reconciling take, and how much memory: `make bench`.

    python -m tests.benchmarks.bench_import [RECORDS ...]

For each number of records a dataset in the shape of the falsified sample world is made, its
registry imported, and then, on one server:

- bare: `COPY` of records.csv into a table of text, and one `INSERT ... SELECT` of the same rows
  into the table of records, whose filings and lots are there already, with its indexes and
  foreign keys;
- import: `import_dataset` of filings.csv and records.csv, in a process of its own, whose peak
  memory is told;
- reconcile: `reconcile --year 2025`, in a process of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from portal import embedded
from tests.benchmarks.worlds import write_world

SIZES = (62_000, 100_000, 500_000, 1_000_000)
FLOWS = ("filings.csv", "records.csv")
RECONCILE = ["reconcile", "--year", "2025", "--as-of", "2026-01-16"]
# Runs one command and says how long it took and what memory it needed at its peak.
CHILD = """
import json, resource, sys, time
import django
django.setup()
from django.core.management import call_command
begun = time.monotonic()
call_command(*sys.argv[1:], stdout=sys.stderr)
seconds = time.monotonic() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "peak_mb": peak}))
"""

# What stands before the bare copy: the filings as drafts, and every lot.
PREPARE = """
create temp table bare_filing (uscc text, month text, version text, submitted_at text);
create temp table bare_record (uscc text, month text, version text, kind text, date text, lot text,
    lot_maker text, product text, gross_kg text, reo_percent text, run text, counterparty text,
    document text, country text, assay text, note text);
"""
FILINGS = """
-- One draft for a month stands at a time: the later versions are other months here.
insert into traceability_filing (enterprise_id, month, version, status, reason, prepared_by_id,
    prepared_at, record_count, receipt_no, digest)
select e.id, (b.month || '-01')::date + (b.version::int - 1) * interval '100 years',
       b.version::int, 'draft', '', (select min(id) from accounts_user), now(), 0, '', ''
  from bare_filing b join enterprises_enterprise e on e.uscc = b.uscc
"""
LOTS = """
insert into traceability_lot (maker_id, number)
select distinct m.id, b.lot
  from bare_record b join enterprises_enterprise m on m.uscc = coalesce(b.lot_maker, b.uscc)
"""
RECORDS = """
insert into traceability_record (filing_id, line, kind, date, lot_id, product_id, gross_kg,
    reo_percent, reo_kg, run, counterparty_id, document, country, assay, note)
select f.id, row_number() over (), b.kind, b.date::date, l.id, p.id, b.gross_kg::numeric,
       b.reo_percent::numeric, round(b.gross_kg::numeric * b.reo_percent::numeric / 100, 3),
       coalesce(b.run, ''), c.id, coalesce(b.document, ''), coalesce(b.country, ''),
       coalesce(b.assay, ''), coalesce(b.note, '')
  from bare_record b
  join enterprises_enterprise e on e.uscc = b.uscc
  join traceability_filing f on f.enterprise_id = e.id and f.version = b.version::int
   and f.month = (b.month || '-01')::date + (b.version::int - 1) * interval '100 years'
  join enterprises_enterprise m on m.uscc = coalesce(b.lot_maker, b.uscc)
  join traceability_lot l on l.maker_id = m.id and l.number = b.lot
  left join enterprises_enterprise c on c.uscc = b.counterparty
  left join traceability_product p on p.code = b.product
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured for one size."""

    records: int
    bare_seconds: float
    import_seconds: float
    peak_mb: float
    reconcile_seconds: float

    def __str__(self) -> str:
        ratio = self.import_seconds / self.bare_seconds
        return (
            f"{self.records:>9,} records: bare {self.bare_seconds:6.1f} s,"
            f" import {self.import_seconds:6.1f} s (x {ratio:.2f}), peak {self.peak_mb:5.1f} MB,"
            f" reconcile {self.reconcile_seconds:6.1f} s"
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
            found = [measure(folder, size, addresses["DATABASE_URL"]) for size in sizes]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    small, large = min(found, key=lambda f: f.records), max(found, key=lambda f: f.records)
    by_size = {size: each.peak_mb for size, each in zip(sizes, found, strict=True)}
    if {100_000, 500_000} <= by_size.keys():
        print(f"memory, 100,000 to 500,000 records: {by_size[500_000] - by_size[100_000]:+.1f} MB")
    if small is not large:
        times = large.reconcile_seconds / small.reconcile_seconds
        print(f"reconcile: {large.records / small.records:.1f} times the records, x {times:.1f}")


def measure(folder: Path, size: int, server: str) -> Figures:
    """One size, in two databases of its own that are dropped again."""
    world = folder / str(size)
    records = write_world(world, records=size)
    flows = world / "flows"
    flows.mkdir()
    for name in FLOWS:
        (world / name).rename(flows / name)
    with database(server, f"registry_{size}", template="portal") as registry:
        run_child("import_dataset", str(world), url=registry)
        with database(server, f"bare_{size}", template=f"registry_{size}") as bare:
            bare_seconds = copy_bare(bare, flows)
        imported = run_child("import_dataset", str(flows), url=registry)
        reconciled = run_child(*RECONCILE, url=registry)
    shutil.rmtree(world)
    figures = Figures(
        records,
        bare_seconds,
        imported["seconds"],
        imported["peak_mb"],
        reconciled["seconds"],
    )
    print(figures, flush=True)
    return figures


@contextmanager
def database(server: str, name: str, *, template: str) -> Iterator[str]:
    """A database that is dropped at the end; its URL."""
    with psycopg.connect(at(server, "postgres"), autocommit=True) as maintenance:
        maintenance.execute(f'create database "{name}" template "{template}"')
        try:
            yield at(server, name)
        finally:
            maintenance.execute(f'drop database "{name}" with (force)')


def at(server: str, name: str) -> str:
    """The URL of another database of a server."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def fresh_database(name: str) -> None:
    """Go on in a database of its own, made after the one that was prepared; the last one goes."""
    from django.db import connection

    prepared = urlsplit(os.environ["DATABASE_URL"]).path.strip("/")
    last = str(connection.settings_dict["NAME"])
    connection.close()
    connection.close_pool()
    with psycopg.connect(at(os.environ["DATABASE_URL"], "postgres"), autocommit=True) as server:
        if last != prepared:
            server.execute(f'drop database "{last}" with (force)')
        server.execute(f'create database "{name}" template "{prepared}"')
    connection.settings_dict["NAME"] = name


def run_child(*command: str, url: str) -> dict[str, float]:
    """Run a command in a process of its own; its seconds and peak memory."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *command],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def copy_bare(url: str, flows: Path) -> float:
    """Seconds that COPY and INSERT ... SELECT of the records take, commit included."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PREPARE)
        copy(connection, "bare_filing", flows / "filings.csv")
        copy(connection, "bare_record", flows / "records.csv")
        connection.execute("analyze bare_filing, bare_record")
        connection.execute(FILINGS)
        connection.execute(LOTS)
        connection.execute("analyze traceability_filing, traceability_lot")
        connection.execute("truncate bare_record")
        begun = time.monotonic()
        with connection.transaction():
            copy(connection, "bare_record", flows / "records.csv")
            connection.execute("analyze bare_record")
            connection.execute(RECORDS)
        return time.monotonic() - begun


def copy(connection: psycopg.Connection, table: str, path: Path) -> None:
    """Copy one CSV file as it stands."""
    statement = f"copy {table} from stdin (format csv, header)"
    with path.open("rb") as file, connection.cursor().copy(statement) as into:
        while chunk := file.read(1024 * 1024):
            into.write(chunk)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
