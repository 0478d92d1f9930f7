"""Tolerances: proposed by one person, approved by another, in force from a day to come."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from portal.accounts.models import Organisation, User
from portal.kernel.errors import Refusal
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL
from portal.notices.models import Notice
from tests.cast import make_user
from tests.traceability.ledger import reconciled
from traceability.models import Tolerance, ToleranceProposal
from traceability.queries.tolerances import tolerances_on
from traceability.rules import tolerances as rules
from traceability.services.tolerances import (
    approve_proposal,
    decline_proposal,
    propose_tolerance,
    withdraw_proposal,
)

NOON = datetime(2025, 3, 5, 12, tzinfo=CIVIL)
APRIL = date(2025, 4, 1)
SECONDS = 20


@pytest.fixture
def second(miit: Organisation) -> User:
    """Another supervisor of the ministry."""
    return make_user(miit, "supervisor")


@pytest.fixture
def proposal(supervisor: User) -> ToleranceProposal:
    return proposed(supervisor)


def proposed(by: User, **changes) -> ToleranceProposal:
    asked = {"name": "jump_factor", "value": Decimal(6), "valid_from": APRIL, "reason": "seasons"}
    return propose_tolerance(**asked | changes, by=by, at=NOON)


# --- the rules -----------------------------------------------------------------------------------


def test_every_tolerance_has_bounds_that_hold_its_values(db):
    assert set(rules.BOUNDS) == set(Tolerance.Name.values)
    for row in Tolerance.objects.all():
        rules.require_within_bounds(row.name, row.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("filing_deadline_day", "28", None),
        ("filing_deadline_day", "29", "from 1 to 28"),
        ("filing_deadline_day", "0", "from 1 to 28"),
        ("filing_deadline_day", "10.5", "whole number"),
        ("jump_factor", "2", None),
        ("jump_factor", "1.9999", "from 2 to 100"),
        ("over_cap_tolerance_kg", "0", None),
        ("over_cap_tolerance_kg", "-1", "from 0 to 10000 .kg."),
        ("even_recovery_percent", "0.0312", None),
        ("even_recovery_percent", "0.03125", "four decimals"),
    ],
)
def test_require_within_bounds(name, value, words):
    if words is None:
        rules.require_within_bounds(name, Decimal(value))
    else:
        with pytest.raises(rules.ValueOutOfBounds, match=words):
            rules.require_within_bounds(name, Decimal(value))


@pytest.mark.parametrize(
    ("valid_from", "last_judged", "refused"),
    [
        (date(2025, 3, 6), None, False),  # tomorrow
        (date(2025, 3, 5), None, True),
        (date(2025, 3, 10), date(2025, 3, 10), True),  # a run looked as of that day
        (date(2025, 3, 11), date(2025, 3, 10), False),
    ],
)
def test_require_day_to_come(valid_from, last_judged, refused):
    asked = {"today": date(2025, 3, 5), "last_judged": last_judged}
    if refused:
        with pytest.raises(rules.TooEarly):
            rules.require_day_to_come(valid_from, **asked)
    else:
        rules.require_day_to_come(valid_from, **asked)


# --- the deeds -----------------------------------------------------------------------------------


def test_propose_changes_nothing_and_tells_the_others(supervisor, second):
    proposal = proposed(supervisor)

    assert tolerances_on(APRIL)["jump_factor"] == 5
    assert proposal.status == "waiting"
    assert list(Notice.objects.values_list("user_id", "kind")) == [
        (second.pk, "tolerance_proposed")
    ]
    assert AuditEvent.objects.latest("pk").action == "tolerance.proposed"


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"value": Decimal(5)}, rules.ValueUnchanged),
        ({"value": Decimal(1000)}, rules.ValueOutOfBounds),
        ({"valid_from": date(2025, 3, 5)}, rules.TooEarly),
    ],
)
def test_propose_refuses_and_leaves_nothing(supervisor, changes, refusal):
    with pytest.raises(refusal):
        proposed(supervisor, **changes)

    assert not ToleranceProposal.objects.exists()
    assert not AuditEvent.objects.exists()


def test_propose_refuses_a_day_that_a_run_has_looked_at(supervisor):
    reconciled(date(2026, 1, 16))

    with pytest.raises(rules.TooEarly, match="2026-01-16"):
        proposed(supervisor)


def test_other_ministries_do_not_keep_tolerances(supervisor, proposal):
    other = make_user(Organisation.objects.get(ministry="MNR"), "supervisor")

    with pytest.raises(rules.NotTheirTolerance):
        proposed(other, name="yield_sigmas")
    with pytest.raises(rules.NotTheirTolerance):
        approve_proposal(proposal=proposal, reason="fine", by=other, at=NOON)


def test_a_second_proposal_waits_for_the_first(supervisor, second, proposal):
    with pytest.raises(rules.ProposalWaits):
        proposed(second, value=Decimal(7))

    decline_proposal(proposal=proposal, reason="too lax", by=second, at=NOON)
    assert proposed(second, value=Decimal(7)).status == "waiting"


def test_approve_puts_the_value_in_force_from_its_day(supervisor, second, proposal):
    row = approve_proposal(proposal=proposal, reason="measured", by=second, at=NOON)

    assert tolerances_on(date(2025, 3, 31))["jump_factor"] == 5
    assert tolerances_on(APRIL)["jump_factor"] == 6
    proposal.refresh_from_db()
    assert (proposal.status, proposal.tolerance, proposal.decided_by) == ("approved", row, second)
    assert Notice.objects.filter(user=supervisor, kind="tolerance_decided").exists()
    assert AuditEvent.objects.latest("pk").action == "tolerance.approved"


def test_the_proposer_neither_approves_nor_declines(supervisor, proposal):
    for deed in (approve_proposal, decline_proposal):
        with pytest.raises(rules.OwnProposal):
            deed(proposal=proposal, reason="mine", by=supervisor, at=NOON)

    assert not Tolerance.objects.filter(valid_from=APRIL).exists()


def test_approve_refuses_once_the_day_has_come(second, proposal):
    with pytest.raises(rules.TooEarly):
        approve_proposal(
            proposal=proposal, reason="late", by=second, at=datetime(2025, 4, 1, 0, tzinfo=CIVIL)
        )

    assert not Tolerance.objects.filter(valid_from=APRIL).exists()


def test_only_the_proposer_takes_back_and_nobody_decides_twice(supervisor, second, proposal):
    with pytest.raises(rules.NotTheirProposal):
        withdraw_proposal(proposal=proposal, reason="no", by=second, at=NOON)

    withdraw_proposal(proposal=proposal, reason="an error", by=supervisor, at=NOON)

    with pytest.raises(rules.ProposalDecided):
        approve_proposal(proposal=proposal, reason="yes", by=second, at=NOON)


def test_the_database_keeps_what_was_decided(supervisor, second, proposal):
    row = approve_proposal(proposal=proposal, reason="measured", by=second, at=NOON)

    for rows, change in (
        (ToleranceProposal.objects.filter(pk=proposal.pk), {"reason": "other"}),
        (Tolerance.objects.filter(pk=row.pk), {"value": 9}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()


# --- at once -------------------------------------------------------------------------------------


def at_once(*deeds):
    """What each deed answers, or the refusal; all on connections of their own, together."""
    start = threading.Barrier(len(deeds))

    def run(deed):
        start.wait(SECONDS)
        try:
            return deed()
        except Refusal as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [each.result(SECONDS) for each in [pool.submit(run, deed) for deed in deeds]]


def test_two_approvals_at_once_make_one_row(committed_db, supervisor, second, miit):
    third, proposal = make_user(miit, "supervisor"), proposed(supervisor)

    answers = at_once(
        *(
            lambda by=by: approve_proposal(proposal=proposal, reason="yes", by=by, at=NOON)
            for by in (second, third)
        )
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["ProposalDecided", "Tolerance"]
    assert Tolerance.objects.filter(name="jump_factor", valid_from=APRIL).count() == 1


def test_two_proposals_at_once_leave_one_waiting(committed_db, supervisor, second):
    answers = at_once(
        lambda: proposed(supervisor, value=Decimal(6)), lambda: proposed(second, value=Decimal(7))
    )

    assert sorted(type(answer).__name__ for answer in answers) == [
        "ProposalWaits",
        "ToleranceProposal",
    ]


# --- the pages -----------------------------------------------------------------------------------


def test_a_change_goes_from_proposal_to_approval_on_the_pages(client, supervisor, second):
    client.cookies["django_language"] = "en"
    client.force_login(supervisor)
    day = "2099-01-01"
    url = reverse("traceability:tolerance_propose")
    sent = {"name": "jump_factor", "value": "1", "valid_from": day, "reason": "seasons"}

    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "Enter a value from 2 to 100 (times)." in refused.content.decode()

    client.post(url, sent | {"value": "6"})
    proposal = ToleranceProposal.objects.get()
    assert "Take back" in client.get(proposal.get_absolute_url()).content.decode()
    approve = reverse("traceability:proposal_approve", args=[proposal.pk])
    own = client.post(approve, {"reason": "mine"})
    assert (own.status_code, "another supervisor decides" in own.content.decode()) == (422, True)

    client.force_login(second)
    assert "Approve" in client.get(proposal.get_absolute_url()).content.decode()
    assert client.post(approve, {"reason": "fits"}).status_code == 302
    history = client.get(reverse("traceability:tolerance_detail", args=["jump_factor"]))
    shown = history.content.decode()
    assert all(str(who) in shown for who in (supervisor, second))
    assert "6 times" in client.get(reverse("traceability:tolerance_list")).content.decode()


def test_an_enterprise_does_not_read_what_it_could_hide(client, filer):
    client.force_login(filer)

    assert client.get(reverse("traceability:tolerance_list")).status_code == 403
    findings = client.get(reverse("traceability:finding_list")).content.decode()
    assert reverse("traceability:tolerance_list") not in findings
