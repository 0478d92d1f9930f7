"""The published figures, as decisions, add up to what was published."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from allocations import queries
from allocations.models import AllocationLine, Category, Decision
from allocations.services.published import FIXTURES, load_published_figures
from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel.models import AuditEvent


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture
def loaded(db, noon) -> int:
    return load_published_figures(by=system_user(), at=noon)


def test_every_year_comes_to_its_published_total(loaded):
    wanted = {
        int(row["year"]): {
            Category.MINING_ROCK: row["mining_rock_tonnes"],
            Category.MINING_IONIC: row["mining_ionic_tonnes"],
            Category.SEPARATION: row["separation_tonnes"],
            Category.MINING: "" if row["mining_rock_tonnes"] else row["mining_tonnes"],
        }
        for row in rows("quotas_national.csv")
        if row["batch"] == "year"
    }

    for year, figures in wanted.items():
        got = {p.category: p.ceiling_kg / 1000 for p in queries.year_position(year)}
        expected = {category: Decimal(text) for category, text in figures.items() if text}
        assert {category: kg for category, kg in got.items() if kg} == expected, year


def test_every_group_has_its_published_allocation(loaded):
    wanted: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for row in rows("quotas_groups.csv"):
        for column in ("mining_rock_tonnes", "mining_ionic_tonnes", "separation_tonnes"):
            wanted[int(row["year"]), row["group"]] += Decimal(row[column]) * 1000

    got: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for line in AllocationLine.objects.select_related("decision", "enterprise__organisation"):
        got[line.decision.year, line.enterprise.name_en] += line.kg

    assert got == wanted


def test_loading_twice_changes_nothing(loaded, noon):
    before = (Decision.objects.count(), Enterprise.objects.count(), AuditEvent.objects.count())

    again = load_published_figures(by=system_user(), at=noon)

    assert (loaded, again) == (20, 0)
    assert before == (
        Decision.objects.count(),
        Enterprise.objects.count(),
        AuditEvent.objects.count(),
    )


def test_groups_bear_no_invented_codes(loaded):
    assert set(Enterprise.objects.values_list("uscc", flat=True)) == {None}
    assert Enterprise.objects.filter(merged_into__isnull=False).count() == 3
