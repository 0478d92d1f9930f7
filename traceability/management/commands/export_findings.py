"""`manage.py export_findings`: the findings of a year as CSV (contracts/dataset.md)."""

import argparse
import csv
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from traceability.management.commands.reconcile import a_year
from traceability.queries.findings import COLUMNS, export_rows


class Command(BaseCommand):
    """Writes every finding of a year, with its message in English."""

    help = "Write the findings of a year as CSV, to a file or to the screen."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The year, and where to."""
        parser.add_argument("--year", type=a_year, required=True)
        parser.add_argument("--output", type=Path, help="file to write (default: the screen)")

    def handle(self, *args: Any, year: int, output: Path | None, **options: Any) -> None:
        """Write header and rows."""
        if output is None:
            _write(year, self.stdout)  # type: ignore[arg-type]
            return
        try:
            with output.open("w", encoding="utf-8", newline="") as file:
                count = _write(year, file)
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}") from error
        self.stderr.write(f"{count} findings written to {output}")


def _write(year: int, file: IO[str]) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    with translation.override("en"):
        rows = list(export_rows(year))
    writer.writerows(rows)
    return len(rows)
