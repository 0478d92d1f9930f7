"""Interchange by EPCIS: every event valid, a country captured elsewhere, a million records asked.

    python -m tests.benchmarks.bench_epcis [RECORDS]

First the falsified sample world: every event of every version is held against GS1's schema; then
each month in force goes, as a document, into a portal that knows the same enterprises and nothing
else, and must give the same records there. Then a world of RECORDS records (1,000,000 unless said)
is asked for pages of 30 and of 1,000 events, by a ministry and by an enterprise.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from portal import embedded
from tests.benchmarks.bench_import import FLOWS, database, run_child
from tests.benchmarks.worlds import SAMPLE, write_world

SCHEMA = Path(__file__).parents[1] / "traceability" / "epcis" / "EPCIS-JSON-Schema.json"
TIMES = 15


def main(records: int) -> None:
    """Do all of it and print the figures."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    try:
        with embedded.servers(folder / "run") as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            server = addresses["DATABASE_URL"]
            run_child("migrate", "-v0", url=server)
            there_and_back(folder, server)
            ask(folder, server, records)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def there_and_back(folder: Path, server: str) -> None:
    """The sample world told, held against the schema, and captured in another portal."""
    registry, told = folder / "registry", folder / "told"
    told.mkdir()
    shutil.copytree(SAMPLE, registry, ignore=shutil.ignore_patterns(*FLOWS, "truth.json"))
    with (
        database(server, "there", template="portal") as there,
        database(server, "here", template="portal") as here,
    ):
        run_child("import_dataset", str(SAMPLE), url=there)
        run_child("import_dataset", str(registry), url=here)
        step("tell", str(told), url=there)
        step("capture", str(told), url=here)


def ask(folder: Path, server: str, records: int) -> None:
    """Pages of events of a large world."""
    world = folder / "world"
    written = write_world(world, records=records)
    with database(server, "large", template="portal") as large:
        run_child("import_dataset", str(world), url=large)
        print(f"{written:,} records, {TIMES} times each: median and slowest", flush=True)
        step("ask", url=large)


def step(*about: str, url: str) -> None:
    """One of the steps below, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_epcis", *about],
        env={**os.environ, "DATABASE_URL": url},
        check=False,
    )
    if done.returncode:
        sys.exit(f"{about[0]} failed")


# --- the steps, each in a process with Django --------------------------------------------------
def tell(folder: Path) -> None:
    """Every event held against the schema; a document and its records for each month in force."""
    from jsonschema_rs import Draft7Validator

    from tests.traceability.events import exported, records
    from traceability.models import Filing

    validator = Draft7Validator(
        json.loads(SCHEMA.read_text(encoding="utf-8")), validate_formats=True
    )
    events, seconds, bad = 0, 0.0, 0
    begun = time.monotonic()
    for filing in Filing.objects.exclude(status="draft").select_related("enterprise"):
        content = exported(filing)
        document = json.loads(content)
        events += len(document["epcisBody"]["eventList"])
        checked = time.monotonic()
        bad += not validator.is_valid(document)
        seconds += time.monotonic() - checked
        if filing.status == "submitted":
            about = {
                "uscc": filing.enterprise.uscc,
                "month": str(filing.month),
                "at": filing.submitted_at.isoformat() if filing.submitted_at else "",
                "document": content.decode(),
                "records": records(filing),
            }
            (folder / f"{filing.pk}.json").write_text(json.dumps(about), encoding="utf-8")
    took = time.monotonic() - begun
    print(
        f"{events:,} events told in {took - seconds:.1f} s and held against the schema in"
        f" {seconds:.1f} s: {bad} documents are not valid",
        flush=True,
    )
    if bad:
        sys.exit(1)


def capture(folder: Path) -> None:
    """Each document captured; its month must hold the same records."""
    from datetime import datetime

    from enterprises.models import Enterprise
    from portal.accounts.queries import system_user
    from tests.traceability.events import records
    from traceability.models import Filing, Record
    from traceability.services.captures import receive_capture, work_capture

    differ, events = 0, 0
    paths = sorted(folder.iterdir(), key=lambda path: int(path.stem))
    begun = time.monotonic()
    for path in paths:
        told = json.loads(path.read_text(encoding="utf-8"))
        at = datetime.fromisoformat(told["at"])
        enterprise = Enterprise.objects.get(uscc=told["uscc"])
        job = work_capture(
            capture=receive_capture(
                enterprise=enterprise,
                content=told["document"].encode(),
                behaviour="rollback",
                by=system_user(),
                at=at,
            ),
            at=at,
        )
        events += job.captured
        filing = Filing.objects.filter(enterprise=enterprise, month=told["month"]).first()
        there = records(filing) if filing else []
        if there != told["records"]:
            differ += 1
            print(f"{told['uscc']} {told['month']} differs: {job.errors[:3]}", flush=True)
    took = time.monotonic() - begun
    print(
        f"{events:,} events of {len(paths)} months captured in {took:.1f} s as"
        f" {Record.objects.count():,} records: {differ} months differ",
        flush=True,
    )
    if differ:
        sys.exit(1)


def ask_pages() -> None:
    """How long pages take, by what narrows them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("analyze")  # what the server does by itself within a minute
    for who, user, questions in _questions():
        for name, parameters in questions:
            for size in ("30", "1000"):
                _time(f"{who}, {name}, {size} a page", user, [*parameters, ("perPage", size)])


def _questions() -> Iterator[tuple[str, Any, list[tuple[str, list[tuple[str, str]]]]]]:
    from django.db.models import Count

    from enterprises.models import Enterprise
    from portal.accounts.models import Organisation
    from tests.cast import make_user
    from traceability.models import Record
    from traceability.rules.epcis.words import lot_path

    busiest = (
        Record.objects.filter(kind="sale")
        .values("filing__enterprise")
        .annotate(count=Count("pk"))
        .order_by("-count")[0]["filing__enterprise"]
    )
    seller = Enterprise.objects.get(pk=busiest)
    sold = Record.objects.filter(filing__enterprise=seller, kind="sale").order_by("pk")
    lot = sold[int(sold.count() / 2)].lot
    maker = lot.maker.uscc or ""
    party = f"https://x.example/417/{seller.uscc}"
    asked = [
        ("everything", []),
        ("a type", [("eventType", "TransformationEvent")]),
        ("the rarest step", [("EQ_bizStep", "arriving")]),
        (
            "three days of a step",
            [
                ("GE_eventTime", "2025-06-10T00:00:00+08:00"),
                ("LT_eventTime", "2025-06-13T00:00:00+08:00"),
                ("EQ_bizStep", "shipping"),
            ],
        ),
        ("a lot", [("MATCH_anyEPCClass", f"https://x.example{lot_path(maker, lot.number)}")]),
        ("a seller", [("EQ_source_owning_party", party)]),
        ("a buyer's days", [("EQ_destination_owning_party", party), asked_days()]),
        ("on record since autumn", [("GE_recordTime", "2025-10-01T00:00:00+08:00")]),
        ("the last page", [("nextPageToken", f"{_last_filing()}-0-0")]),
        ("at most a million", [("maxEventCount", "1000000")]),
        ("the last days first", [("orderBy", "eventTime")]),
        ("the last on record first", [("orderBy", "recordTime")]),
        (
            "a lot, the first days first",
            [
                ("MATCH_anyEPCClass", f"https://x.example{lot_path(maker, lot.number)}"),
                ("orderBy", "eventTime"),
                ("orderDirection", "ASC"),
            ],
        ),
        ("what was amended", [("EXISTS_errorDeclaration", "")]),
    ]
    yield "a ministry", make_user(Organisation.objects.get(ministry="MIIT"), "viewer"), asked
    yield "an enterprise", make_user(seller.organisation, "filer"), asked


def asked_days() -> tuple[str, str]:
    """The second half of the year."""
    return "GE_eventTime", "2025-07-01T00:00:00+08:00"


def _last_filing() -> int:
    from traceability.models import Filing

    last = Filing.objects.order_by("-pk").first()
    return last.pk if last else 0


def _time(name: str, user: Any, parameters: list[tuple[str, str]]) -> None:
    from traceability.queries.events import event_count, event_page
    from traceability.rules.epcis.asked import asked_of
    from traceability.rules.epcis.events import events_of

    asked = asked_of(parameters)
    taken = []
    events: list[Any] = []
    for _time in range(TIMES):
        begun = time.perf_counter()
        if asked.refuse_above is not None:
            event_count(asked, user, most=asked.refuse_above)
        events = list(events_of(event_page(asked, user).records, base="https://x.example"))
        taken.append((time.perf_counter() - begun) * 1000)
    median = statistics.median(taken)
    print(f"  {name}: {len(events)} events, {median:.1f} ms, {max(taken):.1f} ms", flush=True)


STEPS: dict[str, Callable[..., None]] = {
    "tell": lambda folder: tell(Path(folder)),
    "capture": lambda folder: capture(Path(folder)),
    "ask": ask_pages,
}

if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in STEPS:
        import django

        django.setup()
        STEPS[sys.argv[1]](*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
