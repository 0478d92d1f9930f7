"""Drafting, submitting and amending a month: what follows, what is refused, and two at once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.kernel.period import CIVIL, Month
from tests.cast import make_user
from traceability.models import Balance, CapUse, Filing, Lot
from traceability.queries.replay import replay_differences
from traceability.rules.filings import (
    AlreadySubmitted,
    AttesterIsPreparer,
    MonthNotBegun,
    MonthNotOver,
    NotAFiler,
    ReasonNeeded,
)
from traceability.rules.intake import COLUMNS
from traceability.services.filings import (
    DraftGone,
    discard_draft,
    fill_draft,
    open_draft,
    submit_filing,
)
from traceability.services.intake import SourceRow


def row(kind: str, date: str, lot: str, kg: str, **cells: str) -> SourceRow:
    """A row of a file."""
    told = {"kind": kind, "date": date, "lot": lot, "gross_kg": kg} | cells
    return SourceRow(2, [told.get(column) for column in COLUMNS])


def mined(lot: str = "ORE-1", kg: str = "1000", percent: str = "50") -> SourceRow:
    """Mixed concentrate of February."""
    return row("extraction", "2025-02-10", lot, kg, product="ORE-MIX", reo_percent=percent)


def used(lot: str, kg: str, maker: Enterprise, date: str = "2025-02-12") -> SourceRow:
    """Part of a lot that goes into run R1."""
    return row("input", date, lot, kg, lot_maker=maker.uscc or "", run="R1")


def made(kg: str, date: str = "2025-02-20", product: str = "CMP-CARB") -> SourceRow:
    """A compound that leaves run R1."""
    return row("output", date, "C-1", kg, product=product, reo_percent="100", run="R1")


class Desk:
    """One enterprise's two people at work."""

    def __init__(self, enterprise: Enterprise, filer: User, attester: User) -> None:
        self.enterprise = enterprise
        self.filer = filer
        self.attester = attester

    def draft(self, month: Month, *rows: SourceRow, at: datetime) -> Filing:
        """A filled draft of a month."""
        draft = open_draft(
            enterprise=self.enterprise, month=month, by=self.filer, at=at, reason="corrected"
        )
        numbered = [SourceRow(line, each.cells) for line, each in enumerate(rows, start=2)]
        fill_draft(filing=draft, rows=numbered, by=self.filer, at=at)
        return draft

    def file(self, month: Month, *rows: SourceRow, at: datetime) -> Filing:
        """A submitted month."""
        return submit_filing(filing=self.draft(month, *rows, at=at), by=self.attester, at=at)


@pytest.fixture
def north(northern: Enterprise, filer: User, attester: User) -> Desk:
    """Northern's desk."""
    return Desk(northern, filer, attester)


@pytest.fixture
def south(southern: Enterprise, southern_filer: User, southern_attester: User) -> Desk:
    """Southern's desk."""
    return Desk(southern, southern_filer, southern_attester)


def use_of(enterprise: Enterprise) -> dict[tuple[str, str], Decimal]:
    """Its cap use by month and category."""
    return {
        (str(use.month), use.category): use.reo_kg
        for use in CapUse.objects.filter(enterprise=enterprise)
    }


def test_open_draft_begins_with_version_one(north: Desk, february: Month, noon: datetime) -> None:
    draft = open_draft(enterprise=north.enterprise, month=february, by=north.filer, at=noon)
    again = open_draft(enterprise=north.enterprise, month=february, by=north.attester, at=noon)

    assert (draft.version, draft.status, draft.prepared_by) == (1, "draft", north.filer)
    assert again == draft
    assert AuditEvent.objects.filter(action="filing.drafted").count() == 1


@pytest.mark.parametrize(
    ("month", "refusal"),
    [(Month(2025, 3), None), (Month(2025, 4), MonthNotBegun), (Month(2024, 1), None)],
)
def test_open_draft_refuses_months_that_lie_ahead(
    north: Desk, month: Month, refusal: Any, noon: datetime
) -> None:
    if refusal is None:
        assert open_draft(enterprise=north.enterprise, month=month, by=north.filer, at=noon)
        return

    with pytest.raises(refusal):
        open_draft(enterprise=north.enterprise, month=month, by=north.filer, at=noon)


def test_open_draft_refuses_who_files_nothing(
    outsider: Enterprise, february: Month, filer: User, noon: datetime
) -> None:
    with pytest.raises(NotAFiler):
        open_draft(enterprise=outsider, month=february, by=filer, at=noon)


def test_open_draft_of_an_amendment_needs_a_reason(
    north: Desk, february: Month, noon: datetime, later: datetime
) -> None:
    north.file(february, mined(), at=noon)

    with pytest.raises(ReasonNeeded):
        open_draft(
            enterprise=north.enterprise, month=february, by=north.filer, at=later, reason="  "
        )
    amendment = open_draft(
        enterprise=north.enterprise, month=february, by=north.filer, at=later, reason="typing"
    )

    assert (amendment.version, amendment.reason) == (2, "typing")


def test_submit_filing_gives_a_receipt(north: Desk, february: Month, noon: datetime) -> None:
    draft = north.draft(february, mined(), mined("ORE-2"), at=noon)

    filing = submit_filing(filing=draft, by=north.attester, at=noon)

    filing.refresh_from_db()
    assert (filing.status, filing.submitted_at, filing.attested_by) == (
        "submitted",
        noon,
        north.attester,
    )
    assert filing.receipt_no == f"2025-02-{north.enterprise.uscc}-v1"
    assert len(filing.digest) == 64
    assert filing.record_count == 2
    event = AuditEvent.objects.get(action="filing.submitted")
    assert (event.by, event.at) == (north.attester, noon)
    assert event.facts["digest"] == filing.digest
    assert event.facts["receipt_no"] == filing.receipt_no


def test_submit_filing_writes_what_follows(
    north: Desk, february: Month, noon: datetime, southern: Enterprise
) -> None:
    sold = row(
        "sale", "2025-02-11", "ORE-1", "300", counterparty=southern.uscc or "", document="INV1"
    )

    north.file(february, mined(), sold, at=noon)

    lot = Lot.objects.get(number="ORE-1")
    assert (lot.product and lot.product.code, lot.reo_percent) == ("ORE-MIX", 50)
    balance = Balance.objects.get(enterprise=north.enterprise, lot=lot)
    assert (balance.in_kg, balance.out_kg) == (1000, 300)
    assert use_of(north.enterprise) == {("2025-02", "mining_rock"): 500}
    assert replay_differences() == []


def test_submit_filing_takes_a_nil_return(north: Desk, february: Month, noon: datetime) -> None:
    draft = open_draft(enterprise=north.enterprise, month=february, by=north.filer, at=noon)

    filing = submit_filing(filing=draft, by=north.attester, at=noon)

    assert (filing.status, filing.record_count) == ("submitted", 0)
    assert len(filing.digest) == 64


def test_a_digest_tells_what_was_filed_and_in_which_order(
    north: Desk, south: Desk, february: Month, noon: datetime
) -> None:
    january = february - 1
    rows = [row("stock", "2025-02-28", name, "1") for name in ("A", "B")]
    maker = north.enterprise.uscc or ""
    of_north = [row("stock", "2025-02-28", name, "1.000", lot_maker=maker) for name in ("A", "B")]

    first = north.file(february, *rows, at=noon)
    same = south.file(february, *of_north, at=noon)
    turned = north.file(february, *reversed(rows), at=noon + timedelta(hours=1))

    assert same.digest == first.digest
    assert turned.digest != first.digest
    assert north.file(january, at=noon).digest == south.file(january, at=noon).digest


def test_submit_filing_refuses_before_the_month_is_over(north: Desk, noon: datetime) -> None:
    draft = open_draft(enterprise=north.enterprise, month=Month(2025, 3), by=north.filer, at=noon)

    with pytest.raises(MonthNotOver):
        submit_filing(
            filing=draft, by=north.attester, at=datetime(2025, 3, 31, 23, 59, tzinfo=CIVIL)
        )

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert submit_filing(
        filing=draft, by=north.attester, at=datetime(2025, 4, 1, 0, 0, tzinfo=CIVIL)
    )


def test_submit_filing_refuses_its_preparer(north: Desk, february: Month, noon: datetime) -> None:
    draft = open_draft(enterprise=north.enterprise, month=february, by=north.filer, at=noon)
    fill_draft(filing=draft, rows=[mined()], by=north.attester, at=noon)

    with pytest.raises(AttesterIsPreparer):
        submit_filing(filing=draft, by=north.attester, at=noon)

    assert not CapUse.objects.exists()


def test_submit_filing_refuses_who_may_not(
    north: Desk, south: Desk, february: Month, noon: datetime, supervisor: User
) -> None:
    draft = north.draft(february, mined(), at=noon)
    second_filer = make_user(north.enterprise.organisation, "filer")

    for somebody in (second_filer, south.attester, supervisor):
        with pytest.raises(PermissionDenied):
            submit_filing(filing=draft, by=somebody, at=noon)

    assert not AuditEvent.objects.filter(action="filing.submitted").exists()


def test_submit_filing_refuses_a_second_time(
    north: Desk, february: Month, noon: datetime, later: datetime
) -> None:
    filing = north.file(february, mined(), at=noon)

    with pytest.raises(AlreadySubmitted, match=filing.receipt_no):
        submit_filing(filing=filing, by=north.attester, at=later)
    with pytest.raises(AlreadySubmitted):
        fill_draft(filing=filing, rows=[], by=north.filer, at=later)
    with pytest.raises(AlreadySubmitted):
        discard_draft(filing=filing, by=north.filer, at=later)


def test_what_is_submitted_is_sealed_by_the_database(
    north: Desk, february: Month, noon: datetime
) -> None:
    filing = north.file(february, mined(), at=noon)

    for deed in (
        lambda: filing.records.all()._raw_delete("default"),
        lambda: filing.records.update(gross_kg=1),
        lambda: Filing.objects.filter(pk=filing.pk).update(digest="0" * 64),
        lambda: Filing.objects.filter(pk=filing.pk).update(status="draft"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            deed()

    assert filing.records.count() == 1


def test_discard_draft_leaves_what_is_submitted(
    north: Desk, february: Month, noon: datetime, later: datetime
) -> None:
    submitted = north.file(february, mined(), at=noon)
    draft = north.draft(february, mined(kg="5"), at=later)

    discard_draft(filing=draft, by=north.filer, at=later)

    assert [each.pk for each in Filing.objects.all()] == [submitted.pk]
    assert replay_differences() == []
    with pytest.raises(DraftGone):
        submit_filing(filing=draft, by=north.attester, at=later)


def test_an_amendment_takes_the_place_of_the_month(
    north: Desk, february: Month, noon: datetime, later: datetime
) -> None:
    first = north.file(february, mined(), mined("ORE-2"), at=noon)

    second = north.file(february, mined(kg="800", percent="60"), at=later)

    first.refresh_from_db()
    assert (first.status, second.status, second.version) == ("superseded", "submitted", 2)
    assert second.receipt_no == f"2025-02-{north.enterprise.uscc}-v2"
    assert use_of(north.enterprise) == {("2025-02", "mining_rock"): 480}
    assert [(held.lot.number, held.in_kg) for held in Balance.objects.all()] == [("ORE-1", 800)]
    assert Lot.objects.get(number="ORE-1").reo_percent == 60
    assert Lot.objects.get(number="ORE-2").product is None
    assert replay_differences() == []


# --- what counts against the separation cap -------------------------------------------------------
def test_compounds_count_by_the_share_of_ore_in_their_run(
    north: Desk, february: Month, noon: datetime
) -> None:
    scrap = row(
        "recycled", "2025-02-01", "S-1", "100", product="OX-MIX", reo_percent="100", document="D1"
    )
    here = north.enterprise

    north.file(
        february, mined(), scrap, used("ORE-1", "600", here), used("S-1", "100", here), made("360"),
        at=noon,
    )  # fmt: skip

    # 300 kg REO of ore and 100 of scrap went in: three quarters of 360 count.
    assert use_of(here) == {("2025-02", "mining_rock"): 500, ("2025-02", "separation"): 270}


@pytest.mark.parametrize(
    ("product", "counted"),
    [("CMP-CARB", 100), ("OX-ND", 100), ("MET-PRND", None), ("MAG-NDFEB", None)],
)
def test_only_compounds_count_against_separation(
    north: Desk, february: Month, noon: datetime, product: str, counted: int | None
) -> None:
    north.file(
        february, mined(), used("ORE-1", "600", north.enterprise), made("100", product=product),
        at=noon,
    )  # fmt: skip

    assert use_of(north.enterprise).get(("2025-02", "separation")) == counted


def test_imported_ore_counts_at_separation_and_not_when_it_arrives(
    south: Desk, february: Month, noon: datetime
) -> None:
    arrived = row(
        "import", "2025-02-01", "MON-1", "1000", product="ORE-MON", reo_percent="60", country="MM",
        document="CD1",
    )  # fmt: skip

    south.file(february, arrived, used("MON-1", "500", south.enterprise), made("280"), at=noon)

    assert use_of(south.enterprise) == {("2025-02", "separation"): 280}


def test_a_run_may_take_in_one_month_what_it_gives_in_the_next(
    north: Desk, february: Month, noon: datetime
) -> None:
    here, january = north.enterprise, february - 1
    ore = row("extraction", "2025-01-02", "ORE-0", "1000", product="ORE-MIX", reo_percent="50")

    north.file(january, ore, used("ORE-0", "600", here, "2025-01-30"), at=noon)
    north.file(february, made("200", "2025-02-03"), at=noon + timedelta(minutes=1))

    assert use_of(here) == {("2025-01", "mining_rock"): 500, ("2025-02", "separation"): 200}


def test_what_goes_in_after_the_month_of_the_output_changes_nothing_of_it(
    north: Desk, february: Month, noon: datetime
) -> None:
    here, january = north.enterprise, february - 1
    ore = row("extraction", "2025-01-02", "ORE-0", "1000", product="ORE-MIX", reo_percent="50")
    scrap = row(
        "recycled", "2025-02-01", "S-1", "900", product="OX-MIX", reo_percent="100", document="D1"
    )

    north.file(
        january, ore, used("ORE-0", "600", here, "2025-01-03"), made("200", "2025-01-20"), at=noon
    )
    north.file(february, scrap, used("S-1", "900", here), at=noon + timedelta(minutes=1))

    assert use_of(here)["2025-01", "separation"] == 200


def test_output_of_unknown_origin_counts_in_full_until_the_maker_files(
    north: Desk, south: Desk, february: Month, noon: datetime
) -> None:
    bought = used("C-9", "500", north.enterprise)

    south.file(february, bought, made("300"), at=noon)
    before = use_of(south.enterprise)
    carbonate = row(
        "output", "2025-02-01", "C-9", "500", product="CMP-CARB", reo_percent="70", run="N1"
    )
    north.file(february, carbonate, at=noon + timedelta(minutes=1))

    assert before == {("2025-02", "separation"): 300}
    # Carbonate that counted where it was made does not count again.
    assert use_of(south.enterprise) == {}
    assert use_of(north.enterprise) == {("2025-02", "separation"): 350}
    assert replay_differences() == []


def test_an_amendment_of_the_maker_reaches_the_buyers_use(
    north: Desk, south: Desk, february: Month, noon: datetime
) -> None:
    north.file(february, mined(), at=noon)
    south.file(february, used("ORE-1", "500", north.enterprise), made("240"), at=noon)
    before = use_of(south.enterprise)

    corrected = row(
        "output", "2025-02-10", "ORE-1", "1000", product="CMP-CARB", reo_percent="50", run="N1"
    )
    north.file(february, corrected, at=noon + timedelta(minutes=1))

    assert before == {("2025-02", "separation"): 240}
    assert use_of(south.enterprise) == {}
    assert replay_differences() == []


# --- two at once ----------------------------------------------------------------------------------
def at_once(*deeds: Callable[[], Any]) -> list[str]:
    """Do every deed on a connection of its own at the same moment; the outcomes, sorted."""
    outcomes: list[str] = []
    gate = threading.Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=20)
            deed()
            outcomes.append("done")
        except Exception as problem:
            outcomes.append(type(problem).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def test_two_clicks_submit_once(
    committed_db: str, north: Desk, february: Month, noon: datetime
) -> None:
    draft = north.draft(february, mined(), at=noon)

    def click() -> None:
        submit_filing(filing=draft, by=north.attester, at=noon)

    assert at_once(click, click, click) == ["AlreadySubmitted", "AlreadySubmitted", "done"]
    assert AuditEvent.objects.filter(action="filing.submitted").count() == 1
    assert use_of(north.enterprise) == {("2025-02", "mining_rock"): 500}


def test_two_who_open_a_month_get_one_draft(
    committed_db: str, north: Desk, february: Month, noon: datetime
) -> None:
    def opening() -> None:
        open_draft(enterprise=north.enterprise, month=february, by=north.filer, at=noon)

    assert at_once(opening, opening, opening) == ["done", "done", "done"]
    assert Filing.objects.count() == 1


def test_enterprises_that_use_each_others_lots_submit_at_once(
    committed_db: str, north: Desk, south: Desk, february: Month, noon: datetime
) -> None:
    months = [february, february - 1, february - 2, february - 3]

    def drafts(desk: Desk, other: Desk) -> list[Filing]:
        return [
            desk.draft(
                month,
                row("extraction", f"{month}-02", f"L-{month}", "1000", product="ORE-MIX",
                    reo_percent="50"),
                used(f"L-{month}", "100", other.enterprise, f"{month}-03"),
                made("40", f"{month}-04"),
                at=noon,
            )
            for month in months
        ]  # fmt: skip

    pairs = list(zip(drafts(north, south), drafts(south, north), strict=True))
    outcomes = []
    for ours, theirs in pairs:
        outcomes += at_once(
            lambda ours=ours: submit_filing(filing=ours, by=north.attester, at=noon),
            lambda theirs=theirs: submit_filing(filing=theirs, by=south.attester, at=noon),
        )

    assert outcomes == ["done"] * 8
    assert replay_differences() == []
    assert CapUse.objects.filter(category="separation").count() == 8


def test_a_draft_is_filled_and_submitted_at_once(
    committed_db: str, north: Desk, february: Month, noon: datetime, later: datetime
) -> None:
    draft = north.draft(february, mined(), at=noon)

    outcomes = at_once(
        lambda: fill_draft(filing=draft, rows=[mined(kg="700")], by=north.filer, at=later),
        lambda: submit_filing(filing=draft, by=north.attester, at=later),
    )

    assert outcomes in (["done", "done"], ["AlreadySubmitted", "done"])
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert replay_differences() == []


def test_one_draft_for_a_month_is_held_by_the_database(
    north: Desk, february: Month, noon: datetime
) -> None:
    draft = open_draft(enterprise=north.enterprise, month=february, by=north.filer, at=noon)

    with pytest.raises(IntegrityError, match="filing_one_draft"), transaction.atomic():
        Filing.objects.create(
            enterprise=north.enterprise,
            month=february,
            version=draft.version + 1,
            prepared_by=north.filer,
            prepared_at=noon,
        )
