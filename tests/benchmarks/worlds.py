"""Datasets of any size in the shape of the falsified sample world: copies of it, side by side.

Each copy has enterprises of its own (other credit codes, valid ones), and so lots, filings and
trade of its own. The same number of rows always gives the same files.
"""

import csv
import shutil
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from portal.kernel.fields import USCC_ALPHABET, uscc_check_character

SAMPLE = Path(__file__).parents[2] / "traceability" / "fixtures" / "sample-falsified"
REGISTRY = ("enterprises.csv", "designations.csv", "allocations.csv")
CODES = ("uscc", "parent_uscc", "lot_maker", "counterparty")
# How far apart the codes of two copies lie: far enough, and not by what two enterprises may lie.
_APART = 26_000_000_003
Rows = list[dict[str, str]]


def write_world(folder: Path, *, records: int) -> int:
    """Write a dataset of at least `records` records, ended after a whole filing; how many."""
    folder.mkdir(parents=True)
    sample = {path.stem: read(path) for path in SAMPLE.glob("*.csv")}
    copies = -(-records // len(sample["records"]))
    shutil.copy(SAMPLE / "regions.csv", folder)
    for name in REGISTRY:
        rows = sample[Path(name).stem]
        write(folder / name, (moved(row, copy) for copy in range(copies) for row in rows))
    ceilings = [
        row | {"tonnes": str(Decimal(row["tonnes"]) * copies)} for row in sample["ceilings"]
    ]
    write(folder / "ceilings.csv", iter(ceilings))
    return _write_filings(folder, sample, copies=copies, records=records)


def _write_filings(folder: Path, sample: dict[str, Rows], *, copies: int, records: int) -> int:
    by_filing = {
        key: list(rows) for key, rows in groupby(sample["records"], key=lambda row: _key(row))
    }
    listed: Rows = []
    written = 0

    def rows() -> Iterator[dict[str, str]]:
        nonlocal written
        for copy in range(copies):
            for filing in sample["filings"]:
                if written >= records:
                    return
                listed.append(moved(filing, copy))
                for row in by_filing.get(_key(filing), []):
                    written += 1
                    yield moved(row, copy)

    write(folder / "records.csv", rows())
    write(folder / "filings.csv", iter(listed))
    return written


def _key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["uscc"], row["month"], row["version"]


def moved(row: dict[str, str], copy: int) -> dict[str, str]:
    """A row of the sample in another copy of its world."""
    if copy == 0:
        return row
    codes = {name: code_in(row[name], copy) for name in CODES if row.get(name)}
    names = {name: f"{row[name]} {copy}" for name in ("name_en", "name_zh") if name in row}
    return row | codes | names


def code_in(code: str, copy: int) -> str:
    """The credit code that `code` becomes in a copy: its nine characters of its own, moved on."""
    number = 0
    for character in code[8:17]:
        number = number * len(USCC_ALPHABET) + USCC_ALPHABET.index(character)
    number += copy * _APART
    own = ""
    for _ in range(9):
        number, place = divmod(number, len(USCC_ALPHABET))
        own = USCC_ALPHABET[place] + own
    body = code[:8] + own
    return body + uscc_check_character(body)


def read(path: Path) -> Rows:
    """The rows of one file of the sample."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: Iterator[dict[str, str]]) -> None:
    """One CSV file."""
    first = next(rows)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(first), lineterminator="\n")
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)
