"""The published figures, as decisions, add up to what was published."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest

from allocations import queries, rules
from allocations.models import AllocationLine, Category, Decision
from allocations.queries.published import FIXTURES, published_sums
from allocations.services.published import load_published_figures
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


def test_every_batch_is_a_decision_with_its_own_figures(loaded):
    """What a notice gave is found again in its decision, or in the one that divides it."""
    batches = [row for row in rows("quotas_national.csv") if row["batch"] != "year"]

    for year in {int(row["year"]) for row in batches}:
        expected = [row for row in batches if int(row["year"]) == year]
        decisions = Decision.objects.filter(year=year).order_by("number")
        for row, decision in zip(expected, decisions, strict=False):
            lines = dict(decision.ceiling_lines.values_list("category", "kg"))
            separation = lines.pop("separation")
            assert separation == Decimal(row["separation_tonnes"]) * 1000, decision
            assert sum(lines.values()) == Decimal(row["mining_tonnes"]) * 1000, decision


@pytest.mark.parametrize(
    ("total", "difference"), [("1", None), ("0.999", "0.001"), ("1.001", "-0.001")]
)
def test_unequal_sums_leaves_out_what_adds_up(total, difference):
    one = rules.PublishedSum(2021, "mining", "batches", Decimal(total), Decimal(1))

    found = rules.unequal_sums([one])

    assert [each.difference_kg for each in found] == ([Decimal(difference)] if difference else [])


def test_only_the_batches_of_2021_do_not_add_up():
    years = sorted({int(row["year"]) for row in rows("quotas_national.csv")})

    found = [each for year in years for each in rules.unequal_sums(published_sums(year))]

    assert [(each.year, each.category, each.parts, each.difference_kg) for each in found] == [
        (2021, "mining", "batches", Decimal(-84_000_000)),
        (2021, "separation", "batches", Decimal(-81_000_000)),
    ]


def test_a_later_decision_divides_what_notices_gave_undivided(loaded):
    for year, undivided in ((2021, 84_000_000), (2023, 240_000_000)):
        last = Decision.objects.filter(year=year).latest("number")
        taken_back = last.ceiling_lines.get(category=Category.MINING)

        assert taken_back.kg == -undivided
        assert taken_back.reason.startswith("Divides the mining ceiling")
        assert Category.MINING not in {each.category for each in queries.year_position(year)}


def test_a_transcribed_notice_tells_what_it_rests_on(loaded):
    third = Decision.objects.get(document_no="MIIT Lianyuan [2023] 245")
    assumed = Decision.objects.get(year=2010)

    assert (third.kind, third.regime, third.number) == ("batch", "directive_plan", 3)
    assert "a stored copy of the notice was read" in third.note
    assert (assumed.kind, assumed.document_no) == ("annual", "")
    assert "general knowledge, not verified" in assumed.note


def test_copies_of_group_allocations_go_to_their_provinces(loaded):
    last = Decision.objects.filter(year=2024).latest("number")

    assert set(last.copies.values_list("recipient__region_id", flat=True)) == {"150000", "360000"}


def test_loading_asks_a_bounded_number_of_questions(db, noon, django_assert_max_num_queries):
    with django_assert_max_num_queries(700):  # a second and a half
        load_published_figures(by=system_user(), at=noon)


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
    merged = Enterprise.objects.filter(merged_into__isnull=False)
    assert merged.count() == 3
    assert all("the day is not on record" in group.note for group in merged)
    assert all("general knowledge" in group.note for group in Enterprise.objects.all())
