"""Trials: other values over past months, with nothing put on record but what they would find."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.urls import reverse

from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL, Month
from tests.traceability.ledger import extraction, file, give_cap, months, nil, reconciled, sale
from traceability.models import Finding, Trial
from traceability.rules import trials as rules
from traceability.rules.checks import CHECKS
from traceability.rules.tolerances import NotTheirTolerance, ValueOutOfBounds
from traceability.services import trials as services
from traceability.services.tolerances import propose_tolerance
from traceability.tasks.trials import try_left_over

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 17, 12, tzinfo=CIVIL)
TODAY = AT.date()
JANUARY, DECEMBER = Month(2025, 1), Month(2025, 12)


@pytest.fixture
def year(northern, outsider):
    """Over its cap by 30 kg, and a lot oversold by 1.2 percent."""
    give_cap(northern, "mining_rock", "500")
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1060"),
        sale(6, "A", "1073", outsider),
    )
    nil(northern, *months(2, 12))
    reconciled(date(2026, 1, 16))


def asked(by, **changes) -> Trial:
    told = {
        "values": {"oversold_tolerance_percent": Decimal("1.5")},
        "first_month": JANUARY,
        "last_month": DECEMBER,
        "as_of": TODAY,
    }
    return services.ask_trial(**told | changes, by=by, at=AT)


def outcome(trial: Trial) -> set[tuple[str, str]]:
    return set(trial.findings.values_list("change", "code"))


# --- the rules -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "as_of", "refused"),
    [
        (Month(2023, 2), Month(2026, 1), TODAY, False),  # three years
        (Month(2023, 1), Month(2026, 1), TODAY, True),
        (Month(2025, 2), Month(2025, 1), TODAY, True),
        (Month(2025, 1), Month(2026, 2), TODAY, True),  # not begun
        (Month(2025, 1), Month(2025, 1), date(2026, 1, 18), True),
    ],
)
def test_require_months(first, last, as_of, refused):
    if refused:
        with pytest.raises(rules.MonthsUnfit):
            rules.require_months(first, last, as_of=as_of, today=TODAY)
    else:
        rules.require_months(first, last, as_of=as_of, today=TODAY)


def test_require_values():
    held = {"jump_factor": Decimal(5), "yield_sigmas": Decimal(5)}

    rules.require_values({"jump_factor": Decimal(5), "yield_sigmas": Decimal(6)}, held=held)
    with pytest.raises(rules.NothingToTry):
        rules.require_values(held, held=held)
    with pytest.raises(ValueOutOfBounds):
        rules.require_values({"jump_factor": Decimal(1)}, held=held)


# --- the deeds -----------------------------------------------------------------------------------


def test_a_laxer_value_clears_and_puts_nothing_on_record(year, supervisor):
    before = list(Finding.objects.order_by("pk").values())

    trial = services.run_trial(trial=asked(supervisor), at=AT)

    assert trial.state == "finished"
    assert ("cleared", "oversold_lot") in outcome(trial)
    assert ("kept", "over_cap") in outcome(trial)
    assert trial.counts["new"] == 0
    assert list(Finding.objects.order_by("pk").values()) == before
    cleared = trial.findings.get(code="oversold_lot")
    assert cleared.finding == Finding.objects.get(code="oversold_lot")
    assert (cleared.amount_kg, cleared.amount_before_kg) == (None, Decimal(13))


def test_a_stricter_value_finds_newly_with_the_value_that_judged(year, supervisor):
    lax = services.run_trial(
        trial=asked(supervisor, values={"over_cap_tolerance_kg": Decimal(50)}), at=AT
    )
    assert ("cleared", "over_cap") in outcome(lax)
    assert ("new", "cap_nearly_used") in outcome(lax)

    found = lax.findings.get(code="cap_nearly_used")

    assert found.finding is None
    assert Decimal(found.arithmetic["tolerances"]["over_cap_tolerance_kg"]) == 50


def test_a_deadline_is_tried_month_by_month(year, supervisor):
    trial = services.run_trial(
        trial=asked(supervisor, values={"filing_deadline_day": Decimal(1)}), at=AT
    )

    assert trial.findings.filter(change="new", code="late_filing").count() == 12


def test_only_the_months_tried_are_compared(year, supervisor):
    trial = services.run_trial(trial=asked(supervisor, first_month=Month(2025, 2)), at=AT)

    assert not trial.findings.filter(code__in=["oversold_lot", "over_cap"]).exists()


def test_the_record_tells_what_ran_on_what(year, supervisor):
    trial = services.run_trial(trial=asked(supervisor), at=AT)

    assert trial.values == {"oversold_tolerance_percent": "1.5"}
    assert Decimal(trial.record["in_force"]["oversold_tolerance_percent"]) == 1
    assert set(trial.record["versions"]) == {check.code for check in CHECKS}
    position = trial.record["ledger"]["2025"]
    assert (position["filings"], position["movements"]) == (12, 2)
    assert AuditEvent.objects.filter(digest=position["audit_digest"]).exists()
    assert trial.done == trial.total == 2 * len(CHECKS)
    assert AuditEvent.objects.latest("pk").action == "trial.finished"


def test_ask_refuses_other_ministries(supervisor, mnr_signatory):
    with pytest.raises(NotTheirTolerance):
        asked(mnr_signatory)

    assert not Trial.objects.exists()


def test_a_finished_trial_stays_as_it_is(year, supervisor):
    trial = services.run_trial(trial=asked(supervisor), at=AT)

    assert services.run_trial(trial=trial, at=AT).deliveries == 1
    for change in (
        lambda: Trial.objects.filter(pk=trial.pk).update(counts={}),
        lambda: trial.findings.all().delete(),
        lambda: trial.findings.update(change="new"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(("deliveries", "state"), [(1, "finished"), (3, "failed")])
def test_the_trial_of_a_dead_worker_is_taken_over_or_parked(year, supervisor, deliveries, state):
    trial = asked(supervisor)
    Trial.objects.filter(pk=trial.pk).update(state="running", deliveries=deliveries)

    try_left_over()

    trial.refresh_from_db()
    assert trial.state == state


def test_what_fails_waits_for_another_try(year, supervisor, monkeypatch):
    trial = asked(supervisor)

    def broken(*args, **kwargs):
        raise RuntimeError("out of disk")

    monkeypatch.setattr(services, "run_checks", broken)
    with pytest.raises(RuntimeError):
        services.run_trial(trial=trial, at=AT)

    trial.refresh_from_db()
    assert (trial.state, trial.failure) == ("queued", "RuntimeError: out of disk")


def test_one_worker_at_a_time_and_progress_is_seen(committed_db, year, supervisor, monkeypatch):
    trial, seen, run = asked(supervisor), [], services.run_checks

    def watching(scope, *, told):
        run(scope, told=told)
        other = connections.create_connection(DEFAULT_DB_ALIAS)
        with other.cursor() as cursor:
            cursor.execute("select state, done from traceability_trial")
            seen.extend(cursor.fetchall())
        other.close()
        with pytest.raises(services.TrialUnderWay):
            services.run_trial(trial=trial, at=AT)

    monkeypatch.setattr(services, "run_checks", watching)
    finished = services.run_trial(trial=trial, at=AT)

    assert seen == [("running", len(CHECKS)), ("running", 2 * len(CHECKS))]
    assert finished.state == "finished"
    assert ("cleared", "oversold_lot") in outcome(finished)


def test_what_is_filed_meanwhile_is_in_neither_run(
    committed_db, year, southern, outsider, supervisor, monkeypatch
):
    trial, run, filed = asked(supervisor), services.run_checks, []

    def filing(scope, *, told):
        run(scope, told=told)
        if not filed:
            filed.append(at_once(lambda: sold_more_than_it_held(southern, outsider)))

    monkeypatch.setattr(services, "run_checks", filing)
    finished = services.run_trial(trial=trial, at=AT)

    assert southern.filings.exists()
    assert not finished.findings.filter(enterprise=southern, code="oversold_lot").exists()


def sold_more_than_it_held(enterprise, outsider) -> None:
    file(enterprise, "2025-02", extraction(5, "Z", "10"), sale(6, "Z", "99", outsider))


def at_once(deed) -> None:
    """`deed` on a connection of its own, committed before this goes on."""

    def alone() -> None:
        try:
            deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result(20)


# --- the pages -----------------------------------------------------------------------------------


def test_a_proposal_is_tried_and_shows_its_trial(client, year, supervisor, monkeypatch):
    client.cookies["django_language"] = "en"
    client.force_login(supervisor)
    proposal = propose_tolerance(
        name="oversold_tolerance_percent",
        value=Decimal("1.5"),
        valid_from=date(2099, 1, 1),
        reason="moisture",
        by=supervisor,
        at=AT,
    )
    url = f"{reverse('traceability:trial_add')}?proposal={proposal.pk}"
    form = client.get(url).context["form"]
    assert form["oversold_tolerance_percent"].value() == Decimal("1.5")
    sent = {name: form[name].value() for name in form.fields}
    sent |= {"first_month": "2025-01", "last_month": "2025-12", "as_of": "2026-01-17"}

    assert client.post(url, sent | {"first_month": "2026-01"}).status_code == 422
    assert client.post(url, sent).status_code == 302
    trial = Trial.objects.get()
    services.run_trial(trial=trial, at=AT)

    shown = client.get(trial.get_absolute_url()).content.decode()
    assert "no longer found" in shown
    assert "13.000 kg" in shown  # the arithmetic
    exported = client.get(f"{trial.get_absolute_url()}?export=csv")
    assert "oversold_lot" in b"".join(exported).decode()
    assert trial.get_absolute_url() in client.get(proposal.get_absolute_url()).content.decode()
