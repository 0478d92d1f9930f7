"""Penalties: who enters them, how the cut is proposed, taken, declined, and open again."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from allocations import queries, rules, services
from allocations.models import Penalty, PenaltyAnswer
from portal.accounts.models import Organisation
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL
from tests.allocations.conftest import issue_now
from tests.cast import make_designated, make_user

pytestmark = pytest.mark.django_db

AUTUMN = datetime(2025, 11, 5, 12, tzinfo=CIVIL)
DECIDED = date(2025, 11, 3)


@pytest.fixture
def industry(inner_mongolia):
    return Organisation.objects.get(region=inner_mongolia, department="industry")


@pytest.fixture
def penalise(northern, industry, supervisor):
    """Enters 50 t beyond Northern's separation cap."""

    def make(**facts):
        given = {
            "enterprise": northern,
            "category": "separation",
            "ground": "over_cap",
            "authority": industry,
            "document": "NM [2025] 7",
            "decided_on": DECIDED,
            "over_kg": Decimal(50_000),
            "by": supervisor,
            "at": AUTUMN,
        }
        return services.enter_penalty(**given | facts)

    return make


@pytest.fixture
def plan(draft, northern):
    """The draft of 2026 that gives Northern 600 t."""
    return draft(("separation", "1000"), (northern, "separation", "600", "as before"), year=2026)


def take(penalty, decision, by, kg=50_000, reason="As much as it was over"):
    return services.take_penalty(
        penalty=penalty, decision=decision, kg=Decimal(kg), reason=reason, by=by, at=AUTUMN
    )


def state(penalty):
    return queries.penalty_state(penalty)


def check_15(decision):
    content = queries.content_of(decision, on=date(2025, 11, 5))
    return next(each for each in rules.judge(content) if each.check.number == 15)


def test_enter_penalty_puts_it_on_record_and_proposes_the_cut_of_the_next_year(penalise):
    penalty = penalise()

    assert penalty.cut_year == 2026
    assert list(queries.open_penalties(2026)) == [penalty]
    assert list(queries.open_penalties(2027)) == [penalty]  # nothing is forgotten
    assert not queries.open_penalties(2025).exists()
    assert AuditEvent.objects.get(action="penalty.entered").facts["over_kg"] == "50000"


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"document": " "}, rules.PenaltyUnfit),
        ({"decided_on": date(2025, 11, 6)}, rules.PenaltyUnfit),  # tomorrow
        ({"decided_on": date(2025, 8, 21)}, rules.PenaltyUnfit),  # the day before the measures
        ({"over_kg": Decimal(0)}, rules.PenaltyUnfit),
        ({"over_kg": Decimal(-1), "ground": "records"}, rules.PenaltyUnfit),
        ({"finding": 999_999}, rules.PenaltyUnfit),
    ],
)
def test_enter_penalty_refuses_what_is_none(penalise, facts, kind):
    with pytest.raises(kind):
        penalise(**facts)

    assert not Penalty.objects.exists()
    assert not AuditEvent.objects.filter(action="penalty.entered").exists()


def test_the_first_day_of_the_measures_and_today_are_days_of_penalties(penalise):
    penalise(decided_on=date(2025, 8, 22))
    penalise(decided_on=date(2025, 11, 5), document="NM [2025] 8")

    assert Penalty.objects.count() == 2


def test_a_breach_without_a_mass_is_entered_with_none(penalise):
    assert penalise(ground="records", over_kg=Decimal(0)).over_kg == 0


def test_an_authority_penalises_within_its_territory_alone(penalise, jiangxi, miit):
    elsewhere = Organisation.objects.get(region=jiangxi, department="industry")

    with pytest.raises(rules.PenaltyUnfit, match="territory"):
        penalise(authority=elsewhere)

    assert penalise(authority=miit).authority == miit


def test_one_penalty_decision_is_entered_once(penalise):
    penalise()

    with pytest.raises(rules.PenaltyTwice):
        penalise(document=" NM [2025] 7 ")

    assert penalise(category="mining_rock", over_kg=Decimal(1))


@pytest.mark.parametrize("who", ["recipient", "filer"])
def test_no_account_of_a_province_or_an_enterprise_enters_one(penalise, who, request):
    with pytest.raises(rules.NotTheirMinistry):
        penalise(by=request.getfixturevalue(who))


def test_ndrc_reads_them(penalise):
    ndrc = make_user(Organisation.objects.get(ministry="NDRC"), "supervisor")

    with pytest.raises(rules.NotTheirMinistry):
        penalise(by=ndrc)


def test_check_15_stops_a_line_that_gives_while_the_cut_is_open(penalise, plan):
    assert check_15(plan).met

    penalise()

    (found,) = check_15(plan).found
    assert "NM [2025] 7" in str(found)
    assert check_15(plan).check.blocks


def test_check_15_asks_nothing_of_a_line_that_takes_away(penalise, draft, northern):
    penalise()

    assert check_15(draft((northern, "separation", "-1", "less"), year=2026, kind="deduction")).met


def test_check_15_sees_the_penalty_of_a_member_at_its_group(penalise, draft, baotou, northern):
    group = make_designated("Group", baotou, is_group=True)
    northern.parent = group
    northern.save()
    penalise()

    assert not check_15(draft((group, "separation", "600"), year=2026)).met


def test_take_penalty_cuts_the_line_and_says_why(penalise, plan, northern, drafter):
    penalty = penalise()

    answer = take(penalty, plan, drafter)

    line = plan.allocation_lines.get()
    assert (line.kg, line.changed_by) == (550_000, drafter)
    assert line.reason == "as before; NM [2025] 7: As much as it was over"
    assert answer.holder == northern
    assert state(penalty) == "taken"
    plan.refresh_from_db()
    assert check_15(plan).met
    assert plan.content_digest == queries.content_digest(plan)


def test_take_penalty_makes_whoever_takes_it_a_drafter_who_cannot_sign(penalise, plan, miit):
    other = make_user(miit, "drafter")

    take(penalise(), plan, other)

    assert other.pk in queries.drafters(plan)


def test_take_penalty_begins_a_line_in_a_deduction(penalise, draft, northern, drafter):
    deduction = draft(year=2026, kind="deduction")

    take(penalise(), deduction, drafter)

    line = deduction.allocation_lines.get()
    assert (line.enterprise, line.category, line.kg) == (northern, "separation", -50_000)


def test_take_penalty_cuts_the_groups_line_where_it_holds_the_cap(
    penalise, draft, baotou, northern, drafter
):
    group = make_designated("Group", baotou, is_group=True)
    northern.parent = group
    northern.save()
    decision = draft((group, "separation", "600"), year=2026)

    answer = take(penalise(), decision, drafter)

    assert answer.holder == group
    assert decision.allocation_lines.get().kg == 550_000


def test_take_penalty_voids_sign_offs(penalise, circulated, agree, northern, drafter):
    decision = agree(circulated((northern, "separation", "600"), year=2026), "MNR")

    take(penalise(), decision, drafter)

    decision.refresh_from_db()
    assert decision.status == "draft"
    assert not queries.standing_sign_offs(decision)


@pytest.mark.parametrize(
    ("kg", "reason", "kind"),
    [
        (0, "why", rules.CutUnfit),
        (1, " ", rules.ReasonMissing),
        (1, "x" * 300, rules.CutUnfit),  # with what the line says it does not fit
    ],
)
def test_take_penalty_refuses_and_leaves_the_line(penalise, plan, drafter, kg, reason, kind):
    penalty = penalise()

    with pytest.raises(kind):
        take(penalty, plan, drafter, kg=kg, reason=reason)

    assert plan.allocation_lines.get().kg == 600_000
    assert state(penalty) == "open"


def test_take_penalty_cuts_no_index_before_the_next_year(penalise, draft, northern, drafter):
    with pytest.raises(rules.CutUnfit, match="2026"):
        take(penalise(), draft((northern, "separation", "600"), year=2025), drafter)


@pytest.mark.parametrize("who", ["mnr_signatory", "recipient", "filer"])
def test_only_miit_takes_or_declines(penalise, plan, who, request):
    penalty, by = penalise(), request.getfixturevalue(who)

    with pytest.raises(rules.NotTheirMinistry):
        take(penalty, plan, by)
    with pytest.raises(rules.NotTheirMinistry):
        services.decline_penalty(penalty=penalty, reason="no", by=by, at=AUTUMN)


def test_a_cut_is_taken_once(penalise, plan, drafter):
    penalty = penalise()
    take(penalty, plan, drafter)

    with pytest.raises(rules.PenaltyAnswered):
        take(penalty, plan, drafter)
    with pytest.raises(rules.PenaltyAnswered):
        services.decline_penalty(penalty=penalty, reason="no", by=drafter, at=AUTUMN)

    assert plan.allocation_lines.get().kg == 550_000


def test_a_cut_is_open_again_when_its_line_is_gone(penalise, plan, drafter):
    penalty = penalise()
    take(penalty, plan, drafter)

    services.set_lines(decision=plan, ceilings=[], allocations=[], by=drafter, at=AUTUMN)

    assert state(penalty) == "open"


def test_a_cut_is_open_again_when_the_decision_is_withdrawn(penalise, plan, drafter):
    penalty = penalise()
    take(penalty, plan, drafter)

    services.withdraw(decision=plan, reason="anew", by=drafter, at=AUTUMN)

    assert state(penalty) == "open"
    assert list(queries.open_penalties(2026)) == [penalty]


def test_decline_penalty_settles_it_with_a_reason_and_can_be_thought_over(penalise, plan, drafter):
    penalty = penalise()

    services.decline_penalty(penalty=penalty, reason="Under review", by=drafter, at=AUTUMN)

    assert state(penalty) == "declined"
    assert check_15(plan).met
    take(penalty, plan, drafter)
    assert state(penalty) == "taken"


def test_set_aside_ends_it(penalise, plan, supervisor, drafter):
    penalty = penalise()

    services.set_penalty_aside(penalty=penalty, reason="Revoked", by=supervisor, at=AUTUMN)

    assert state(penalty) == "set_aside"
    with pytest.raises(rules.PenaltyAnswered):
        take(penalty, plan, drafter)
    with pytest.raises(rules.PenaltyAnswered):
        services.set_penalty_aside(penalty=penalty, reason="Twice", by=supervisor, at=AUTUMN)


def test_penalties_and_answers_stay_as_they_were_entered(penalise, drafter):
    penalty = penalise()
    services.decline_penalty(penalty=penalty, reason="no", by=drafter, at=AUTUMN)

    for rows in (Penalty.objects.all(), PenaltyAnswer.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Penalty.objects.update(over_kg=1)


@pytest.mark.parametrize("who", ["recipient", "filer"])
def test_what_is_drafted_about_a_cut_is_not_made_known_before_it_is_issued(
    penalise, plan, drafter, supervisor, signed_in, who
):
    penalty, declined = penalise(), penalise(document="NM [2025] 8")
    take(penalty, plan, drafter)
    services.decline_penalty(penalty=declined, reason="Hardship", by=drafter, at=AUTUMN)
    client = signed_in(who)

    page = client.get(penalty.get_absolute_url()).content.decode()
    listed = client.get(reverse("allocations:penalty_list"), {"state": "open"}).content.decode()

    assert plan.title not in page
    assert "As much as it was over" not in page
    assert "NM [2025] 7" in listed
    assert "NM [2025] 8" in listed
    assert "Hardship" not in client.get(declined.get_absolute_url()).content.decode()


def test_an_enterprise_learns_of_a_cut_when_it_is_issued(
    penalise, plan, drafter, agree, signatory, signed_in
):
    penalty = penalise()
    take(penalty, plan, drafter)
    services.circulate(decision=plan, by=drafter, at=AUTUMN)
    plan.refresh_from_db()
    issue_now(decision=agree(plan), document_no="1", approval_no="2", by=signatory, at=AUTUMN)

    page = signed_in("filer").get(penalty.get_absolute_url()).content.decode()

    assert "cut taken" in page
    assert "As much as it was over" in page


# --- pages ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "seen"),
    [("viewer", True), ("recipient", True), ("other_recipient", False), ("filer", True)],
)
def test_everybody_sees_the_penalties_of_the_enterprises_they_see(penalise, signed_in, who, seen):
    penalty = penalise()
    client = signed_in(who)

    listed = client.get(reverse("allocations:penalty_list")).content.decode()
    one = client.get(penalty.get_absolute_url())

    assert ("NM [2025] 7" in listed) == seen
    assert one.status_code == (200 if seen else 404)


def test_the_list_filters_by_state_and_asks_few_questions(
    penalise, signed_in, drafter, django_assert_max_num_queries
):
    declined = penalise()
    services.decline_penalty(penalty=declined, reason="no", by=drafter, at=AUTUMN)
    for number in range(5):
        penalise(document=f"NM [2025] 1{number}")
    client = signed_in("viewer")

    with django_assert_max_num_queries(14):
        text = client.get(reverse("allocations:penalty_list"), {"state": "open"}).content.decode()

    assert "NM [2025] 10" in text
    assert "NM [2025] 7" not in text


def test_a_supervisor_enters_one_from_an_enterprise(signed_in, northern, industry):
    client = signed_in("supervisor")
    chosen = client.post(reverse("allocations:penalty_add"), {"enterprise": northern.uscc})
    body = {
        "authority": industry.pk,
        "document": "NM [2025] 9",
        "decided_on": "2025-09-01",
        "ground": "over_cap",
        "category": "separation",
        "over": "12.5",
        "finding": "",
    }

    answer = client.post(chosen["Location"], body)

    penalty = Penalty.objects.get()
    assert (answer.status_code, penalty.over_kg) == (302, 12_500)
    assert (penalty.enterprise, penalty.authority) == (northern, industry)


def test_a_drafter_takes_it_from_the_workbench(penalise, plan, signed_in):
    penalty = penalise()
    client = signed_in("drafter")
    workbench = client.get(reverse("allocations:decision_grid", args=[plan.pk])).content.decode()
    url = reverse("allocations:penalty_take", args=[penalty.pk])
    assert f"{url}?decision={plan.pk}" in workbench

    refused = client.post(url, {"decision": plan.pk, "tonnes": "0", "reason": "x"})
    answer = client.post(url, {"decision": plan.pk, "tonnes": "50", "reason": "As it was over"})

    assert refused.status_code == 422
    assert "enter more than nothing" in refused.content.decode()
    assert answer["Location"] == reverse("allocations:decision_grid", args=[plan.pk])
    assert plan.allocation_lines.get().kg == 550_000
    history = client.get(plan.get_absolute_url()).content.decode()
    assert "cut after a penalty" in history
    assert client.get(penalty.get_absolute_url()).status_code == 200


def test_the_grid_shows_the_cut_that_is_proposed(penalise, plan, signed_in):
    penalise()

    url = reverse("allocations:decision_grid_rows", args=[plan.pk])
    rows = signed_in("drafter").get(url).json()["rows"]

    assert [row[14] for row in rows if row[0]] == ["50.000"]


@pytest.mark.parametrize("deed", ["decline", "set_aside"])
def test_declining_and_setting_aside_ask_for_a_reason(penalise, signed_in, deed):
    penalty = penalise()
    client = signed_in("drafter" if deed == "decline" else "supervisor")
    url = reverse(f"allocations:penalty_{deed}", args=[penalty.pk])

    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "Said"}).status_code == 302
    assert penalty.answers.get().reason == "Said"


def test_the_list_tells_the_year_that_is_cut_without_separators(penalise, signed_in):
    penalise()

    page = signed_in("viewer").get("/allocations/caps/penalties/").content.decode()

    assert '<td class="text-nowrap">2026</td>' in page
