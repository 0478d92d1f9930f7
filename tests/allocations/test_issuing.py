"""The order to issue, its cooling-off, and what may happen in it."""

from contextlib import nullcontext
from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from allocations import queries, rules, services
from allocations.models import Decision, Stop
from portal.kernel.calendar import Calendar
from portal.kernel.models import AuditEvent, Parameter
from portal.kernel.period import CIVIL, start_of

FRIDAY = datetime(2025, 3, 7, 17, tzinfo=CIVIL)
MONDAY = datetime(2025, 3, 10, 17, tzinfo=CIVIL)
NUMBERS = {"document_no": "MIIT [2025] 7", "approval_no": "SC [2025] 3"}


# --- rules ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("working_days", "effective_on", "then"),
    [
        (0, None, FRIDAY),
        (1, None, MONDAY),  # over the weekend, the same time of day
        (1, date(2025, 3, 10), MONDAY),  # the effective day has begun by then
        (1, date(2025, 3, 11), start_of(date(2025, 3, 11))),
        (0, date(2025, 3, 1), FRIDAY),  # a day that has passed holds nothing up
    ],
)
def test_issues_at(working_days, effective_on, then):
    answer = rules.issues_at(
        FRIDAY, effective_on=effective_on, calendar=Calendar(), working_days=working_days
    )

    assert answer == then


@pytest.mark.parametrize(
    ("status", "at", "expected"),
    [
        ("ordered", MONDAY, nullcontext()),  # that very instant
        ("ordered", MONDAY - timedelta(microseconds=1), pytest.raises(rules.CoolingOff)),
        ("signed", MONDAY, pytest.raises(rules.WrongStep)),
        ("issued", MONDAY, pytest.raises(rules.IssuedAlready)),
        ("withdrawn", MONDAY, pytest.raises(rules.NotChangeable)),
    ],
)
def test_require_due(status, at, expected):
    with expected:
        rules.require_due(status, issues_at=MONDAY, at=at)


@pytest.mark.parametrize(
    ("effective_on", "expected"),
    [
        (None, nullcontext()),
        (date(2025, 1, 1), nullcontext()),
        (date(2025, 12, 31), nullcontext()),
        (date(2024, 12, 31), pytest.raises(rules.EffectiveUnfit)),
        (date(2026, 1, 1), pytest.raises(rules.EffectiveUnfit)),
    ],
)
def test_require_effective_in_year(effective_on, expected):
    with expected:
        rules.require_effective_in_year(effective_on, year=2025)


# --- services ------------------------------------------------------------------------------------
@pytest.fixture
def ordered(signed, northern, signatory):
    """60 of 100 t for Northern, ordered on Friday, to be issued on Monday."""

    def order(*lines, **facts) -> Decision:
        lines = lines or (("separation", "100"), (northern, "separation", "60"))
        return services.order_issue(
            decision=signed(*lines, **facts), by=signatory, at=FRIDAY, **NUMBERS
        )

    return order


def test_order_issue_leaves_time_to_stop(ordered, northern, signatory):
    decision = ordered()

    assert (decision.status, decision.issues_at) == ("ordered", MONDAY)
    assert queries.cap_kg(northern, 2025, "separation") == 0
    with pytest.raises(rules.CoolingOff, match="2025-03-10 17:00"):
        services.issue(decision=decision, by=signatory, at=MONDAY - timedelta(seconds=1))
    services.issue(decision=decision, by=signatory, at=MONDAY)
    assert queries.cap_kg(northern, 2025, "separation") == 60_000


def test_order_issue_follows_the_setting_of_the_day(signed, signatory):
    name = Parameter.Name.COOLING_OFF_WORKING_DAYS
    Parameter.objects.create(name=name, value=0, from_day=date(2025, 3, 7))

    decision = services.order_issue(
        decision=signed(("separation", "1")), by=signatory, at=FRIDAY, **NUMBERS
    )

    assert decision.issues_at == FRIDAY


def test_a_number_that_another_order_bears_is_refused(ordered, signed, signatory):
    ordered()

    with pytest.raises(rules.DocumentTaken), transaction.atomic():
        services.order_issue(
            decision=signed(("mining_rock", "5")), by=signatory, at=FRIDAY, **NUMBERS
        )

    assert Decision.objects.filter(status="ordered").count() == 1


def test_stop_issue_takes_back_the_sign_off_of_who_stops(ordered, agree, signatory, ndrc_signatory):
    decision = ordered()

    services.stop_issue(decision=decision, reason="the market turned", by=ndrc_signatory, at=FRIDAY)

    decision.refresh_from_db()
    assert (decision.status, decision.issues_at, decision.document_no) == ("circulated", None, "")
    assert queries.decision_facts(decision).agreed == {"MIIT", "MNR"}
    assert AuditEvent.objects.first().facts["reason"] == "the market turned"
    with pytest.raises(rules.SignOffMissing, match="NDRC"):
        services.order_issue(decision=decision, by=signatory, at=FRIDAY, **NUMBERS)
    with pytest.raises(rules.SignedAlready):
        agree(decision, "MNR")
    assert agree(decision, "NDRC").status == "signed"


def test_the_page_offers_the_numbers_of_a_stopped_order_again(
    ordered, agree, client, signatory, ndrc_signatory
):
    decision = ordered()
    services.stop_issue(decision=decision, reason="wait", by=ndrc_signatory, at=FRIDAY)
    agree(decision, "NDRC")
    client.force_login(signatory)

    form = client.get(f"/allocations/decisions/{decision.pk}/order/").context["form"]

    offered = {name: form.get_initial_for_field(form.fields[name], name) for name in NUMBERS}
    assert offered == NUMBERS


def test_a_second_stop_counts_as_the_first(ordered, agree, signatory, ndrc_signatory):
    decision = ordered()
    services.stop_issue(decision=decision, reason="wait", by=ndrc_signatory, at=FRIDAY)
    decision = agree(decision, "NDRC")
    decision = services.order_issue(decision=decision, by=signatory, at=FRIDAY, **NUMBERS)

    services.stop_issue(decision=decision, reason="wait again", by=ndrc_signatory, at=FRIDAY)

    assert queries.decision_facts(Decision.objects.get(pk=decision.pk)).agreed == {"MIIT", "MNR"}


def test_stop_issue_refuses_who_has_no_seat_and_what_is_not_ordered(
    ordered, signed, issued, northern, southern, ndrc_signatory, mnr_signatory, noon
):
    issued(("separation", "100"), document_no="1")
    lines_alone = ordered((northern, "separation", "60"))
    only_signed = signed((southern, "separation", "10"))

    with pytest.raises(rules.NotTheirMinistry):
        services.stop_issue(decision=lines_alone, reason="no", by=ndrc_signatory, at=noon)
    with pytest.raises(rules.WrongStep):
        services.stop_issue(decision=only_signed, reason="no", by=mnr_signatory, at=noon)

    assert not Stop.objects.exists()


def test_a_stop_stays_on_record(ordered, mnr_signatory):
    services.stop_issue(decision=ordered(), reason="wait", by=mnr_signatory, at=FRIDAY)

    with pytest.raises(DatabaseError), transaction.atomic():
        Stop.objects.update(reason="never mind")


def test_a_change_during_the_cooling_off_makes_it_a_draft(ordered, entries, drafter):
    ceiling, _allocation = entries
    decision = ordered()

    services.set_lines(
        decision=decision,
        ceilings=[ceiling("separation", "90")],
        allocations=[],
        by=drafter,
        at=FRIDAY,
    )

    decision.refresh_from_db()
    assert (decision.status, decision.ordered_at, decision.issues_at) == ("draft", None, None)


def test_issue_due_issues_in_the_name_of_who_ordered(ordered, signatory):
    decision = ordered()

    assert queries.issues_due(MONDAY - timedelta(seconds=1)) == []
    assert queries.issues_due(MONDAY) == [decision.pk]
    services.issue_due(decision.pk, at=MONDAY)
    services.issue_due(decision.pk, at=MONDAY)

    decision.refresh_from_db()
    assert (decision.status, decision.issued_by, decision.issued_at) == (
        "issued",
        signatory,
        MONDAY,
    )
    assert AuditEvent.objects.filter(action="decision.issued").count() == 1


def test_issue_due_holds_back_what_no_longer_fits(issued, ordered, northern, southern):
    issued(("separation", "100"), document_no="1")
    first = ordered((northern, "separation", "60"))
    issued((southern, "separation", "50"), document_no="2")

    services.issue_due(first.pk, at=MONDAY)

    first.refresh_from_db()
    assert first.status == "signed"
    held = AuditEvent.objects.first()
    assert held.action == "decision.held_back"
    assert "110.000" in held.facts["reason"]
    assert queries.cap_kg(northern, 2025, "separation") == 0


def test_the_effective_day_is_signed_with_the_rest(drafter, noon):
    facts = {"year": 2025, "regime": "total_control", "kind": "annual", "by": drafter, "at": noon}
    plain = services.draft_decision(**facts)
    dated = services.draft_decision(effective_on=date(2025, 7, 1), **facts)

    assert queries.content_digest(plain) != queries.content_digest(dated)
    dated.effective_on = None
    assert queries.content_digest(plain) == queries.content_digest(dated)
