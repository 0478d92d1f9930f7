"""Asking for reconciliations and running them: identity of findings, locks, retries, tasks."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction

from enterprises.models import Enterprise
from portal.accounts.queries import system_user
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL, Month
from tests.traceability.ledger import (
    extraction,
    feed,
    file,
    give_cap,
    months,
    nil,
    output,
    purchase,
    reconciled,
    sale,
)
from traceability.models import Finding, Reconciliation
from traceability.queries import reconciliations as queries
from traceability.rules.checks import CHECKS
from traceability.services import reconciliations as services
from traceability.tasks import reconciliations as tasks

pytestmark = pytest.mark.django_db
AT = datetime(2025, 12, 8, 2, tzinfo=CIVIL)
JANUARY, FEBRUARY = date(2026, 1, 16), date(2026, 2, 16)


def rows() -> list[dict]:
    return list(Finding.objects.order_by("id").values())


def counts(run: Reconciliation) -> tuple[int, int, int, int]:
    return tuple(run.counts[name] for name in ("found", "new", "reopened", "cleared"))


def oversold(northern: Enterprise, outsider: Enterprise, *, at: datetime | None = None) -> None:
    file(northern, "2025-01", extraction(5, "A", "100"), sale(6, "A", "150", outsider), at=at)


def corrected(northern: Enterprise, outsider: Enterprise, at: datetime) -> None:
    file(
        northern,
        "2025-01",
        extraction(5, "A", "150"),
        sale(6, "A", "150", outsider),
        at=at,
        reason="weighing slip misread",
    )


@pytest.fixture
def world(northern, southern, outsider):
    """A year with something for most checks."""
    give_cap(northern, "mining_rock", "1000")
    file(
        northern,
        "2025-01",
        extraction(5, "A", "3000"),
        sale(6, "A", "1000", southern),
        sale(7, "A", "500", southern, "INV2"),
        sale(8, "A", "2000", outsider, "INV3"),
    )
    nil(northern, "2025-02", *months(4, 11))
    file(northern, "2025-12", at=datetime(2026, 1, 15, 9, tzinfo=CIVIL))
    file(
        southern,
        "2025-01",
        purchase(9, "A", "900", northern),
        purchase(9, "A", "100", northern, "INV9"),
        feed(20, "A", "1200", "R1", northern),
        output(25, "S", "550", "R1"),
    )
    nil(southern, *months(2, 12))


def test_run_opens_findings_with_the_day_they_were_first_seen(northern, outsider):
    oversold(northern, outsider)

    run = reconciled(JANUARY)

    finding = Finding.objects.get(code="oversold_lot")
    assert (finding.status, finding.first_seen, finding.last_seen) == ("open", JANUARY, JANUARY)
    assert finding.reconciliation == run
    assert (run.state, run.done, run.total) == ("finished", len(CHECKS), len(CHECKS))
    assert run.counts["by_code"]["oversold_lot"] == 1


def test_a_second_run_changes_nothing(world):
    reconciled(JANUARY)
    before = rows()

    run = reconciled(JANUARY)

    assert {row["code"] for row in before} >= {
        *("over_cap", "no_cap", "missing_filing", "late_filing", "oversold_lot"),
        *("unconfirmed_sale", "unmatched_purchase", "quantity_mismatch"),
    }
    assert rows() == before
    assert counts(run) == (len(before), 0, 0, 0)


def test_a_later_run_sees_it_again_and_keeps_when_it_was_first_seen(northern, outsider):
    oversold(northern, outsider)
    reconciled(JANUARY)

    reconciled(FEBRUARY)

    finding = Finding.objects.get(code="oversold_lot")
    assert (finding.first_seen, finding.last_seen) == (JANUARY, FEBRUARY)


def test_what_no_longer_holds_is_cleared_and_comes_back_as_itself(northern, outsider):
    nil(northern, *months(2, 12))
    oversold(northern, outsider)
    reconciled(JANUARY)
    corrected(northern, outsider, datetime(2026, 2, 1, 9, tzinfo=CIVIL))

    run = reconciled(FEBRUARY)
    finding = Finding.objects.get(code="oversold_lot")
    assert (finding.status, finding.cleared_on) == ("cleared", FEBRUARY)
    assert run.counts["cleared"] == 1

    oversold(northern, outsider, at=datetime(2026, 3, 1, 9, tzinfo=CIVIL))
    run = reconciled(date(2026, 3, 2))
    again = Finding.objects.get(code="oversold_lot")
    assert (again.pk, again.status, again.cleared_on) == (finding.pk, "open", None)
    assert again.first_seen == JANUARY
    assert run.counts["reopened"] == 1


@pytest.mark.parametrize(
    ("status", "while_it_holds", "afterwards"),
    [
        ("open", "open", "cleared"),
        ("answered", "answered", "cleared"),
        ("closed", "closed", "closed"),
    ],
)
def test_what_somebody_decided_stays(northern, outsider, status, while_it_holds, afterwards):
    oversold(northern, outsider)
    reconciled(JANUARY)
    Finding.objects.update(status=status)

    reconciled(date(2026, 1, 20))
    assert Finding.objects.get(code="oversold_lot").status == while_it_holds

    corrected(northern, outsider, datetime(2026, 2, 1, 9, tzinfo=CIVIL))
    reconciled(FEBRUARY)
    assert Finding.objects.get(code="oversold_lot").status == afterwards


def test_a_look_back_changes_no_later_judgement(northern, outsider):
    oversold(northern, outsider)
    corrected(northern, outsider, datetime(2025, 6, 1, 9, tzinfo=CIVIL))
    nil(northern, *months(2, 5), *months(7, 12))
    reconciled(JANUARY)
    before = Finding.objects.get(code="missing_filing")

    reconciled(date(2025, 8, 1))

    seen_then = Finding.objects.get(code="missing_filing")
    assert (seen_then.status, seen_then.first_seen) == ("open", date(2025, 8, 1))
    assert seen_then.last_seen == before.last_seen == JANUARY
    reconciled(date(2025, 3, 1))
    gone = Finding.objects.get(code="oversold_lot")
    assert (gone.status, gone.first_seen, gone.cleared_on) == (
        "cleared",
        date(2025, 3, 1),
        date(2025, 8, 1),
    )


def test_findings_of_another_year_stay(northern, outsider):
    oversold(northern, outsider)
    reconciled(JANUARY, 2025)

    run = reconciled(JANUARY, 2026)

    assert Finding.objects.get(code="oversold_lot").status == "open"
    assert run.counts["cleared"] == 0


def test_one_enterprise_alone_gives_what_the_whole_country_gives(world):
    reconciled(JANUARY)
    before = rows()

    for enterprise in Enterprise.objects.exclude(activities=[]):
        run = reconciled(JANUARY, enterprise=enterprise)
        assert counts(run)[1:] == (0, 0, 0), enterprise

    assert rows() == before


def test_one_enterprise_alone_from_nothing_gives_the_same(world):
    for enterprise in Enterprise.objects.exclude(activities=[]):
        reconciled(JANUARY, enterprise=enterprise)
    alone = {(row["code"], row["key"]): row["arithmetic"] for row in rows()}

    reconciled(JANUARY)

    assert {(row["code"], row["key"]): row["arithmetic"] for row in rows()} == alone


def test_a_run_for_one_enterprise_clears_nothing_of_others(northern, southern, outsider):
    for enterprise in (northern, southern):
        file(enterprise, "2025-01", extraction(5, "A", "10"), sale(6, "A", "99", outsider))
    reconciled(JANUARY)
    for enterprise in (northern, southern):
        corrected(enterprise, outsider, datetime(2026, 2, 1, 9, tzinfo=CIVIL))

    reconciled(FEBRUARY, enterprise=northern)

    oversold_lots = Finding.objects.filter(code="oversold_lot")
    assert oversold_lots.get(enterprise=northern).status == "cleared"
    assert oversold_lots.get(enterprise=southern).status == "open"


def test_ask_once_for_one_key(supervisor, noon):
    asked = {"year": 2025, "as_of": noon.date(), "by": supervisor, "at": noon}

    first = services.ask_reconciliation(**asked, run_key="night:1")
    second = services.ask_reconciliation(**asked, run_key="night:1")
    third = services.ask_reconciliation(**asked)

    assert first == second != third
    assert AuditEvent.objects.filter(action="reconciliation.asked").count() == 2


def test_run_leaves_an_audit_event_with_its_counts(northern, supervisor, noon):
    asked = services.ask_reconciliation(year=2025, as_of=noon.date(), by=supervisor, at=noon)

    services.run_reconciliation(reconciliation=asked, at=noon)

    event = AuditEvent.objects.get(action="reconciliation.finished")
    assert (event.by, event.subject_id) == (supervisor, str(asked.pk))
    assert event.facts["by_code"]["over_cap"] == 0


def test_a_run_keeps_what_it_judged_by_and_looked_at(northern, outsider):
    oversold(northern, outsider)

    run = reconciled(JANUARY)

    assert Decimal(run.record["tolerances"]["oversold_tolerance_percent"]) == 1
    assert run.record["versions"] == {check.code: check.version for check in CHECKS}
    position = run.record["ledger"]
    assert (position["filings"], position["movements"]) == (1, 2)
    assert position["last_filing"] == northern.filings.get().pk
    event = AuditEvent.objects.get(pk=position["audit_event"])
    assert event.digest == position["audit_digest"]
    assert event.action != "reconciliation.finished"


def test_a_finished_run_is_never_changed(northern):
    run = reconciled(JANUARY)

    for change in (
        lambda: Reconciliation.objects.filter(pk=run.pk).update(counts={}),
        lambda: Reconciliation.objects.filter(pk=run.pk)._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_finished_run_is_left_as_it_is(northern, outsider):
    run = reconciled(JANUARY)
    oversold(northern, outsider)

    again = services.run_reconciliation(reconciliation=run, at=AT)

    assert again.finished_at == run.finished_at
    assert not Finding.objects.exists()


@pytest.fixture
def asked(northern):
    return services.ask_reconciliation(year=2025, as_of=date(2025, 12, 8), by=system_user(), at=AT)


def test_one_run_of_a_year_at_a_time(asked):
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [services._LOCK, 2025])

    try:
        with pytest.raises(services.RunUnderWay, match="2025"):
            services.run_reconciliation(reconciliation=asked, at=AT)
        asked.refresh_from_db()
        assert (asked.state, asked.deliveries) == ("queued", 0)
    finally:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock_all()")
        other.close()

    assert services.run_reconciliation(reconciliation=asked, at=AT).state == "finished"


@pytest.mark.parametrize(("deliveries", "state"), [(1, "finished"), (2, "finished"), (3, "failed")])
def test_the_run_of_a_dead_worker_is_taken_over_or_parked(asked, deliveries, state):
    Reconciliation.objects.filter(pk=asked.pk).update(state="running", deliveries=deliveries)

    run = services.run_reconciliation(reconciliation=asked, at=AT)

    assert run.state == state
    assert run.deliveries == (deliveries if state == "failed" else deliveries + 1)


def test_what_fails_leaves_the_findings_and_waits_for_another_try(
    asked, northern, outsider, monkeypatch
):
    oversold(northern, outsider)

    def broken(reconciliation, *, at):
        raise RuntimeError("out of disk")

    monkeypatch.setattr(services, "keep_findings", broken)
    for state in ("queued", "queued", "failed"):
        with pytest.raises(RuntimeError):
            services.run_reconciliation(reconciliation=asked, at=AT)
        asked.refresh_from_db()
        assert (asked.state, asked.failure) == (state, "RuntimeError: out of disk")

    assert not Finding.objects.exists()


def test_progress_is_seen_while_it_runs(committed_db, northern, monkeypatch):
    asked = services.ask_reconciliation(year=2025, as_of=date(2025, 12, 8), by=system_user(), at=AT)
    seen = []
    keep = services.keep_findings

    def watching(reconciliation, *, at):
        other = connections.create_connection(DEFAULT_DB_ALIAS)
        with other.cursor() as cursor:
            cursor.execute("select state, done, total from traceability_reconciliation")
            seen.extend(cursor.fetchall())
        other.close()
        return keep(reconciliation, at=at)

    monkeypatch.setattr(services, "keep_findings", watching)
    services.run_reconciliation(reconciliation=asked, at=AT)

    assert seen == [("running", len(CHECKS), len(CHECKS))]


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 1, 1), [2025, 2026]),
        (date(2026, 2, 28), [2025, 2026]),
        (date(2026, 3, 1), [2026]),
        (date(2026, 12, 31), [2026]),
    ],
)
def test_last_year_is_reconciled_until_it_is_settled(today, years):
    assert queries.years_of_night(today) == years


def test_january_may_change_last_year():
    assert queries.years_touched(Month(2026, 1)) == [2025, 2026]
    assert queries.years_touched(Month(2026, 2)) == [2026]


@pytest.fixture
def clock_at(monkeypatch):
    """Sets the clock that tasks read."""

    def stand(at: datetime) -> None:
        monkeypatch.setattr("portal.kernel.clock.now", lambda: at)

    return stand


def test_two_nights_at_once_ask_once(northern, clock_at):
    clock_at(AT)

    tasks.reconcile_nightly()
    tasks.reconcile_nightly()

    assert [run.year for run in Reconciliation.objects.all()] == [2025]


def test_after_submission_the_enterprise_is_reconciled_once(northern, outsider, clock_at):
    clock_at(AT)
    oversold(northern, outsider)
    filing = northern.filings.get()

    tasks.reconcile_after_submission(filing_id=filing.pk)
    tasks.reconcile_after_submission(filing_id=filing.pk)
    tasks.reconcile_left_over()

    runs = Reconciliation.objects.order_by("year")
    assert [(run.year, run.enterprise, run.state) for run in runs] == [
        (2024, northern, "finished"),
        (2025, northern, "finished"),
    ]
    assert Finding.objects.filter(code="oversold_lot", enterprise=northern).exists()


def test_left_over_finds_the_submission_whose_task_was_lost(asked, northern, outsider, clock_at):
    services.run_reconciliation(reconciliation=asked, at=AT)
    file(
        northern,
        "2025-11",
        extraction(5, "A", "100"),
        sale(6, "A", "150", outsider),
        at=AT + timedelta(hours=7),
    )
    clock_at(AT + timedelta(hours=8))

    tasks.reconcile_left_over()
    tasks.reconcile_left_over()

    run = Reconciliation.objects.get(enterprise=northern)
    assert (run.state, run.counts["new"]) == ("finished", 2)
    assert Finding.objects.filter(code="oversold_lot").exists()


def test_many_lost_submissions_are_reconciled_together(asked, northern, clock_at, monkeypatch):
    monkeypatch.setattr(tasks, "ONE_BY_ONE", 1)
    services.run_reconciliation(reconciliation=asked, at=AT)
    for month in ("2025-10", "2025-11"):
        file(northern, month, at=AT + timedelta(hours=7))
    clock_at(AT + timedelta(hours=8))

    tasks.reconcile_left_over()

    assert Reconciliation.objects.filter(enterprise=None, state="finished").count() == 2
    assert not Reconciliation.objects.filter(enterprise=northern).exists()
