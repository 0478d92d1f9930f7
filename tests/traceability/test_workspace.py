"""The month as a workspace: rows written a few at a time, by several people, never lost."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from tests.cast import make_user
from tests.traceability.test_submission import mined
from traceability.models import Filing, Record, UnfinishedRow
from traceability.queries.workspace import (
    counts_of_tabs,
    lots_offered,
    partners_offered,
    rows_of_tab,
    standing_rows,
)
from traceability.rules.handover import AmendmentNeeded
from traceability.rules.workspace import (
    RowChange,
    RowsChangedMeanwhile,
    RowsInTheWay,
    RowTwice,
    UnfinishedRows,
)
from traceability.services.filings import discard_draft, fill_draft, open_draft, submit_filing
from traceability.services.handover import hand_over
from traceability.services.workspace import change_rows, start_from_last_month

pytestmark = pytest.mark.django_db
MINED = {
    "kind": "extraction", "date": "2025-02-03", "lot": "L-1", "product": "ORE-MIX",
    "gross_kg": "1000", "reo_percent": "60",
}  # fmt: skip


@pytest.fixture
def write(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Callable[..., Any]:
    """Change rows of Northern's February: (line, before, after) each."""

    def written(*changes: Any, by: User = filer, at: datetime = noon) -> Filing:
        told = [RowChange(*change) for change in changes]
        return change_rows(enterprise=northern, month=february, changes=told, by=by, at=at)

    return written


def test_a_row_free_of_faults_becomes_a_record(write: Any, filer: User) -> None:
    draft = write((1, None, {**MINED, "gross_kg": "1,000.50", "product": "混合稀土精矿"}))

    record = Record.objects.get()
    assert (record.line, str(record.gross_kg), record.product.code) == (1, "1000.500", "ORE-MIX")
    assert (draft.record_count, draft.prepared_by) == (1, filer)
    row = standing_rows(draft)[1]
    assert (row.is_record, row.cells) == (True, {**MINED, "gross_kg": "1000.5"})
    actions = list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["filing.drafted", "filing.filled"]


def test_a_row_with_faults_waits_as_it_was_typed(write: Any) -> None:
    draft = write((1, None, {"kind": "extraction", "lot": "L-1", "gross_kg": "lots"}))

    assert draft.record_count == 0
    row = standing_rows(draft)[1]
    assert row.cells == {"kind": "extraction", "lot": "L-1", "gross_kg": "lots"}
    assert {(column, code) for column, code, _value in row.faults} == {
        ("date", "missing"), ("product", "missing"), ("reo_percent", "missing"),
        ("gross_kg", "number_form"),
    }  # fmt: skip

    draft = write((1, row.cells, MINED))

    assert (draft.record_count, UnfinishedRow.objects.count()) == (1, 0)


def test_a_record_stays_until_its_change_is_free_of_faults(write: Any) -> None:
    write((1, None, MINED))

    draft = write((1, MINED, {**MINED, "gross_kg": "-1"}))

    assert str(Record.objects.get().gross_kg) == "1000.000"
    assert standing_rows(draft)[1].cells["gross_kg"] == "-1"
    assert counts_of_tabs(draft)["production"] == 1
    write((1, {**MINED, "gross_kg": "-1"}, None))
    assert (Record.objects.count(), UnfinishedRow.objects.count()) == (0, 0)


def test_stale_edits_are_refused_line_by_line_with_both_values(write: Any, filer: User) -> None:
    write((1, None, MINED), (2, None, {**MINED, "lot": "L-2"}))
    colleague = make_user(filer.organisation, "filer")
    write((1, MINED, {**MINED, "gross_kg": "900"}), by=colleague)

    with pytest.raises(RowsChangedMeanwhile) as refused:
        write(
            (1, MINED, {**MINED, "gross_kg": "800"}),
            (2, {**MINED, "lot": "L-2"}, {**MINED, "lot": "L-2", "gross_kg": "5"}),
        )

    (conflict,) = refused.value.conflicts
    assert conflict.change.after["gross_kg"] == "800"
    assert (conflict.standing.cells["gross_kg"], conflict.standing.by) == ("900", str(colleague))
    assert str(Record.objects.get(line=2).gross_kg) == "1000.000"


def test_a_change_sent_twice_does_no_harm(write: Any) -> None:
    typed = {**MINED, "gross_kg": "1,000.0", "lot_maker": ""}
    write((1, None, typed), (2, None, {"kind": "sale", "note": "soon"}))

    again = write((1, None, typed), (2, None, {"kind": "sale", "note": "soon"}))

    assert (again.record_count, UnfinishedRow.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="filing.filled").count() == 1


def test_a_line_is_named_once(write: Any) -> None:
    with pytest.raises(RowTwice):
        write((1, None, MINED), (1, None, MINED))


def test_a_draft_with_unfinished_rows_is_not_handed_over(
    write: Any, filer: User, noon: datetime
) -> None:
    draft = write((1, None, MINED), (2, None, {"kind": "sale"}))

    with pytest.raises(UnfinishedRows, match="1"):
        hand_over(filing=draft, by=filer, at=noon)

    write((2, {"kind": "sale"}, None))
    assert hand_over(filing=draft, by=filer, at=noon).ready_at == noon
    assert write((1, MINED, {**MINED, "gross_kg": "2"})).ready_at is None


def test_what_was_submitted_is_not_written(
    write: Any, filer: User, attester: User, noon: datetime
) -> None:
    submit_filing(filing=write((1, None, MINED)), by=attester, at=noon)

    with pytest.raises(AmendmentNeeded):
        write((2, None, MINED))


def test_a_file_or_the_bin_takes_unfinished_rows_along(
    write: Any, filer: User, noon: datetime
) -> None:
    draft = write((1, None, {"kind": "sale"}))
    fill_draft(filing=draft, rows=[mined("A")], by=filer, at=noon)
    assert not UnfinishedRow.objects.exists()

    write((9, None, {"kind": "sale"}))
    discard_draft(filing=draft, by=filer, at=noon)
    assert not UnfinishedRow.objects.exists()


def test_last_months_shape_has_no_masses(
    northern: Enterprise, southern: Enterprise, february: Month, filer: User, attester: User,
    noon: datetime, write: Any,
) -> None:  # fmt: skip
    january = {"enterprise": northern, "month": Month(2025, 1), "by": filer, "at": noon}
    sold = {
        "kind": "sale", "date": "2025-01-09", "lot": "J-1", "gross_kg": "10",
        "counterparty": southern.uscc, "document": "INV1",
    }  # fmt: skip
    mined_twice = [
        RowChange(line, None, {**MINED, "date": "2025-01-03", "lot": f"J-{line}"})
        for line in (1, 2)
    ]
    filed = change_rows(changes=[*mined_twice, RowChange(3, None, sold)], **january)
    submit_filing(filing=filed, by=attester, at=noon)

    draft = start_from_last_month(enterprise=northern, month=february, by=filer, at=noon)

    rows = [row.cells for _line, row in sorted(standing_rows(draft).items())]
    assert rows == [
        {"kind": "extraction", "product": "ORE-MIX"},
        {"kind": "sale", "counterparty": southern.uscc},
        {"kind": "stock", "lot": "J-1", "date": "2025-02-28"},
        {"kind": "stock", "lot": "J-2", "date": "2025-02-28"},
    ]
    assert draft.record_count == 0
    with pytest.raises(RowsInTheWay):
        start_from_last_month(enterprise=northern, month=february, by=filer, at=noon)


def test_lots_held_come_first_and_the_drafts_own_after(
    northern: Enterprise, southern: Enterprise, february: Month, filer: User, attester: User,
    southern_filer: User, southern_attester: User, noon: datetime, write: Any,
) -> None:  # fmt: skip
    january = {"month": Month(2025, 1), "at": noon}
    bought = {
        "kind": "sale", "date": "2025-01-09", "lot": "S-1", "gross_kg": "10",
        "counterparty": northern.uscc, "document": "INV1",
    }  # fmt: skip
    for enterprise, who, seal, cells in (
        (northern, filer, attester, {**MINED, "date": "2025-01-03", "lot": "HELD-1"}),
        (southern, southern_filer, southern_attester, bought),
    ):
        changes = [RowChange(1, None, cells)]
        filed = change_rows(enterprise=enterprise, changes=changes, by=who, **january)
        submit_filing(filing=filed, by=seal, at=noon)
    draft = write((1, None, {**MINED, "lot": "NEW-1"}))

    held = lots_offered(northern, draft, "", shipped=False)
    shipped = lots_offered(northern, draft, "s-", shipped=True)

    assert [(lot.number, str(lot.kg), lot.place) for lot in held] == [
        ("HELD-1", "1000.000", 0),
        ("NEW-1", "1000.000", 1),
    ]
    assert [(lot.number, lot.maker, lot.own) for lot in shipped] == [("S-1", southern.uscc, False)]
    assert lots_offered(northern, None, "100%", shipped=False) == []


def test_partners_are_found_by_name_and_code(northern: Enterprise, southern: Enterprise) -> None:
    assert partners_offered(northern, "") == []
    assert partners_offered(northern, "south") == [southern]
    assert partners_offered(northern, (southern.uscc or "")[:17]) == [southern]
    assert northern not in partners_offered(northern, "North")


def test_tabs_show_their_kinds_and_the_first_those_without_one(write: Any) -> None:
    draft = write((1, None, MINED), (2, None, {"note": "?"}), (3, None, {"kind": "sale"}))

    assert list(rows_of_tab(draft, "production")) == [1, 2]
    assert list(rows_of_tab(draft, "sales")) == [3]


# --- the pages ---


@pytest.fixture
def desk(client: Client, filer: User, noon: datetime, monkeypatch: Any) -> Client:
    """Northern's filer at noon, in English."""
    monkeypatch.setattr("portal.kernel.clock.now", lambda: noon)
    monkeypatch.setattr("portal.kernel.clock.today", noon.date)
    filer.language = "en"
    filer.save(update_fields=["language"])
    client.force_login(filer)
    client.cookies["django_language"] = "en"
    return client


def address(name: str, *more: Any) -> str:
    """A page of February's workspace."""
    return reverse(f"traceability:{name}", args=["2025-02", *more])


def send(desk: Client, *changes: Any) -> Any:
    """Save rows as the grid does."""
    told = [dict(zip(("line", "before", "after"), change, strict=True)) for change in changes]
    return desk.post(
        address("filing_workspace"), json.dumps({"changes": told}), content_type="application/json"
    )


def test_the_grid_saves_and_tells_faults_beside_cells(desk: Client) -> None:
    page = desk.get(address("filing_workspace"))
    saved = send(desk, (1, None, MINED), (2, None, {"kind": "extraction", "gross_kg": "x"}))
    rows = desk.get(address("filing_workspace_rows"), {"tab": "production"}).json()

    assert (page.status_code, saved.status_code) == (200, 200)
    told = saved.json()
    assert (told["next"], told["unfinished"], told["counts"]["production"]) == (3, 1, 2)
    assert [
        column for column, text, _needed in told["rows"][1]["faults"]
        if column in ("gross_kg", "date")
    ][::-1] == ["gross_kg", "date"]  # fmt: skip
    assert rows["rows"] == told["rows"]


def test_the_grid_answers_conflicts_with_both_values(desk: Client, write: Any) -> None:
    write((1, None, MINED))

    answer = send(desk, (1, {**MINED, "gross_kg": "7"}, {**MINED, "gross_kg": "8"}))

    assert answer.status_code == 409
    (conflict,) = answer.json()["conflicts"]
    assert (conflict["yours"]["gross_kg"], conflict["theirs"]["gross_kg"]) == ("8", "1000")


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"[]", b'{"changes": [{"line": 0, "before": null, "after": {}}]}',
        b'{"changes": [{"line": 1, "before": null, "after": {"colour": "red"}}]}',
        b'{"changes": [{"line": 1, "before": null, "after": {"note": ["a"]}}]}',
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_not_saved(desk: Client, body: bytes) -> None:
    answer = desk.post(address("filing_workspace"), body, content_type="application/json")

    assert answer.status_code == 422
    assert not Filing.objects.exists()


def test_the_plain_form_does_the_same(desk: Client, write: Any) -> None:
    added = desk.post(address("filing_row", 0), {**MINED, "before": "null"}, follow=True)
    assert "The row is saved" in added.content.decode()

    form = desk.get(address("filing_row", 1)).context["form"]
    before = form["before"].value()
    assert json.loads(before) == MINED
    wrong = desk.post(
        address("filing_row", 1), {**MINED, "gross_kg": "-3", "before": before}, follow=True
    )
    text = wrong.content.decode()
    assert "must be more than 0" in text
    assert 'value="-3"' in text

    stale = desk.post(address("filing_row", 1), {**MINED, "note": "mine", "before": before})
    assert stale.status_code == 422
    assert "Somebody else wrote: -3" in stale.content.decode()

    typed = json.dumps({**MINED, "gross_kg": "-3"})
    gone = desk.post(address("filing_row", 1), {**MINED, "remove": "yes", "before": typed})
    assert gone.status_code == 302
    assert not Record.objects.exists()


def test_look_up_answers_lots_and_partners(desk: Client, write: Any, southern: Enterprise) -> None:
    write((1, None, MINED))

    lots = desk.get(address("filing_look_up"), {"what": "lot", "q": "l-"}).json()["found"]
    partners = desk.get(address("filing_look_up"), {"what": "partner", "q": "South"}).json()

    assert lots == [["L-1", "", "", "1,000.000 kg", "in this draft", ""]]
    assert partners["found"] == [[southern.uscc, "Southern"]]


def test_look_up_names_the_maker_of_a_lot_that_was_sold_to_the_reader(
    desk: Client, northern: Enterprise, southern: Enterprise, southern_filer: User,
    southern_attester: User, noon: datetime,
) -> None:  # fmt: skip
    sold = {
        "kind": "sale", "date": "2025-01-09", "lot": "S-1", "gross_kg": "10",
        "counterparty": northern.uscc, "document": "INV1",
    }  # fmt: skip
    filed = change_rows(
        enterprise=southern, month=Month(2025, 1), changes=[RowChange(1, None, sold)],
        by=southern_filer, at=noon,
    )  # fmt: skip
    submit_filing(filing=filed, by=southern_attester, at=noon)

    asked = {"what": "lot", "q": "s-", "shipped": "yes"}
    (found,) = desk.get(address("filing_look_up"), asked).json()["found"]

    assert found == ["S-1", southern.uscc, "", "10.000 kg", "sold to you", "Southern"]


def test_a_submitted_month_has_no_workspace(
    desk: Client, write: Any, attester: User, noon: datetime
) -> None:
    submit_filing(filing=write((1, None, MINED)), by=attester, at=noon)

    for name in ("filing_workspace", "filing_workspace_rows", "filing_rows", "filing_look_up"):
        assert desk.get(address(name)).status_code == 404


def test_the_page_of_a_full_tab_asks_few_questions(
    desk: Client, write: Any, django_assert_max_num_queries: Any
) -> None:
    write(*[(line, None, {**MINED, "lot": f"L-{line}"}) for line in range(1, 60)])

    with django_assert_max_num_queries(25):
        desk.get(address("filing_rows"))
    with django_assert_max_num_queries(25):
        desk.get(address("filing_workspace_rows"))


def test_open_draft_of_a_workspace_is_the_months_draft(
    write: Any, northern: Enterprise, february: Month, filer: User, noon: datetime
) -> None:
    draft = write((1, None, MINED))

    assert open_draft(enterprise=northern, month=february, by=filer, at=noon) == draft
