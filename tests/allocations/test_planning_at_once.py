"""Two deeds about one penalty or scenario at once, on connections of their own."""

from datetime import datetime
from decimal import Decimal

from allocations import rules, services
from allocations.models import Penalty, Scenario
from allocations.rules import ScenarioRules
from portal.kernel.period import CIVIL
from tests.allocations.test_services_at_once import at_once  # noqa: F401 - a fixture


def test_of_two_who_take_the_same_cut_one_does(
    committed_db,
    draft,
    northern,
    drafter,
    supervisor,
    miit,
    at_once,  # noqa: F811
):
    at = datetime(2025, 11, 5, 12, tzinfo=CIVIL)
    plan = draft((northern, "separation", "600"), year=2026)
    deduction = draft(year=2026, kind="deduction")
    penalty = services.enter_penalty(
        enterprise=northern,
        category="separation",
        ground="over_cap",
        authority=miit,
        document="7",
        decided_on=at.date(),
        over_kg=Decimal(50_000),
        by=supervisor,
        at=at,
    )

    def take(decision):
        return lambda: services.take_penalty(
            penalty=penalty, decision=decision, kg=Decimal(50_000), reason="once", by=drafter, at=at
        )

    answers = at_once(take(plan), take(deduction))

    assert sorted(isinstance(each, rules.PenaltyAnswered) for each in answers) == [False, True]
    cut = sum(line.kg for decision in (plan, deduction) for line in decision.allocation_lines.all())
    assert cut == 550_000


def test_of_two_who_enter_the_same_penalty_one_does(
    committed_db,
    northern,
    supervisor,
    miit,
    at_once,  # noqa: F811
):
    at = datetime(2025, 11, 5, 12, tzinfo=CIVIL)

    def enter():
        return services.enter_penalty(
            enterprise=northern,
            category="separation",
            ground="over_cap",
            authority=miit,
            document="7",
            decided_on=at.date(),
            over_kg=Decimal(50_000),
            by=supervisor,
            at=at,
        )

    answers = at_once(enter, enter)

    assert sorted(isinstance(each, rules.PenaltyTwice) for each in answers) == [False, True]
    assert Penalty.objects.count() == 1


def test_of_two_who_save_under_one_name_one_does(
    committed_db,
    issued,
    northern,
    drafter,
    at_once,  # noqa: F811
):
    issued(("separation", "100"), (northern, "separation", "60"))

    def save():
        return services.save_scenario(
            name="Balanced",
            year=2026,
            category="separation",
            scenario_rules=ScenarioRules(Decimal(90_000), {"last": Decimal(1)}),
            by=drafter,
            at=datetime(2025, 11, 5, 12, tzinfo=CIVIL),
        )

    answers = at_once(save, save)

    assert sorted(isinstance(each, rules.ScenarioNamed) for each in answers) == [False, True]
    assert Scenario.objects.count() == 1
