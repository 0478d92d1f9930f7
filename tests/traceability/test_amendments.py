"""Amending a month: what it starts from, how it differs, and what its preview foretells."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from tests.traceability.ledger import give_cap
from tests.traceability.test_submission import mined, row
from traceability.models import Balance, CapUse, Filing, Finding, Lot
from traceability.queries.caps import cap_position
from traceability.queries.differences import differences
from traceability.rules.checks import CHECK_OF
from traceability.rules.filings import AlreadySubmitted
from traceability.rules.handover import NothingDiffers
from traceability.services.filings import fill_draft, open_draft
from traceability.services.handover import attest_filing, hand_over
from traceability.services.intake import SourceRow
from traceability.services.previews import preview_submission
from traceability.services.reconciliations import ask_reconciliation, run_reconciliation

pytestmark = pytest.mark.django_db


class Desk:
    """Northern's February on its way."""

    def __init__(self, enterprise: Enterprise, month: Month, filer: User, attester: User) -> None:
        self.enterprise, self.month, self.filer, self.attester = enterprise, month, filer, attester

    def fill(self, *rows: SourceRow, at: datetime) -> Filing:
        """A draft that holds these rows."""
        draft = open_draft(
            enterprise=self.enterprise, month=self.month, by=self.filer, at=at, reason="typing"
        )
        numbered = [SourceRow(line, each.cells) for line, each in enumerate(rows, start=2)]
        fill_draft(filing=draft, rows=numbered, by=self.filer, at=at)
        draft.refresh_from_db()
        return draft

    def submit(self, draft: Filing, at: datetime) -> Filing:
        """Hand the draft over and attest to it."""
        hand_over(filing=draft, by=self.filer, at=at)
        return attest_filing(filing=draft, seen=at, by=self.attester, at=at)

    def amend(self, at: datetime) -> Filing:
        """The draft of an amendment, as it begins on the desk."""
        return open_draft(
            enterprise=self.enterprise, month=self.month, by=self.filer, at=at,
            reason="Weighed anew", reason_kind="measured", with_records=True,
        )  # fmt: skip


@pytest.fixture
def desk(northern: Enterprise, february: Month, filer: User, attester: User) -> Desk:
    """Northern's desk for February."""
    return Desk(northern, february, filer, attester)


def test_an_amendment_starts_from_the_submitted_records(
    desk: Desk, noon: datetime, later: datetime
) -> None:
    first = desk.submit(desk.fill(mined("A"), mined("B"), at=noon), noon)

    draft = desk.amend(later)

    assert (draft.version, draft.record_count, draft.reason_kind) == (2, 2, "measured")
    said = ("line", "kind", "date", "lot", "product", "gross_kg", "reo_percent", "reo_kg")
    assert list(draft.records.values_list(*said)) == list(first.records.values_list(*said))
    assert AuditEvent.objects.filter(action="filing.drafted").latest("pk").facts["records"] == 2


def test_an_amendment_that_changes_nothing_is_not_handed_over(
    desk: Desk, noon: datetime, later: datetime
) -> None:
    desk.submit(desk.fill(mined("A"), mined("B"), at=noon), noon)
    draft = desk.amend(later)

    with pytest.raises(NothingDiffers):
        hand_over(filing=draft, by=desk.filer, at=later)
    turned = desk.fill(mined("B"), mined("A"), at=later)  # the same records in another order
    with pytest.raises(NothingDiffers):
        hand_over(filing=turned, by=desk.filer, at=later)

    draft.refresh_from_db()
    assert draft.ready_at is None


def test_a_nil_return_amended_to_a_nil_return_changes_nothing(
    desk: Desk, noon: datetime, later: datetime
) -> None:
    draft = open_draft(enterprise=desk.enterprise, month=desk.month, by=desk.filer, at=noon)
    hand_over(filing=draft, by=desk.filer, at=noon, nil=True)
    attest_filing(filing=draft, seen=noon, by=desk.attester, at=noon)

    with pytest.raises(NothingDiffers):
        hand_over(filing=desk.amend(later), by=desk.filer, at=later, nil=True)


def test_differences_tell_what_was_added_changed_and_cancelled(
    desk: Desk, noon: datetime, later: datetime
) -> None:
    first = desk.submit(desk.fill(mined("A"), mined("B"), mined("C"), mined("C"), at=noon), noon)
    second = desk.fill(mined("C"), mined("B", "900", "51"), mined("A"), mined("D"), at=later)

    told = differences(first, second)

    assert (told.added, told.changed, told.cancelled) == (0, 2, 0)
    parts = [[(p.column, p.before, p.after) for p in one.parts] for one in told.shown]
    assert parts[0] == [
        ("gross_kg", Decimal(1000), Decimal(900)),
        ("reo_percent", Decimal(50), Decimal(51)),
    ]
    # One of the two alike is gone and stood on the line where another lot stands now.
    assert parts[1] == [("lot", "C", "D")]


def test_differences_of_records_that_have_no_other_side(
    desk: Desk, noon: datetime, later: datetime
) -> None:
    first = desk.submit(desk.fill(mined("A"), at=noon), noon)
    second = desk.fill(
        row("stock", "2025-02-28", "A", "0"), row("loss", "2025-02-20", "A", "1", note="spilt"),
        at=later,
    )  # fmt: skip

    told = differences(first, second)

    assert (told.added, told.changed, told.cancelled) == (2, 0, 1)
    assert {(str(one.verb), one.record.kind) for one in told.shown} == {
        ("cancelled", "extraction"),
        ("added", "stock"),
        ("added", "loss"),
    }


def test_preview_foretells_what_submission_and_the_checks_do(
    desk: Desk, noon: datetime, later: datetime, outsider: Enterprise
) -> None:
    give_cap(desk.enterprise, "mining_rock", "100")
    sold = row("sale", "2025-02-20", "A", "1200", counterparty=outsider.uscc or "", document="INV1")
    draft = desk.fill(mined("A"), sold, at=noon)

    told = preview_submission(filing=draft, by=desk.filer, at=later)

    assert (CapUse.objects.count(), Balance.objects.count(), Finding.objects.count()) == (0, 0, 0)
    draft.refresh_from_db()
    assert (draft.status, draft.digest) == ("draft", "")
    desk.submit(draft, later)
    (cap,) = told.caps
    (position,) = cap_position(desk.enterprise, 2025)
    assert (cap.before_kg, cap.after_kg, cap.over_kg) == (0, position.used_kg, Decimal(400))
    (lot,) = told.balances.shown
    held = Balance.objects.get()
    assert (lot.in_kg, lot.out_kg, lot.after_kg) == (held.in_kg, held.out_kg, Decimal(-200))
    _reconcile(desk, later)
    on_record = {finding.title for finding in Finding.objects.all()}
    assert {"Over cap", "Oversold lot"} <= on_record
    assert {one.title for one in told.findings.shown_opened} == on_record


def test_preview_of_an_amendment_foretells_what_it_clears_and_changes(
    desk: Desk, noon: datetime, later: datetime
) -> None:
    give_cap(desk.enterprise, "mining_rock", "100")
    desk.submit(desk.fill(mined("A"), mined("B"), at=noon), noon)

    less = preview_submission(filing=desk.fill(mined("A"), at=later), by=desk.filer, at=later)
    none = preview_submission(filing=desk.fill(mined("A", "10"), at=later), by=desk.filer, at=later)

    assert (less.findings.cleared, less.findings.changed) == (0, 1)
    relief = str(CHECK_OF["cap_relief_amendment"].title)
    assert [one.title.lower() for one in less.findings.shown_opened] == [relief.lower()]
    ((was, will),) = less.findings.shown_changed
    assert "0.900" in was.message
    assert "0.400" in will.message
    assert [one.title for one in none.findings.shown_cleared] == ["Over cap"]
    assert {lot.number for lot in less.balances.shown} == {"B"}
    assert Lot.objects.get(number="B").product is not None


def test_preview_is_of_drafts(desk: Desk, noon: datetime, later: datetime) -> None:
    filing = desk.submit(desk.fill(mined("A"), at=noon), noon)

    with pytest.raises(AlreadySubmitted):
        preview_submission(filing=filing, by=desk.filer, at=later)


def _reconcile(desk: Desk, at: datetime) -> Any:
    asked = ask_reconciliation(
        year=2025, as_of=date(2025, 3, 5), by=desk.filer, at=at, enterprise=desk.enterprise
    )
    return run_reconciliation(reconciliation=asked, at=at + timedelta(minutes=1))
