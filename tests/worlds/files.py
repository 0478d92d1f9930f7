"""Writing a world down in the files of the dataset format."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from tests.worlds.cast import REGIONS
from tests.worlds.ledger import Record
from tests.worlds.office import CATEGORIES, Office
from tests.worlds.planting import Planted
from tests.worlds.trade import World

RECORD_COLUMNS = (
    *("uscc", "month", "version", "kind", "date", "lot", "lot_maker", "product", "gross_kg"),
    *("reo_percent", "run", "counterparty", "document", "country", "assay", "note"),
)
CREATING = ("extraction", "output", "import", "recycled")


def write_world(folder: Path, world: World, office: Office) -> int:
    """Write the seven files into `folder`; the number of records in all versions."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "regions.csv", ("code", "parent", "name_en", "name_zh"), REGIONS)
    _write(
        folder / "enterprises.csv",
        ("uscc", "name_en", "name_zh", "parent_uscc", "region", "activities"),
        (
            (e.uscc, e.name_en, e.name_zh, e.parent.uscc if e.parent else "", e.region,
             ";".join(e.activities))
            for e in [*world.groups, *world.agents]
        ),
    )  # fmt: skip
    _write(
        folder / "designations.csv",
        ("uscc", "activity", "valid_from", "valid_to", "document"),
        (
            (d.who.uscc, d.activity, d.valid_from, d.valid_to or "", d.document)
            for d in office.designations
        ),
    )
    _write_caps(folder, office)
    return _write_filings(folder, world)


def write_truth(folder: Path, truth: list[Planted]) -> None:
    """truth.json: what was planted, for whoever measures what is found."""
    told = json.dumps([each.as_json() for each in truth], ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(told + "\n", encoding="utf-8")


def _write_caps(folder: Path, office: Office) -> None:
    years = sorted({year for year, _, _ in office.caps})
    sums = {
        (year, category): sum(
            tonnes for (y, _, c), tonnes in office.caps.items() if (y, c) == (year, category)
        )
        for year in years
        for category in CATEGORIES
    }
    _write(
        folder / "ceilings.csv",
        ("year", "category", "tonnes"),
        ((*key, tonnes + 500) for key, tonnes in sums.items()),  # a reserve is kept
    )
    _write(
        folder / "allocations.csv",
        ("year", "uscc", "category", "tonnes"),
        ((year, e.uscc, category, tonnes) for (year, e, category), tonnes in office.caps.items()),
    )


def _write_filings(folder: Path, world: World) -> int:
    filings = [
        (agent, month, number, version)
        for agent in world.agents
        for month, versions in sorted(agent.filings.items())
        for number, version in enumerate(versions, start=1)
    ]
    _write(
        folder / "filings.csv",
        ("uscc", "month", "version", "submitted_at"),
        ((a.uscc, month, n, v.submitted_at.isoformat()) for a, month, n, v in filings),
    )
    _write(
        folder / "records.csv",
        RECORD_COLUMNS,
        (
            (agent.uscc, month, number, *_cells(record, agent.uscc))
            for agent, month, number, version in filings
            for record in version.records
        ),
    )
    return sum(len(version.records) for _, _, _, version in filings)


def _cells(record: Record, uscc: str) -> tuple[object, ...]:
    lot = record.lot
    creates = record.kind in CREATING
    return (
        record.kind,
        record.day,
        lot.number,
        "" if lot.maker.uscc == uscc else lot.maker.uscc,
        lot.product if creates else "",
        kg_text(record.grams),
        f"{lot.grade:.2f}" if creates else "",
        record.run,
        record.counterparty.uscc if record.counterparty else "",
        record.document,
        record.country,
        record.assay,
        record.note,
    )


def kg_text(grams: int) -> str:
    """Grams as kilograms, without zeros that say nothing."""
    return f"{grams // 1000}.{grams % 1000:03}".rstrip("0").rstrip(".")


def _write(path: Path, header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
