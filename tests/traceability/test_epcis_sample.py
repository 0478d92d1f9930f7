"""The whole falsified sample world told as events: valid by GS1's schema, and read as it was."""

import csv
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from uuid import UUID

from jsonschema_rs import Draft7Validator

from tests.access_world import NOON
from tests.benchmarks.worlds import SAMPLE
from tests.traceability.events import BASE
from tests.traceability.test_epcis import SCHEMA
from traceability.rules.epcis.captured import read_events
from traceability.rules.epcis.document import events_sent
from traceability.rules.epcis.events import Recorded, document_of
from traceability.rules.intake import COLUMNS

VALIDATOR = Draft7Validator(SCHEMA, validate_formats=True)
Filed = tuple[str, str, str]


def recorded(number: int, line: int, row: dict[str, str]) -> Recorded:
    """A row of the sample as it is on record."""
    return Recorded(
        filing_id=number,
        line=line,
        kind=row["kind"],
        on=date.fromisoformat(row["date"]),
        uscc=row["uscc"],
        lot=row["lot"],
        lot_maker=row["lot_maker"] or row["uscc"],
        product=row["product"],
        gross_kg=Decimal(row["gross_kg"]),
        reo_percent=Decimal(row["reo_percent"]) if row["reo_percent"] else None,
        run=row["run"],
        counterparty=row["counterparty"],
        document=row["document"],
        country=row["country"],
        assay=row["assay"],
        note=row["note"],
        lot_product="",
        lot_percent=None,
        submitted_at=NOON,
        replaced_at=None,
    )


def plain(column: str, text: str | None, uscc: str) -> str:
    """A cell without what says nothing: zeros at the end, the own code as the maker of a lot."""
    if column in ("gross_kg", "reo_percent") and text:
        return f"{Decimal(text).normalize():f}"
    return "" if text is None or (column, text) == ("lot_maker", uscc) else text


def test_every_event_of_the_sample_is_valid_and_read_back_as_it_was():
    months: dict[Filed, list[dict[str, str]]] = defaultdict(list)
    with (SAMPLE / "records.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            months[row["uscc"], row["month"], row["version"]].append(row)
    told = 0

    for number, ((uscc, _month, _version), rows) in enumerate(months.items(), start=1):
        records = [recorded(number, line, row) for line, row in enumerate(rows, start=1)]
        document = document_of(records, base=BASE, at=NOON)
        assert VALIDATOR.is_valid(document), [
            str(fault)[:300] for fault in VALIDATOR.iter_errors(document)
        ][:3]
        sent = events_sent(json.dumps(document).encode())
        events, faults = read_events(sent, own=uscc, job=UUID(int=1))
        assert faults == []
        told += len(events)
        read = [
            tuple(plain(column, row.cells.get(column), uscc) for column in COLUMNS)
            for event in events
            for row in event.rows
        ]
        assert sorted(read) == sorted(
            tuple(plain(column, row[column], uscc) for column in COLUMNS) for row in rows
        )

    assert told > 50_000


def test_the_fast_validator_finds_what_is_wrong():
    document = document_of([], base=BASE, at=NOON)
    document["epcisBody"]["eventList"] = [{"type": "ObjectEvent"}]

    assert not VALIDATOR.is_valid(document)
