"""What is decided, what follows from it, and who may see it."""

from decimal import Decimal

import pytest

from allocations import queries
from allocations.models import Category, Decision
from tests.cast import make_designated, make_enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(issued, northern, southern):
    """2025: 100 t of separation and 50 t of rock in two decisions; 60 + 5 t and 30 t allocated."""
    issued(
        ("separation", "90"),
        ("mining_rock", "50"),
        (northern, "separation", "60"),
    )
    issued(
        ("separation", "10"),
        (northern, "separation", "5"),
        (southern, "separation", "30"),
        document_no="MIIT [2025] 2",
    )


def test_caps_and_positions_are_sums_of_issued_lines(year, draft, signed, northern, southern):
    draft(("separation", "1000"), (southern, "separation", "7"))
    signed(("mining_ionic", "3"))

    positions = {p.category: (p.ceiling_kg, p.allocated_kg) for p in queries.year_position(2025)}
    caps = {(row.enterprise_id, row.category): row.cap_kg for row in queries.caps(2025)}

    assert positions == {
        Category.MINING_ROCK: (Decimal(50_000), Decimal(0)),
        Category.SEPARATION: (Decimal(100_000), Decimal(95_000)),
    }
    assert caps == {
        (northern.pk, "separation"): Decimal(65_000),
        (southern.pk, "separation"): Decimal(30_000),
    }
    assert queries.cap_kg(northern, 2025, "separation") == 65_000
    assert queries.cap_kg(northern, 2024, "separation") == 0
    assert queries.caps(2025, [southern.pk])[0].cap_kg == 30_000
    assert queries.years_on_record() == [2025]


def test_cap_history_runs_up_the_lines_of_one_cap(year, issued, draft, northern):
    issued(
        (northern, "separation", "-7", "cut after a penalty"),
        kind="deduction",
        document_no="MIIT [2025] 3",
    )
    draft((northern, "separation", "9"))

    steps = queries.cap_history(northern, 2025, "separation")

    assert [(str(step.line.decision), step.line.kg, step.cap_kg) for step in steps] == [
        ("2025-01", 60_000, 60_000),
        ("2025-02", 5_000, 65_000),
        ("2025-03", -7_000, 58_000),
    ]
    assert steps[-1].line.reason == "cut after a penalty"
    assert steps[-1].cap_kg == queries.cap_kg(northern, 2025, "separation")
    assert queries.cap_history(northern, 2025, "mining_rock") == []
    assert queries.caps_of(northern) == [(2025, "separation")]


def test_positions_tell_reserve_and_share(year):
    separation = queries.year_position(2025)[-1]

    assert separation.reserve_kg == 5_000
    assert separation.allocated_share == Decimal("0.95")


def test_holders_are_groups_with_their_members(issued, baotou):
    group = make_enterprise("Group", baotou, is_group=True)
    members = [make_designated(name, baotou, "mining", parent=group) for name in ("A", "B")]
    lone = make_designated("Lone", baotou, "mining")
    shares = [(holder, "mining_rock", "10") for holder in (group, *members)]
    issued(("mining_rock", "100"), *shares, (lone, "mining_rock", "50"))

    held = [(each.enterprise, each.caps_kg) for each in queries.holders(2025)]

    assert held == [
        (lone, {Category.MINING_ROCK: Decimal(50_000)}),
        (group, {Category.MINING_ROCK: Decimal(30_000)}),
    ]


def test_effects_put_a_decision_beside_all_others_issued(year, draft, northern):
    decision = draft(("separation", "-3"), (northern, "separation", "3"))

    [rock, separation] = queries.effects(decision)

    assert (rock.ceiling_after_kg, rock.exceeds) == (50_000, False)
    assert separation.ceiling_after_kg == 97_000
    assert separation.allocated_after_kg == 98_000
    assert separation.reserve_kg == -1_000
    assert separation.exceeds


def test_effects_of_lines_not_saved_yet(year, draft):
    decision = draft()
    typed = [("mining_ionic", Decimal(7)), ("mining_ionic", Decimal(1))]

    effects = {
        each.category: each for each in queries.effects(decision, ceilings=typed, allocations=[])
    }

    assert effects[Category.MINING_IONIC].ceiling_kg == 8
    assert effects[Category.SEPARATION].ceiling_kg == 0


@pytest.mark.parametrize(
    ("line", "below"),
    [(("separation", "-65"), 0), (("separation", "-65.001"), 1), (("mining_rock", "-0.001"), 1)],
)
def test_caps_below_nothing(year, draft, northern, line, below):
    decision = draft((northern, *line, "penalty"), kind="deduction")

    assert len(queries.caps_below(decision)) == below


def test_provinces_concerned_are_those_of_the_enterprises(draft, northern, southern):
    decision = draft((northern, "separation", "1"), (southern, "separation", "1"))

    concerned = [
        (province.code, count) for province, count in queries.provinces_concerned(decision)
    ]

    assert concerned == [("150000", 1), ("360000", 1)]


def test_content_digest_is_over_what_is_signed(draft, northern):
    first = draft(("separation", "5"), (northern, "separation", "1"))
    same = draft((northern, "separation", "1"), ("separation", "5"))
    other = draft(("separation", "5"), (northern, "separation", "1", "why"))

    assert first.content_digest == same.content_digest
    assert other.content_digest != first.content_digest
    assert queries.content_digest(Decision.objects.get(pk=first.pk)) == first.content_digest


def test_with_figures_leaves_a_dash_where_there_is_no_line(draft, northern):
    draft(("separation", "5"), (northern, "separation", "1"), (northern, "mining_rock", "2"))

    [decision] = queries.with_figures(Decision.objects.all())

    assert decision.ceiling_separation == 5_000
    assert decision.ceiling_mining is None
    assert (decision.allocated_mining, decision.allocated_separation) == (2_000, 1_000)


@pytest.mark.parametrize(
    ("who", "decisions", "copies"),
    [
        ("viewer", 2, 9),
        ("auditor", 2, 9),
        ("recipient", 0, 2),
        ("other_recipient", 0, 1),
        ("filer", 0, 2),
        ("administrator", 0, 0),
    ],
)
def test_who_sees_which_decisions_and_copies(request, year, who, decisions, copies):
    user = request.getfixturevalue(who)

    assert queries.decisions_visible_to(user).count() == decisions
    assert queries.copies_visible_to(user).count() == copies


def test_possible_holders_mine_separate_or_are_groups(northern, southern, outsider, baotou):
    group = make_enterprise("Group", baotou, is_group=True)

    assert set(queries.possible_holders()) == {northern, southern, group}
