"""Findings as they are read: who sees which, what they say, the records behind them, the export."""

import csv
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from portal.kernel.period import CIVIL
from tests.traceability.ledger import (
    extraction,
    file,
    give_cap,
    months,
    nil,
    purchase,
    reconciled,
    sale,
)
from traceability.models import Finding, Tolerance
from traceability.queries import findings as queries
from traceability.queries.tolerances import history_of, tolerances_shown
from traceability.rules.checks import CHECKS, CODES

pytestmark = pytest.mark.django_db
EVERYBODY = (
    *("drafter", "signatory", "supervisor", "viewer", "recipient", "other_recipient"),
    *("filer", "attester", "southern_filer", "auditor", "administrator"),
)
NATIONAL = {"drafter", "signatory", "supervisor", "viewer", "auditor"}


@pytest.fixture
def mismatch(northern, southern) -> Finding:
    """Northern sold 1,000 kg, Southern recorded 900."""
    rows = [extraction(1, "A", "9000"), sale(25, "A", "1000", southern)]
    for month in months(1, 12):
        file(northern, month, *(rows if month == "2025-03" else []))
        arrival = [purchase(27, "A", "900", northern)] if month == "2025-03" else []
        file(southern, month, *arrival)
    give_cap(northern, "mining_rock", "10000")
    reconciled(date(2026, 1, 16))
    return Finding.objects.get(code="quantity_mismatch")


@pytest.mark.parametrize("who", EVERYBODY)
def test_findings_visible_to_each_role(request, mismatch, who):
    user = request.getfixturevalue(who)

    seen = queries.findings_visible_to(user)

    assert (mismatch in seen) is (who in NATIONAL | {"recipient", "filer", "attester"})


def test_told_explains_itself(mismatch):
    with translation.override("en"):
        told = queries.told(mismatch)

    assert told.title == "Quantities apart"
    assert "1,000.000 kg (gross) of lot A of Northern" in told.message
    assert str(told.source)
    assert "amendment" in told.clears
    assert [used.value for used in told.tolerances] == ["1", "1", "15"]


def test_told_gives_production_month_by_month(northern):
    give_cap(northern, "mining_rock", "1000")
    for month, lot in (("2025-01", "A"), ("2025-02", "B")):
        file(northern, month, extraction(5, lot, "1500"))
    reconciled()

    told = queries.told(Finding.objects.get(code="over_cap"))

    assert [(str(row.month), str(row.kg), str(row.used_kg)) for row in told.months] == [
        ("2025-01", "750.000", "750.000"),
        ("2025-02", "750.000", "1500.000"),
    ]


@pytest.mark.parametrize(
    ("who", "links"),
    [
        ("supervisor", [True, True]),
        ("recipient", [True, False]),  # the buyer lies in another province
        ("filer", [True, False]),  # sees that the buyer recorded its sale, not the buyer's filing
    ],
)
def test_records_of_both_sides_as_far_as_one_may_see_them(request, mismatch, who, links):
    user = request.getfixturevalue(who)

    shown = queries.records_behind(mismatch, user)

    assert [each.record.kind for each in shown] == ["sale", "purchase"]
    assert [each.url is not None for each in shown] == links


def test_other_peoples_records_stay_hidden(mismatch, southern_filer, northern, southern):
    own = queries.records_behind(mismatch, southern_filer)
    assert [each.record.kind for each in own] == ["sale", "purchase"]

    strange = northern.filings.get(month="2025-03-01").records.get(kind="extraction")
    mismatch.arithmetic["records"].append(strange.pk)
    seen = queries.records_behind(mismatch, southern_filer)
    assert strange not in [each.record for each in seen]


def test_counts_by_code_leave_cleared_ones_out(mismatch, supervisor):
    seen = queries.findings_visible_to(supervisor)
    before = {each.code: each.count for each in queries.counts_by_code(seen)}
    Finding.objects.filter(pk=mismatch.pk).update(status="cleared")

    after = {each.code: each.count for each in queries.counts_by_code(seen)}

    assert before["quantity_mismatch"] == 1
    assert "quantity_mismatch" not in after


def test_ranked_puts_open_and_grave_ones_first(northern, supervisor):
    nil(northern, *months(1, 11))
    file(
        northern,
        "2025-12",
        extraction(5, "A", "1000"),
        at=datetime(2026, 1, 12, tzinfo=CIVIL),
    )
    reconciled()
    severities = [each.severity for each in queries.ranked(Finding.objects.all())]

    assert severities == sorted(severities, key=["high", "medium", "low"].index)


def test_every_check_says_itself_in_both_languages():
    for check in CHECKS:
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert str(check.title)
                assert str(check.clears)
        assert check.explain.__doc__
        assert check.explain.__name__ == check.code
        assert set(check.tolerances) <= set(Tolerance.Name.values)
    assert len(set(CODES)) == len(CHECKS)


def test_tolerances_are_marked_as_they_hold():
    day = date(2025, 12, 8)
    shown = {each.name: each for each in tolerances_shown(day)}
    rows = history_of("unconfirmed_grace_days", day).rows

    assert str(shown["unconfirmed_grace_days"].held.value) == "15 days"
    assert [(each.row.valid_from, each.holds) for each in rows] == [
        (date(2025, 1, 1), True),
        (date(2000, 1, 1), False),
    ]


# --- the commands --------------------------------------------------------------------------------
HEADER = (
    "code,severity,uscc,counterparty,month,category,lot,lot_maker,run,document,amount_kg,"
    "first_seen,status,message"
)


def test_export_findings_writes_the_contract(mismatch, northern, southern, tmp_path):
    path = tmp_path / "findings.csv"

    call_command("export_findings", "--year", "2025", "--output", str(path), stderr=StringIO())

    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == HEADER
    [row] = [row for row in csv.DictReader(lines) if row["code"] == "quantity_mismatch"]
    message = row.pop("message")
    assert row == {
        "code": "quantity_mismatch",
        "severity": "medium",
        "uscc": northern.uscc,
        "counterparty": southern.uscc,
        "month": "2025-03",
        "category": "",
        "lot": "A",
        "lot_maker": northern.uscc,
        "run": "",
        "document": "INV1",
        "amount_kg": "100.000",
        "first_seen": "2026-01-16",
        "status": "open",
    }
    assert message.startswith("Under document INV1, 1,000.000 kg (gross) of lot A of Northern")


def test_export_findings_writes_to_the_screen_and_of_one_year_only(mismatch):
    screen = StringIO()

    call_command("export_findings", "--year", "2024", stdout=screen)

    assert screen.getvalue() == HEADER + "\n"


def test_export_findings_says_when_it_can_not_write(tmp_path):
    with pytest.raises(CommandError, match=r"findings\.csv"):
        call_command(
            "export_findings", "--year", "2025", "--output", str(tmp_path / "no" / "findings.csv")
        )


def test_reconcile_prints_what_it_found(northern, outsider):
    file(northern, "2025-01", extraction(5, "A", "10"), sale(6, "A", "99", outsider))
    screen = StringIO()

    call_command("reconcile", "--year", "2025", "--as-of", "2025-02-11", stdout=screen)

    text = screen.getvalue()
    assert "2025 as of 2025-02-11: 2 findings" in text
    assert "oversold_lot: 1" in text
    assert "2 new, 0 back again, 0 cleared" in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("--year", "soon", "--as-of", "2026-01-16"),
        ("--year", "2025", "--as-of", "2026-13-01"),
        ("--year", "2025", "--as-of", "yesterday"),
        ("--year", "99999"),
        ("--year", "2025", "--as-of", "0001-01-01"),
    ],
)
def test_reconcile_refuses_what_is_no_year_or_day(arguments):
    with pytest.raises(CommandError, match="not a"):
        call_command("reconcile", *arguments)
    assert not Finding.objects.exists()
