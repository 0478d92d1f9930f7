"""The published figures as they were published, read from `fixtures/quotas_*.csv`."""

import csv
from decimal import Decimal
from pathlib import Path

from allocations.models import Category
from allocations.rules import PublishedSum
from allocations.rules.published import Whole
from portal.kernel.quantity import ZERO, to_kg

FIXTURES = Path(__file__).parent.parent / "fixtures"
COLUMNS = {
    Category.MINING: "mining_tonnes",
    Category.MINING_ROCK: "mining_rock_tonnes",
    Category.MINING_IONIC: "mining_ionic_tonnes",
    Category.SEPARATION: "separation_tonnes",
}


def published_rows(name: str) -> list[dict[str, str]]:
    """The rows of one published table, as text."""
    with (FIXTURES / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def published_sums(year: int) -> list[PublishedSum]:
    """The year's total beside its batches and its groups, where every part gives the figure."""
    notices = _of_year("quotas_national.csv", year)
    whole = next((row for row in notices if row["batch"] == "year"), None)
    if whole is None:
        return []
    parts_of: tuple[tuple[Whole, list[dict[str, str]]], ...] = (
        ("batches", [row for row in notices if row["batch"] != "year"]),
        ("groups", _of_year("quotas_groups.csv", year)),
    )
    return [
        PublishedSum(year, category.value, parts, to_kg(Decimal(whole[column])), _sum(rows, column))
        for parts, rows in parts_of
        for category, column in COLUMNS.items()
        if rows and whole[column] and all(row.get(column) for row in rows)
    ]


def _sum(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((to_kg(Decimal(row[column])) for row in rows), ZERO)


def _of_year(name: str, year: int) -> list[dict[str, str]]:
    return [row for row in published_rows(name) if row["year"] == str(year)]
