"""`manage.py reconcile`: run every check of a year once, as if today were a given day."""

import argparse
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.queries import system_user
from portal.kernel import clock
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

FIRST_YEAR, LAST_YEAR = 1990, 2200


def a_year(text: str) -> int:
    """A year in four digits; argparse says what is wrong with anything else."""
    if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
        raise argparse.ArgumentTypeError(f"not a year: {text!r}")
    return int(text)


def a_day(text: str) -> date:
    """A day like 2026-01-16."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a day (YYYY-MM-DD): {text!r}") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"not a day the portal knows: {text!r}")
    return day


class Command(BaseCommand):
    """Runs the checks and prints how many findings of each code there are."""

    help = "Run every check over a year once, as known at the end of a day."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The year, and the day to stand at."""
        parser.add_argument("--year", type=a_year, help="year (default: this one)")
        parser.add_argument("--as-of", type=a_day, help="day YYYY-MM-DD (default: today)")

    def handle(self, *args: Any, year: int | None, as_of: date | None, **options: Any) -> None:
        """Ask for the run and wait for it."""
        now = clock.now()
        day = as_of or clock.today()
        asked = ask_reconciliation(year=year or day.year, as_of=day, by=system_user(), at=now)
        run = run_reconciliation(reconciliation=asked, at=clock.now(), wait=True)
        counts = run.counts
        self.stdout.write(f"{run.year} as of {run.as_of}: {counts['found']} findings")
        for code, found in counts["by_code"].items():
            self.stdout.write(f"  {code}: {found}")
        self.stdout.write(
            f"{counts['new']} new, {counts['reopened']} back again, {counts['cleared']} cleared"
        )
