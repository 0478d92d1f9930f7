"""From a file to records in the draft, against less and against more: `make bench`.

    python -m tests.benchmarks.bench_upload [XLSX_ROWS CSV_ROWS]

On one server and on the same rows, each in a process of its own, the best of several runs:

- bare: `COPY` of the CSV file as it stands into a table of text, and one `INSERT ... SELECT` of its
  rows into the table of records, with its indexes, foreign keys and triggers;
- csv, xlsx: the file as the portal takes it, kept, read, every row checked, stored in the draft,
  with its progress told: from `receive_upload` to the result that the page shows;
- json: the same rows in one request of the API, answered;
- django-import-export, tuned: in bulk, lots made beforehand, every key looked up in memory, without
  a difference being made or kept; it checks form and type alone.

In parentheses are seconds of the processor, of this process, its children and the database's, which
others on the machine do not lengthen. Peak memory is that of the process, then that of the one that
reads the workbook for it, which holds its largest sheet; told as no less than that of the first.
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from portal import embedded
from tests.benchmarks.bench_import import database

RUNS = 3
HEADER = (
    *("kind", "date", "lot", "lot_maker", "product", "gross_kg", "reo_percent", "run"),
    *("counterparty", "document", "country", "assay", "note"),
)
# One way of putting rows in, in a process of its own: seconds and peak memory.
CHILD = """
import json, resource, sys, time
import django
django.setup()
from tests.benchmarks import upload_ways
before = upload_ways.processor_seconds()
seconds, records = getattr(upload_ways, sys.argv[1])(sys.argv[2])
reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"seconds": seconds, "records": records,
                  "peak_mb": upload_ways.peak_mb(), "reader_mb": reader,
                  "cpu": upload_ways.processor_seconds() - before,
                  "phases": upload_ways.phases}))
"""


def write_rows(folder: Path, rows: int) -> None:
    """A plant's month as CSV and as XLSX."""
    chance = random.Random(rows)  # the same number of rows always gives the same files
    partners = json.loads((folder.parent / "partners.json").read_text(encoding="utf-8"))
    folder.mkdir()
    with (folder / "month.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(HEADER)
        for n in range(rows):
            writer.writerow(row(n, chance, partners))
    write_workbook(folder)


def row(n: int, chance: random.Random, partners: list[str]) -> list[str]:
    """A third each: ore mined, a lot sold, a lot counted."""
    lot, day = f"L{n // 3:06}", f"2025-01-{chance.randint(1, 28):02}"
    kg = f"{chance.randint(100, 90_000)}.{chance.randint(0, 999):03}"
    if n % 3 == 0:
        return ["extraction", day, lot, "", "ORE-MIX", kg, "55.25", "", "", "", "", "", "早班"]
    if n % 3 == 1:
        buyer = chance.choice(partners)
        return ["sale", day, lot, "", "", kg, "", "", buyer, f"INV{n:07}", "", "", ""]
    return ["stock", "2025-01-31", lot, "", "", kg, *[""] * 7]


def write_workbook(folder: Path) -> None:
    """The rows of the CSV file as Excel keeps them: days as days, masses as numbers."""
    with (folder / "month.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    with xlsxwriter.Workbook(folder / "month.xlsx", {"constant_memory": True}) as book:
        sheet, days = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                if line and place == 1:
                    sheet.write_datetime(line, place, datetime.fromisoformat(cell), days)
                elif line and place in (5, 6) and cell:
                    sheet.write_number(line, place, float(cell))
                elif cell:
                    sheet.write_string(line, place, cell)


def main(xlsx_rows: int = 20_000, csv_rows: int = 200_000) -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="portal-bench-"))
    folder.chmod(0o711)
    try:
        with embedded.servers(folder / "run") as addresses:
            os.environ.update(addresses)
            os.environ["PORTAL_RUN_DIR"] = str(folder / "run")
            os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
            run("prepare", folder / "partners.json")
            measure(
                folder, xlsx_rows, ("bare", "as_csv", "as_xlsx", "as_json", "with_import_export")
            )
            measure(folder, csv_rows, ("bare", "as_csv", "as_xlsx"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, rows: int, ways: tuple[str, ...]) -> None:
    """Every way of putting `rows` rows in, each into a fresh database."""
    place = folder / str(rows)
    write_rows(place, rows)
    print(f"{rows:,} rows, CSV {(place / 'month.csv').stat().st_size / 1024**2:.1f} MB")
    best: dict[str, dict[str, Any]] = {}
    for way in ways:
        done = []
        for _ in range(1 if way == "with_import_export" else RUNS):
            with database(os.environ["DATABASE_URL"], "upload", template="portal") as url:
                done.append(run(way, place, url=url))
        assert {each["records"] for each in done} == {rows}, done
        best[way] = min(done, key=lambda each: each["seconds"])
        for peak in ("peak_mb", "reader_mb"):
            best[way][peak] = max(each[peak] for each in done)
        best[way]["cpu"] = min(each["cpu"] for each in done)
        told(way, best)


def told(way: str, best: dict[str, dict[str, Any]]) -> None:
    """The figures of one way, and how they compare with those of the ways before it."""
    others = {
        "as_csv": ("bare",),
        "as_xlsx": ("bare", "as_csv"),
        "as_json": ("bare", "as_csv"),
        "with_import_export": ("bare", "as_csv", "as_xlsx"),
    }.get(way, ())
    took = best[way]
    ratios = ", ".join(
        f"x {took['seconds'] / best[other]['seconds']:.2f} ({took['cpu'] / best[other]['cpu']:.2f})"
        f" of {other}"
        for other in others
    )
    print(
        f"  {way:<18} {took['seconds']:7.2f} s ({took['cpu']:6.2f})"
        f"  peak {took['peak_mb']:4.0f} MB + {took['reader_mb']:3.0f}  {ratios}",
        flush=True,
    )
    if phases := took["phases"]:
        print("    " + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in phases.items()))


def run(way: str, place: Path, *, url: str = "") -> dict[str, Any]:
    """One way in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, way, str(place)],
        env={**os.environ, **({"DATABASE_URL": url} if url else {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{way} failed:\n{done.stderr[-4000:]}")
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
