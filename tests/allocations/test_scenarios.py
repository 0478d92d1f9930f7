"""Scenarios over what is on record: who takes part, what is saved, what a promotion writes."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from allocations import queries, rules, services
from allocations.models import Decision, Scenario
from allocations.rules import Bound, ScenarioRules
from enterprises.models import Designation
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL
from tests.cast import make_designated, make_enterprise, make_user

pytestmark = pytest.mark.django_db

AUTUMN = datetime(2025, 11, 5, 12, tzinfo=CIVIL)
LAST = {"last": Decimal(1)}


@pytest.fixture
def year(issued, northern, southern):
    """2025: 100 t of separation, Northern 60, Southern 30."""
    return issued(
        ("separation", "100"), (northern, "separation", "60"), (southern, "separation", "30")
    )


@pytest.fixture
def save(drafter):
    """Saves a scenario of 2026 for 90 t of separation."""

    def make(name="As before", tonnes="90", weights=LAST, by=drafter, **facts):
        more = {key: facts.pop(key) for key in ("year", "category") if key in facts}
        return services.save_scenario(
            name=name,
            **{"year": 2026, "category": "separation"} | more,
            scenario_rules=ScenarioRules(Decimal(tonnes) * 1000, weights, **facts),
            by=by,
            at=AUTUMN,
        )

    return make


@pytest.fixture
def penalty(northern, supervisor):
    """Northern was 6 t over its cap."""
    return services.enter_penalty(
        enterprise=northern,
        category="separation",
        ground="over_cap",
        authority=supervisor.organisation,
        document="MIIT fine 7",
        decided_on=date(2025, 11, 3),
        over_kg=Decimal(6_000),
        by=supervisor,
        at=AUTUMN,
    )


def assess(enterprise, by, capacity="50", **scores):
    services.assess_capacity(
        enterprise=enterprise,
        category="separation",
        from_year=2025,
        capacity_kg=Decimal(capacity) * 1000,
        document="Approval 7",
        by=by,
        at=AUTUMN,
        **scores,
    )


def promote(scenario, by, **facts):
    given = {"reason": "By scenario", "by": by, "at": AUTUMN}
    return services.promote_scenario(scenario=scenario, **given | facts)


def shares(scenario):
    return {share.enterprise.name_en: share.kg / 1000 for share in scenario.shares.all()}


def lines(decision):
    return {
        line.enterprise.name_en: (line.kg / 1000, line.reason)
        for line in decision.allocation_lines.select_related("enterprise__organisation")
    }


# --- who takes part ------------------------------------------------------------------------------
def test_candidates_are_last_years_holders_and_who_has_a_capacity(
    year, northern, southern, ganzhou, drafter
):
    new = make_designated("New", ganzhou, "separation")
    make_designated("Unknown", ganzhou, "separation")
    assess(new, drafter, technology=Decimal(80))

    found = {each.enterprise_id: each for each in queries.candidates_for(2026, "separation").found}

    assert set(found) == {northern.pk, southern.pk, new.pk}
    assert found[northern.pk].last_kg == 60_000
    assert (found[new.pk].capacity_kg, found[new.pk].technology) == (50_000, 80)


def test_who_the_checks_would_stop_is_left_out_with_the_reason(
    year, northern, southern, ganzhou, baotou, drafter
):
    Designation.objects.filter(enterprise=southern).update(valid_to=date(2026, 12, 30))
    services.find_eligibility(
        enterprise=northern,
        criterion="scale",
        verdict="not_met",
        evidence="Inspection",
        by=drafter,
        at=AUTUMN,
    )
    bare = make_enterprise("Bare", ganzhou, "separation")
    assess(bare, drafter)

    candidates = queries.candidates_for(2026, "separation")

    assert candidates.found == []
    assert dict(candidates.left_out) == {
        southern.pk: "designation",
        northern.pk: "eligibility",
        bare.pk: "designation",
    }


def test_a_member_takes_no_part_where_its_group_holds_the_cap(issued, baotou, drafter):
    group = make_designated("Group", baotou, is_group=True)
    member = make_designated("Member", baotou, "separation", parent=group)
    issued(("separation", "100"), (group, "separation", "60"))
    assess(member, drafter)

    candidates = queries.candidates_for(2026, "separation")

    assert [each.enterprise_id for each in candidates.found] == [group.pk]
    assert candidates.left_out == [(member.pk, "group")]


def test_the_penalty_of_a_member_is_its_groups_where_that_holds_the_cap(
    issued, baotou, northern, penalty
):
    group = make_designated("Group", baotou, is_group=True)
    northern.parent = group
    northern.save()
    issued(("separation", "100"), (group, "separation", "60"))

    (found,) = queries.candidates_for(2026, "separation").found

    assert (found.enterprise_id, found.over_kg) == (group.pk, 6_000)


def test_candidates_are_asked_of_in_few_questions(year, ganzhou, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        queries.candidates_for(2026, "separation")


def test_what_there_is_to_divide_is_the_years_ceiling_or_the_last(year):
    assert queries.total_to_divide(2025, "separation") == 100_000
    assert queries.total_to_divide(2026, "separation") == 100_000
    assert queries.total_to_divide(2026, "mining_rock") == 0


# --- saving --------------------------------------------------------------------------------------
def test_save_scenario_keeps_the_outcome_and_its_rules(year, save):
    scenario = save(floor=Decimal("0.5"))

    assert shares(scenario) == {"Northern": 60, "Southern": 30}
    assert ScenarioRules.of(scenario.rules, scenario.total_kg).floor == Decimal("0.5")
    assert queries.moved(scenario).moved_kg == 0
    assert AuditEvent.objects.get(action="scenario.saved").facts["total_kg"] == "90000"


def test_moved_tells_how_far_from_last_year_and_at_whom(year, save, northern, southern):
    scenario = save(bounds={northern.pk: Bound(Decimal(50_000), Decimal(50_000))})

    moved = queries.moved(scenario)

    assert (moved.last_kg, moved.moved_kg) == (90_000, 20_000)
    assert (moved.most_cut.enterprise, moved.most_cut.change_kg) == (northern, -10_000)
    assert (moved.most_raised.enterprise, moved.most_raised.change_kg) == (southern, 10_000)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"name": " "}, rules.ScenarioUnfit),
        ({"year": 2024}, rules.ScenarioUnfit),
        ({"year": 2027}, rules.ScenarioUnfit),
        ({"category": "mining"}, rules.ScenarioUnfit),
        ({"tonnes": "0"}, rules.ScenarioUnfit),
        ({"tonnes": "0.0005"}, rules.ScenarioUnfit),
        ({"weights": {}}, rules.NothingToWeigh),
        ({"ceiling": Decimal("0.9")}, rules.ConstraintsConflict),
    ],
)
def test_save_scenario_refuses_and_keeps_nothing(year, save, facts, kind):
    with pytest.raises(kind):
        save(**facts)

    assert not Scenario.objects.exists()


def test_a_name_is_given_once_in_a_year_and_category(year, save, northern, drafter):
    assess(northern, drafter)
    save()

    with pytest.raises(rules.ScenarioNamed):
        save(name=" As before ")

    assert save(year=2025, weights={"capacity": Decimal(1)})


def test_scenarios_stay_as_they_were_saved(year, save):
    scenario = save()

    for rows in (Scenario.objects.all(), scenario.shares.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


# --- promoting -----------------------------------------------------------------------------------
def test_promote_scenario_drafts_a_decision_with_the_shares_and_the_reason(year, save, drafter):
    decision = promote(save(), drafter, with_ceiling=True)

    assert (decision.year, decision.kind, decision.status) == (2026, "annual", "draft")
    assert lines(decision) == {"Northern": (60, "By scenario"), "Southern": (30, "By scenario")}
    assert decision.ceiling_lines.get().kg == 90_000
    assert decision.content_digest == queries.content_digest(decision)
    assert drafter.pk in queries.drafters(decision)
    assert decision.promotions.get().user == drafter


def test_promote_scenario_writes_no_ceiling_unless_asked(year, save, drafter):
    assert not promote(save(), drafter).ceiling_lines.exists()


def test_promote_scenario_into_a_draft_leaves_its_other_categories(
    year, save, draft, northern, southern, drafter
):
    standing = draft(
        ("separation", "90"),
        (northern, "mining_rock", "5", "rock"),
        (southern, "separation", "1", "old"),
        year=2026,
    )

    promote(save(), drafter, decision=standing)

    assert standing.ceiling_lines.get().kg == 90_000
    assert set(
        standing.allocation_lines.values_list("enterprise__organisation__name_en", "category", "kg")
    ) == {
        ("Northern", "mining_rock", 5_000),
        ("Northern", "separation", 60_000),
        ("Southern", "separation", 30_000),
    }


def test_promote_scenario_writes_what_is_missing_beside_issued_decisions(
    year, save, northern, southern, drafter
):
    for plant in (northern, southern):
        assess(plant, drafter)
    scenario = save(year=2025, tonnes="100", weights={"capacity": Decimal(1)})

    decision = promote(scenario, drafter)

    assert lines(decision) == {
        "Northern": (-10, "By scenario"),
        "Southern": (20, "By scenario"),
    }


def test_promote_scenario_takes_the_cuts_it_holds(year, save, penalty, drafter):
    scenario = save(cut_over=True)
    assert shares(scenario) == {"Northern": 54, "Southern": 36}

    decision = promote(scenario, drafter)

    assert queries.penalty_state(penalty) == "taken"
    assert penalty.answers.get().kg == 6_000
    assert "MIIT fine 7: -6.000 t" in lines(decision)["Northern"][1]
    content = queries.content_of(decision, on=AUTUMN.date())
    assert next(each for each in rules.judge(content) if each.check.number == 15).met


def test_promote_scenario_refuses_cuts_that_were_decided_since(year, save, penalty, drafter):
    scenario = save(cut_over=True)
    services.decline_penalty(penalty=penalty, reason="no", by=drafter, at=AUTUMN)

    with pytest.raises(rules.ScenarioOutdated):
        promote(scenario, drafter)

    assert not Decision.objects.filter(year=2026).exists()


def test_a_scenario_without_cuts_leaves_the_penalty_open(year, save, penalty, drafter):
    promote(save(), drafter)

    assert queries.penalty_state(penalty) == "open"


def test_promote_scenario_is_for_miit_and_its_own_year(year, save, draft, mnr_signatory, drafter):
    scenario = save()

    with pytest.raises(rules.NotTheirMinistry):
        promote(scenario, mnr_signatory)
    with pytest.raises(rules.ScenarioUnfit):
        promote(scenario, drafter, decision=draft(year=2025))
    with pytest.raises(rules.ReasonMissing):
        promote(scenario, drafter, reason=" ")


def test_promote_scenario_refuses_what_is_issued(year, save, northern, drafter):
    assess(northern, drafter)

    with pytest.raises(rules.IssuedAlready):
        promote(save(year=2025, weights={"capacity": Decimal(1)}), drafter, decision=year)


# --- pages ---------------------------------------------------------------------------------------
BODY = {
    "name": "Balanced",
    "total": "90",
    "weight_last": "60",
    "weight_used": "",
    "floor": "80",
    "ceiling": "120",
    "cut_over": "on",
    "penalty_factor": "",
    "bounds": "",
    "groups": "",
}


@pytest.fixture
def add():
    return reverse("allocations:scenario_add") + "?year=2026&category=separation"


@pytest.fixture
def _in_autumn(monkeypatch):
    monkeypatch.setattr("portal.kernel.clock.now", lambda: AUTUMN)
    monkeypatch.setattr("portal.kernel.clock.today", lambda: AUTUMN.date())


@pytest.mark.usefixtures("_in_autumn")
def test_a_drafter_previews_saves_compares_and_promotes(year, signed_in, add, southern):
    client = signed_in("drafter")
    assert "Weights" in client.get(add).content.decode()

    seen = client.post(add, BODY | {"preview": "1"})
    assert seen.status_code == 200
    assert "What comes of it" in seen.content.decode()
    assert not Scenario.objects.exists()

    saved = client.post(add, BODY | {"save": "1"})
    scenario = Scenario.objects.get()
    assert saved["Location"] == scenario.get_absolute_url()
    bound = BODY | {"name": "Other", "bounds": f"{southern.uscc}; 33; 35", "save": "1"}
    assert client.post(add, bound).status_code == 302

    detail = client.get(scenario.get_absolute_url()).content.decode()
    assert "60.000" in detail
    compared = client.get(reverse("allocations:scenario_compare", args=[scenario.pk]))
    drawn = [str(one.name) for one in compared.context["chart"].series]
    assert drawn == ["last year", "Balanced", "Other"]

    url = reverse("allocations:scenario_promote", args=[scenario.pk])
    form = client.get(url).context["form"]
    assert "Balanced" in form.initial["reason"]
    promoted = client.post(url, {"decision": "", "reason": "So", "with_ceiling": "on"})
    decision = Decision.objects.get(year=2026)
    assert promoted["Location"] == reverse("allocations:decision_grid", args=[decision.pk])
    assert "Promoted by" in client.get(scenario.get_absolute_url()).content.decode()


@pytest.mark.usefixtures("_in_autumn")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"total": ""}, "required"),
        ({"weight_last": "101"}, "less than or equal to 100"),
        ({"bounds": "Nobody; 1; 2"}, "Line 1: No enterprise of the directory"),
        ({"bounds": "Northern; 1"}, "Line 1: Write name; least; most"),
        ({"bounds": "Northern; 1; 2\nNorthern; 1; 2"}, "Line 2: It has a line above"),
        ({"bounds": "Northern; -1; 2"}, "Line 1: Ensure"),
        ({"groups": "Northern; 1; 2"}, "Line 1: No group of the directory"),
        ({"ceiling": "90"}, "allow 81.000 t; to be divided are 90.000 t"),
        ({"weight_last": ""}, "Give a weight"),
    ],
)
def test_what_cannot_be_read_or_met_is_said_on_the_form(year, signed_in, add, typed, words):
    answer = signed_in("drafter").post(add, BODY | typed | {"preview": "1"})

    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.usefixtures("_in_autumn")
@pytest.mark.parametrize("planned", ["2024", "2027", "99999", "x"])
def test_a_year_that_cannot_be_planned_is_asked_for_again(signed_in, planned):
    url = reverse("allocations:scenario_add")

    answer = signed_in("drafter").get(url, {"year": planned, "category": "separation"})

    assert answer.status_code == 422


@pytest.mark.usefixtures("_in_autumn")
def test_a_conflict_is_said_in_chinese_too(year, client, drafter, add):
    client.force_login(drafter)
    client.cookies["django_language"] = "zh-hans"

    text = client.post(add, BODY | {"ceiling": "90", "preview": "1"}).content.decode()

    assert "最多 81.000 吨" in text


@pytest.mark.usefixtures("_in_autumn")
def test_a_scenario_is_changed_into_another(year, save, signed_in, southern):
    scenario = save(
        floor=Decimal("0.5"), bounds={southern.pk: Bound(None, Decimal(35_000))}, cut_over=True
    )
    url = reverse("allocations:scenario_add") + f"?from={scenario.pk}"

    form = signed_in("drafter").get(url).context["form"]

    assert form.initial["floor"] == "50"
    assert form.initial["bounds"] == f"{southern.uscc} Southern; ; 35.000"
    assert form.initial["weight_last"] == 1


def test_a_comparison_exports_every_row(year, save, signed_in):
    first, second = save(), save(name="Twice", tonnes="180")
    url = reverse("allocations:scenario_compare", args=[first.pk])
    client = signed_in("viewer")

    answer = client.get(url, {"scenario": [first.pk, second.pk], "export": "csv"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].endswith("As before,As before: change,Twice,Twice: change")
    assert "60.000,60.000,0.000,120.000,60.000" in text


def test_no_more_than_six_are_compared(year, save, signed_in):
    made = [save(name=f"Scenario {number}") for number in range(7)]
    url = reverse("allocations:scenario_compare", args=[made[0].pk])

    answer = signed_in("viewer").get(url, {"scenario": [each.pk for each in made]})

    assert answer.status_code == 422
    assert "Choose at most 6" in answer.content.decode()


def test_the_list_and_a_scenario_ask_a_bounded_number_of_questions(
    year, save, signed_in, ganzhou, drafter, django_assert_max_num_queries
):
    for number in range(5):
        assess(make_designated(f"Plant {number}", ganzhou, "separation"), drafter)
        save(name=f"Scenario {number}", weights={"capacity": Decimal(1)})
    client = signed_in("viewer")

    with django_assert_max_num_queries(14):
        client.get(reverse("allocations:scenario_list"))
    with django_assert_max_num_queries(24):
        client.get(Scenario.objects.first().get_absolute_url())
    with django_assert_max_num_queries(34):
        client.get(reverse("allocations:scenario_compare", args=[Scenario.objects.first().pk]))


def test_mnrs_drafter_makes_scenarios_and_promotes_none(year, save, client):
    from portal.accounts.models import Organisation

    other = make_user(Organisation.objects.get(ministry="MNR"), "drafter")
    scenario = save(by=other)
    client.force_login(other)

    assert client.get(reverse("allocations:scenario_add")).status_code == 200
    url = reverse("allocations:scenario_promote", args=[scenario.pk])
    assert client.get(url).status_code == 403
