"""The workbench's grid: what it is given, how it judges, saves, and tells of conflicts."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from allocations import queries, services
from allocations.models import AllocationLine, CeilingLine
from allocations.rules import LineChange, LineKey, LineText
from tests.cast import make_designated, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision(draft, northern):
    """60 of 100 t for Northern."""
    return draft(("separation", "100"), (northern, "separation", "60", "as before"))


@pytest.fixture
def send(signed_in, decision):
    """Sends changes of the grid as the drafter; answers status and what was told."""
    client = signed_in("drafter")

    def post(*changes, save=True):
        body = {"save": save, "changes": changes}
        answer = client.post(
            reverse("allocations:decision_grid", args=[decision.pk]),
            json.dumps(body),
            content_type="application/json",
        )
        return answer.status_code, answer.json()

    return post


def change(enterprise, before, after, category="separation"):
    texts = [
        None if each is None else {"tonnes": each[0], "reason": each[1]} for each in (before, after)
    ]
    pk = enterprise.pk if enterprise else None
    return {"enterprise": pk, "category": category, "before": texts[0], "after": texts[1]}


SIXTY = ("60.000", "as before")


def test_the_rows_tell_what_is_known_beside_each_line(signed_in, issued, draft, northern):
    issued(("separation", "100"), (northern, "separation", "60"))
    adjustment = draft((northern, "separation", "-5", "less ore"), kind="adjustment")

    told = (
        signed_in("drafter")
        .get(reverse("allocations:decision_grid_rows", args=[adjustment.pk]))
        .json()
    )

    (line,) = [row for row in told["rows"] if row[0] == northern.pk]
    assert line[3:6] == ["separation", "-5.000", "less ore"]
    assert line[8] == "60.000"  # the cap by other decisions
    ceilings = {row[3]: row for row in told["rows"] if row[0] is None}
    assert set(ceilings) == {"mining_rock", "mining_ionic", "separation"}
    assert (ceilings["separation"][4], ceilings["separation"][8]) == (None, "100.000")
    assert [northern.pk, northern.uscc, "Northern"] in told["holders"]
    assert "D03" in told["panel"]


def test_changed_lines_are_saved_and_others_stay(send, decision, northern, southern):
    status, told = send(
        change(northern, SIXTY, ("55.5", "as before")), change(southern, None, ("1,000", ""))
    )

    assert status == 200
    lines = {line.enterprise_id: line.kg for line in decision.allocation_lines.all()}
    assert lines == {northern.pk: Decimal(55_500), southern.pk: Decimal(1_000_000)}
    assert decision.ceiling_lines.get().kg == 100_000
    assert "over the ceiling" in told["panel"]
    assert len([row for row in told["rows"] if row[0]]) == 2


def test_whose_sign_offs_a_change_makes_void_is_told_in_the_order_of_ministries(
    send, decision, drafter, noon, agree, northern
):
    agree(services.circulate(decision=decision, by=drafter, at=noon), "MNR", "MIIT")

    _same, untouched = send(change(northern, SIXTY, SIXTY))
    _changed, told = send(change(northern, SIXTY, ("59", "as before")))
    _again, none_stood = send(change(northern, ("59.000", "as before"), ("58", "as before")))

    assert untouched["voided"] == ""
    assert told["voided"] == "The change makes these sign-offs void: MIIT, MNR."
    assert none_stood["voided"] == ""


def test_a_line_without_words_is_removed(send, decision, northern):
    status, _told = send(change(northern, SIXTY, None))

    assert status == 200
    assert not decision.allocation_lines.exists()


def test_what_is_only_judged_is_not_saved(send, decision, northern):
    status, told = send(change(northern, SIXTY, ("100.001", "")), save=False)

    assert status == 200
    assert "100.001 t REO would be allocated; the ceiling would be 100.000 t." in told["panel"]
    assert decision.allocation_lines.get().kg == 60_000


def test_only_judged_is_only_judged_however_it_is_said(send, decision, northern):
    status, _told = send(change(northern, SIXTY, ("61", "")), save="false")

    assert status == 200
    assert decision.allocation_lines.get().kg == 60_000


def test_a_conflict_tells_both_figures_and_who_wrote(
    send, decision, northern, southern, miit, later
):
    other = make_user(miit, "drafter", full_name="Li Na")
    key = LineKey(northern.pk, "separation")
    theirs = LineText(Decimal(70_000), "agreed by telephone")
    before = queries.standing_lines(decision)[key].text
    services.change_lines(
        decision=decision, changes=[LineChange(key, before, theirs)], by=other, at=later
    )

    status, told = send(change(northern, SIXTY, ("80", "")), change(southern, None, ("1", "")))

    assert status == 409
    (conflict,) = told["conflicts"]
    assert conflict["yours"] == {"tonnes": "80.000", "reason": ""}
    assert conflict["theirs"] == {"tonnes": "70.000", "reason": "agreed by telephone"}
    assert conflict["by"] == "Li Na"
    assert decision.allocation_lines.get().kg == 70_000  # nothing of it was saved

    status, _told = send(change(northern, ("70.000", "agreed by telephone"), ("80", "")))

    assert status == 200
    assert decision.allocation_lines.get().kg == 80_000


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (("x", ""), "Enter a number."),
        (("", "why"), "Enter the tonnes of this line, or remove it."),
        (("1.2345", ""), "no more than 3 decimal places"),
        (("1", "r" * 301), "no more than 300 characters"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_saved(
    send, decision, northern, southern, after, says
):
    status, told = send(change(southern, None, ("5", "")), change(northern, SIXTY, after))

    assert status == 422
    assert list(told["errors"]["changes"]) == ["1"]
    assert says in json.dumps(told["errors"]["changes"]["1"])
    assert decision.allocation_lines.get().kg == 60_000


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"save": true}', "[" * 5000, '{"save": 1, "changes": [3]}']
)
def test_what_is_no_grid_is_refused(signed_in, decision, body):
    answer = signed_in("drafter").post(
        reverse("allocations:decision_grid", args=[decision.pk]),
        body,
        content_type="application/json",
    )

    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_an_issued_decision_is_refused_with_its_reason(signed_in, issued, northern):
    decision = issued(("separation", "100"), (northern, "separation", "60"))

    answer = signed_in("drafter").post(
        reverse("allocations:decision_grid", args=[decision.pk]),
        {"save": True, "changes": [change(northern, ("60.000", ""), ("61", ""))]},
        content_type="application/json",
    )

    assert answer.status_code == 409
    assert "issued already" in answer.json()["detail"]


def test_the_rows_ask_the_same_number_of_questions_however_many_there_are(
    signed_in, draft, baotou, django_assert_max_num_queries
):
    mines = [make_designated(f"Mine {n}", baotou, "mining") for n in range(60)]
    decision = draft(*[(mine, "mining_rock", "1") for mine in mines])
    client = signed_in("drafter")

    with django_assert_max_num_queries(38):
        told = client.get(reverse("allocations:decision_grid_rows", args=[decision.pk])).json()

    assert len(told["rows"]) == 63
    assert AllocationLine.objects.count() == 60
    assert not CeilingLine.objects.exists()


def test_the_panel_totals_each_group_with_its_members_live(signed_in, issued, draft, baotou):
    group = make_designated("Group", baotou, is_group=True)
    first, second = (
        make_designated(name, baotou, "separation", parent=group) for name in ("First", "Second")
    )
    issued(("separation", "90"), (first, "separation", "90"))
    decision = draft((second, "separation", "30"), year=2026)

    told = signed_in("drafter").post(
        reverse("allocations:decision_grid", args=[decision.pk]),
        json.dumps({"save": False, "changes": [change(first, None, ("20", ""))]}),
        content_type="application/json",
    )

    panel = told.json()["panel"]
    row = panel.partition("Totals of the rare earth groups")[2].partition("</table>")[0]
    cells = re.findall(r'class="number">(?:<strong>)?([^<]+)', row)[-4:]
    assert cells == ["50.000", "50.000", "90.000", "-40.000"]


def test_group_totals_put_other_decisions_beside_this_one(issued, draft, baotou):
    group = make_designated("Group", baotou, is_group=True)
    member = make_designated("Member", baotou, "separation", parent=group)
    issued(("separation", "90"), (member, "separation", "60"))
    decision = draft((member, "separation", "5"), kind="adjustment")
    content = queries.content_of(decision, on=date(2025, 3, 5))

    (total,) = queries.group_totals_of(decision, content)

    assert (total.group_id, total.category) == (group.pk, "separation")
    assert (total.kg, total.together_kg, total.last_kg) == (5_000, 65_000, 0)
