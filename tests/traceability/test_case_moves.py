"""Findings that an official moves: both histories show it, and later runs leave them there."""

from datetime import date

import pytest

from portal.kernel.models import AuditEvent
from tests.traceability.ledger import extraction, file, give_cap, months, nil, reconciled, sale
from traceability.models import Case, Finding
from traceability.rules.cases import RowsRefused, SomeGone
from traceability.services import cases as services
from traceability.services.case_moves import move_findings

pytestmark = pytest.mark.django_db


@pytest.fixture
def oversold(northern, outsider) -> list[Finding]:
    """Two lots oversold, in one case of Northern's."""
    give_cap(northern, "mining_rock", "100000")
    file(
        northern,
        "2025-01",
        extraction(5, "A", "1000"),
        extraction(5, "B", "1000"),
        sale(9, "A", "1500", outsider),
        sale(9, "B", "1600", outsider),
    )
    nil(northern, *months(2, 12))
    reconciled()
    return list(Finding.objects.order_by("pk"))


def move(findings, into, by, at, reason="another cause") -> Case:
    return move_findings(
        findings=[each.pk for each in findings], into=into, reason=reason, by=by, at=at
    )


def test_a_finding_moves_out_into_a_case_of_its_own(oversold, northern, supervisor, noon):
    first, second = oversold
    source = Case.objects.get()

    target = move([first], None, supervisor, noon)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.case, second.case) == (target, source)
    assert (target.enterprise, target.topic, target.year) == (northern, "balance", 2025)
    for case in (source, target):
        entry = case.entries.get(kind="moved")
        assert f"#{first.pk}" in entry.text
        assert "another cause" in entry.text
        assert entry.by == supervisor
    event = AuditEvent.objects.get(action="findings.moved")
    assert event.facts["findings"] == [first.pk]
    assert event.facts["new"] is True


def test_later_runs_leave_it_where_it_was_put(oversold, supervisor, noon):
    first, second = oversold
    source = Case.objects.get()
    target = move([first], None, supervisor, noon)

    reconciled(date(2026, 3, 2))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.case, second.case) == (target, source)
    assert first.status == "open"
    assert Case.objects.count() == 2


def test_new_findings_join_the_case_that_the_runs_keep(
    oversold, northern, outsider, supervisor, noon
):
    target = move(oversold, None, supervisor, noon)
    source = Case.objects.exclude(pk=target.pk).get()
    file(
        northern,
        "2025-06",
        extraction(5, "C", "1000"),
        sale(9, "C", "1700", outsider),
    )

    reconciled(date(2026, 3, 2))

    assert Finding.objects.get(code="oversold_lot", lot__number="C").case == source
    assert target.findings.count() == 2


def test_a_closed_case_with_a_moved_finding_that_comes_back_opens_again(
    oversold, northern, outsider, supervisor, noon
):
    first, _second = oversold
    target = move([first], None, supervisor, noon)
    rest = [extraction(5, "B", "1000"), sale(9, "B", "1600", outsider)]
    file(northern, "2025-01", extraction(5, "A", "2000"), sale(9, "A", "1500", outsider), *rest)
    reconciled(date(2026, 3, 2))
    services.close_case(case=target, outcome="corrected", reason="amended", by=supervisor, at=noon)

    file(northern, "2025-01", extraction(5, "A", "1000"), sale(9, "A", "1500", outsider), *rest)
    reconciled(date(2026, 3, 3))

    first.refresh_from_db()
    target.refresh_from_db()
    assert first.case == target
    assert (first.status, target.status) == ("open", "open")


def test_a_finding_moves_into_a_case_of_another_enterprise(oversold, southern, supervisor, noon):
    other = Case.objects.create(year=2025, enterprise=southern, topic="balance", opened_at=noon)

    assert move(oversold, other, supervisor, noon) == other

    assert other.findings.count() == 2


def test_moving_refuses_per_row_and_moves_none(oversold, southern, supervisor, noon):
    first, second = oversold
    source = Case.objects.get()
    elsewhere = move([first], None, supervisor, noon)
    services.close_case(case=elsewhere, outcome="explained", reason="known", by=supervisor, at=noon)
    target = Case.objects.create(year=2025, enterprise=southern, topic="caps", opened_at=noon)

    with pytest.raises(RowsRefused) as refused:
        move([first, second], target, supervisor, noon)

    assert [row.pk for row in refused.value.rows] == [first.pk]
    second.refresh_from_db()
    assert second.case == source
    assert target.entries.count() == 0


@pytest.mark.parametrize("year", [2024, 2025])
def test_moving_refuses_another_year_and_the_same_case(oversold, southern, supervisor, noon, year):
    source = Case.objects.get()
    other = Case.objects.create(year=2024, enterprise=southern, topic="caps", opened_at=noon)

    with pytest.raises(RowsRefused):
        move(oversold, source if year == 2025 else other, supervisor, noon)


def test_moving_what_is_gone_is_refused(oversold, supervisor, noon):
    with pytest.raises(SomeGone):
        move_findings(findings=[0], into=None, reason="x", by=supervisor, at=noon)
    with pytest.raises(SomeGone):
        move_findings(findings=[], into=None, reason="x", by=supervisor, at=noon)
