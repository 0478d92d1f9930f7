"""Two deeds at once, on connections of their own: the sums hold and nothing deadlocks."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from allocations import queries, rules, services
from allocations.models import AllocationLine, Decision
from portal.kernel import audit
from tests.allocations.conftest import issue_now
from tests.allocations.rounds import play

SECONDS = 20


def on_its_own(deed: Callable[[], object]) -> Callable[[], object]:
    """`deed` on a connection of its own; answers what it returns, or the refusal."""

    def run() -> object:
        try:
            return deed()
        except (rules.Refusal, DatabaseError) as refused:
            return refused
        finally:
            connection.close()

    return run


@pytest.fixture
def at_once():
    """Runs deeds on threads, all starting together; their answers in order."""

    def run(*deeds: Callable[[], object]) -> list[object]:
        start = threading.Barrier(len(deeds))

        def together(deed: Callable[[], object]) -> object:
            start.wait(SECONDS)
            return on_its_own(deed)()

        with ThreadPoolExecutor(len(deeds)) as pool:
            return [each.result(SECONDS) for each in [pool.submit(together, d) for d in deeds]]

    return run


@pytest.fixture
def held_issue(monkeypatch, signatory, noon):
    """Begins an issue and holds its transaction open until told to go on."""
    reached, go_on = threading.Event(), threading.Event()
    record = audit.record

    def held(action, *args, **facts):
        if action == "decision.issued" and not reached.is_set():
            reached.set()
            assert go_on.wait(SECONDS)
        return record(action, *args, **facts)

    def begin(pool: ThreadPoolExecutor, decision: Decision) -> tuple[Future, threading.Event]:
        monkeypatch.setattr(audit, "record", held)
        started = pool.submit(
            on_its_own(
                lambda: issue_now(
                    decision=decision, document_no="held", approval_no="1", by=signatory, at=noon
                )
            )
        )
        assert reached.wait(SECONDS)
        return started, go_on

    return begin


def test_of_two_issues_that_together_exceed_the_ceiling_one_is_refused(
    committed_db, issued, signed, northern, southern, signatory, noon, at_once
):
    issued(("separation", "100"))
    asked = [signed((northern, "separation", "60")), signed((southern, "separation", "60"))]

    answers = at_once(
        *(
            lambda decision=decision: issue_now(
                decision=decision, document_no=str(decision), approval_no="", by=signatory, at=noon
            )
            for decision in asked
        )
    )

    (refused,) = (answer for answer in answers if not isinstance(answer, Decision))
    # Refused at its issue, or already at its order when the other's issue was through by then.
    assert isinstance(refused, rules.CeilingExceeded | rules.CheckUnmet)
    assert "120.000 t REO; the ceiling is 100.000 t" in str(refused)
    assert sum(row.cap_kg for row in queries.caps(2025)) == 60_000
    assert Decision.objects.filter(status="issued").count() == 2


def test_a_second_issue_waits_for_the_first_and_is_then_refused(
    committed_db, issued, signed, northern, southern, signatory, noon, held_issue
):
    issued(("separation", "100"))
    first, second = signed((northern, "separation", "60")), signed((southern, "separation", "60"))

    with ThreadPoolExecutor(2) as pool:
        begun, go_on = held_issue(pool, first)
        waiting = pool.submit(
            on_its_own(
                lambda: issue_now(
                    decision=second, document_no="2", approval_no="", by=signatory, at=noon
                )
            )
        )
        with pytest.raises(TimeoutError):
            waiting.result(0.5)
        go_on.set()

        assert begun.result(SECONDS).status == "issued"
        refused = waiting.result(SECONDS)

    assert isinstance(refused, rules.CeilingExceeded)
    assert "120.000 t REO; the ceiling is 100.000 t" in str(refused)


def test_a_double_click_issues_once(committed_db, signed, signatory, noon, at_once):
    decision = signed(("separation", "100"))

    answers = at_once(
        *[
            lambda: issue_now(
                decision=decision, document_no="1", approval_no="1", by=signatory, at=noon
            )
        ]
        * 2
    )

    first, second = sorted(answers, key=lambda answer: isinstance(answer, Exception))
    assert first.status == "issued"
    assert isinstance(second, rules.IssuedAlready | rules.OrderedAlready)


def test_a_line_written_past_the_service_waits_for_the_issue_and_is_refused(
    committed_db, signed, northern, held_issue
):
    decision = signed(("separation", "100"))

    def sneak_in() -> None:
        with transaction.atomic():
            AllocationLine.objects.create(
                decision=decision, enterprise=northern, category="separation", kg=200_000
            )

    with ThreadPoolExecutor(2) as pool:
        begun, go_on = held_issue(pool, decision)
        waiting = pool.submit(on_its_own(sneak_in))
        with pytest.raises(TimeoutError):
            waiting.result(0.5)
        go_on.set()

        assert begun.result(SECONDS).status == "issued"
        refused = waiting.result(SECONDS)

    assert isinstance(refused, DatabaseError)
    assert refused.__cause__.sqlstate == "RE002"
    assert queries.caps(2025) == []


def test_lines_set_while_an_issue_is_under_way_wait_and_are_refused(
    committed_db, signed, entries, drafter, noon, held_issue
):
    ceiling, _allocation = entries
    decision = signed(("separation", "100"))

    with ThreadPoolExecutor(2) as pool:
        begun, go_on = held_issue(pool, decision)
        waiting = pool.submit(
            on_its_own(
                lambda: services.set_lines(
                    decision=decision,
                    ceilings=[ceiling("separation", "1")],
                    allocations=[],
                    by=drafter,
                    at=noon,
                )
            )
        )
        go_on.set()

        assert begun.result(SECONDS).status == "issued"
        assert isinstance(waiting.result(SECONDS), rules.IssuedAlready)

    assert queries.year_position(2025)[0].ceiling_kg == 100_000


def test_decisions_drafted_at_once_have_numbers_without_a_gap(committed_db, drafter, noon, at_once):
    asked = {"year": 2025, "regime": "total_control", "kind": "annual", "by": drafter, "at": noon}

    at_once(*[lambda: services.draft_decision(**asked)] * 6)

    assert sorted(Decision.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_eight_people_edit_sign_and_issue_and_no_edit_is_lost(
    committed_db, drafter, signatory, mnr_signatory, ndrc_signatory, northern, southern, noon
):
    people = {
        "drafter": drafter,
        "miit": signatory,
        "mnr": mnr_signatory,
        "ndrc": ndrc_signatory,
    }

    outcomes = play(8, people=people, enterprises=[northern, southern], at=noon)

    assert sum(outcomes.values()) == 8 * 8
    assert Decision.objects.filter(status="issued").count() == 6 + 1
    assert outcomes["ceiling_exceeded"] == 2 * 2  # the last two rounds, for both who tried
    assert outcomes["done"] >= 8 + 6  # in every round an edit, in the first six an issue


def test_two_who_ask_for_a_notice_at_once_get_the_same_one(
    committed_db, issued, northern, filer, attester, signatory, noon, at_once
):
    """While others open and acknowledge the copy that an extract is made of."""
    decision = issued(("separation", "100"), (northern, "separation", "60"))
    copy = decision.copies.get(recipient=northern.organisation)

    notices = at_once(
        *[lambda: services.make_notice(decision=decision, by=signatory, at=noon)] * 2,
        *[lambda: services.make_extract(copy=copy, by=filer, at=noon)] * 2,
        lambda: services.open_copy(copy=copy, by=filer, at=noon),
        lambda: services.acknowledge_copy(copy=copy, by=attester, at=noon),
    )

    assert [str(each) for each in notices if isinstance(each, Exception)] == []
    assert notices[0] == notices[1] != notices[2] == notices[3]
    assert decision.notices.count() == 2
