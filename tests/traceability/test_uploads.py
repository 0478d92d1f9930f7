"""Files on their way into a draft, and the draft on its way to the attester."""

import hashlib
import io
import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from python_calamine import CalamineWorkbook

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from portal.kernel.sheets.faults import FileRefused
from portal.notices.kinds import say
from portal.notices.models import Notice
from traceability import tasks
from traceability.models import Filing, Upload
from traceability.queries import uploads as queries
from traceability.rules.filings import AlreadySubmitted, MonthNotBegun, NotAFiler
from traceability.rules.handover import (
    AmendmentNeeded,
    DraftChanged,
    NotHandedOver,
    NothingToAttest,
    RecordsInTheWay,
)
from traceability.rules.sheets import UploadDone
from traceability.services import upload_rows, uploads
from traceability.services.filings import open_draft
from traceability.services.handover import attest_filing, declare_nil, hand_over
from traceability.services.uploads import receive_upload, stop_upload, work_upload
from traceability.sheets import read
from traceability.sheets.returned import write_returned

HEADER = "kind,date,lot,product,gross_kg,reo_percent,run,counterparty,document,country,note"
MINED = "extraction,2025-02-{:02},L-{},ORE-MIX,1000,60,,,,,"
PIECE = 300
pytestmark = pytest.mark.django_db


def lines(*rows: str) -> bytes:
    """A CSV file of these rows."""
    return "\n".join([HEADER, *rows]).encode()


GOOD = lines(MINED.format(3, 1), MINED.format(4, 2))
BAD = lines(MINED.format(3, 1), "gift,2025-03-04,,ORE-XXX,abc,60,,,,,", MINED.format(4, 2))


@pytest.fixture
def send(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Any:
    """Send a file for Northern's February."""

    def sent(content: bytes = GOOD, name: str = "february.csv") -> Upload:
        return receive_upload(
            enterprise=northern, month=february, file_name=name, content=content, by=filer, at=noon
        )

    return sent


@pytest.fixture
def draft(send: Any, noon: datetime) -> Filing:
    """Northern's February with two records."""
    return work_upload(upload=send(), at=noon).filing


def test_receive_upload_keeps_the_file_and_queues_it(send: Any, filer: User) -> None:
    upload = send()

    assert upload.state == "queued"
    assert bytes(Upload.objects.get().content) == GOOD
    assert len(upload.content_digest) == 64
    assert [event.action for event in AuditEvent.objects.all()] == ["upload.received"]


def test_receive_upload_refuses_what_cannot_become_a_draft(
    send: Any,
    northern: Enterprise,
    outsider: Enterprise,
    filer: User,
    noon: datetime,
    settings: Any,
) -> None:
    ahead = {"file_name": "a", "content": GOOD, "by": filer, "at": noon}

    with pytest.raises(FileRefused) as empty:
        send(b"")
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(FileRefused) as large:
        send(GOOD)
    assert (empty.value.fault, large.value.fault) == ("empty", "too_large")
    settings.UPLOAD_MAX_BYTES = 10_000
    with pytest.raises(MonthNotBegun):
        receive_upload(enterprise=northern, month=Month(2025, 4), **ahead)
    with pytest.raises(NotAFiler):
        receive_upload(enterprise=outsider, month=Month(2025, 2), **ahead)

    assert not Upload.objects.exists()
    assert not AuditEvent.objects.exists()


def test_work_upload_puts_the_rows_into_the_draft(send: Any, filer: User, later: datetime) -> None:
    upload = work_upload(upload=send(), at=later)

    assert (upload.state, upload.done, upload.total) == ("accepted", 2, 2)
    assert upload.filing.record_count == 2
    assert upload.filing.prepared_by == filer
    assert upload.filing.status == "draft"
    assert upload.finished_at >= later


@pytest.mark.parametrize("name", ["february.csv", "february.xlsx"])
def test_a_large_file_is_never_held_as_a_whole(
    northern: Enterprise, february: Month, filer: User, later: datetime,
    monkeypatch: pytest.MonkeyPatch, name: str,
) -> None:  # fmt: skip
    from tests.traceability.test_sheets_read import workbook

    class Pieces(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert size == PIECE
            return super().read(size)

    for place in (*("portal.kernel.sheets.content", "traceability.queries.uploads"),
                  "traceability.services.kept_files"):  # fmt: skip
        monkeypatch.setattr(f"{place}.PIECE", PIECE)
    table = [HEADER.split(","), *(MINED.format(3, n).split(",") for n in range(60))]
    content = lines(*(MINED.format(3, n) for n in range(60)))
    if name.endswith("xlsx"):
        content = workbook({"Feb": table})

    with CaptureQueriesContext(connection) as asked:
        sent = receive_upload(
            enterprise=northern, month=february, file_name=name, content=Pieces(content),
            by=filer, at=later,
        )  # fmt: skip
        upload = work_upload(upload=sent, at=later)

    assert len(content) > 4 * PIECE
    assert (upload.state, upload.filing.record_count) == ("accepted", 60)
    assert not [one for one in asked if '"traceability_upload"."content"' in one["sql"]]
    assert bytes(Upload.objects.get().content) == content
    assert sent.content_digest == hashlib.sha256(content).hexdigest()


def test_work_upload_refuses_with_every_fault_and_leaves_the_draft(
    send: Any, draft: Filing, later: datetime
) -> None:
    upload = work_upload(upload=send(BAD), at=later)

    assert (upload.state, upload.error_count) == ("refused", 5)
    assert [(e["line"], e["column"], e["code"]) for e in upload.errors] == [
        (3, "kind", "kind_unknown"),
        (3, "date", "date_outside"),
        (3, "lot", "missing"),
        (3, "product", "product_unknown"),
        (3, "gross_kg", "number_form"),
    ]
    draft.refresh_from_db()
    assert (draft.record_count, draft.records.count()) == (2, 2)


def test_work_upload_without_a_draft_leaves_none_behind_when_refused(
    send: Any, later: datetime
) -> None:
    work_upload(upload=send(BAD), at=later)

    assert not Filing.objects.exists()
    assert [e.action for e in AuditEvent.objects.order_by("id")] == [
        "upload.received",
        "upload.refused",
    ]


def test_errors_of_speaks_the_readers_language(send: Any, later: datetime) -> None:
    upload = work_upload(upload=send(BAD), at=later)

    with translation.override("en"):
        english = list(queries.errors_of(upload))
    with translation.override("zh-hans"):
        chinese = list(queries.errors_of(upload))

    assert (english[0].line, english[0].column, english[0].value) == (3, "kind", "gift")
    assert english[0].text.startswith("“gift” is no kind of record")
    assert chinese[0].column == "类别"


def test_work_upload_names_cells_of_a_workbook(send: Any, later: datetime) -> None:
    from tests.traceability.test_sheets_read import workbook

    rows = [HEADER.split(","), [], BAD.decode().splitlines()[2].split(",")]

    upload = work_upload(upload=send(workbook({"Feb": rows}), "a.xlsx"), at=later)

    assert [error["cell"] for error in upload.errors] == ["A3", "B3", "C3", "D3", "E3"]
    assert {error["sheet"] for error in upload.errors} == {"Feb"}


@pytest.mark.parametrize("content", [lines(), b"no headers here"])
def test_work_upload_fails_where_nothing_can_be_read(
    send: Any, draft: Filing, later: datetime, content: bytes
) -> None:
    upload = work_upload(upload=send(content), at=later)

    assert (upload.state, upload.error_count) == ("failed", 1)
    assert queries.file_fault(upload)
    draft.refresh_from_db()
    assert draft.records.count() == 2


def test_work_upload_joins_what_only_the_sheet_can_tell(send: Any, later: datetime) -> None:
    beside = MINED.format(5, 3) + ",what is this"

    upload = work_upload(upload=send(lines(MINED.format(3, 1), beside)), at=later)

    assert upload.state == "refused"
    assert [error["code"] for error in upload.errors] == ["stray"]
    assert not Filing.objects.exists()


def test_work_upload_caps_what_it_keeps_and_tells_the_whole_number(
    send: Any, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_ERRORS", 3)

    upload = work_upload(upload=send(BAD), at=later)

    assert (len(upload.errors), upload.error_count) == (3, 5)


def test_work_upload_twice_does_nothing_the_second_time(send: Any, later: datetime) -> None:
    upload = work_upload(upload=send(), at=later)
    events = AuditEvent.objects.count()

    again = work_upload(upload=upload, at=later + timedelta(minutes=1))

    assert again.deliveries == 1
    assert AuditEvent.objects.count() == events


def test_work_upload_gives_way_to_a_file_sent_later(send: Any, later: datetime) -> None:
    first, second = send(lines(MINED.format(9, 9))), send()
    work_upload(upload=second, at=later)

    overtaken = work_upload(upload=first, at=later)

    assert overtaken.errors == [{"fault": "overtaken", "facts": {}}]
    assert Filing.objects.get().record_count == 2


def test_work_upload_sets_aside_what_broke_off_three_times(
    send: Any, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionError

    upload = send()
    monkeypatch.setattr(upload_rows, "open_draft", broken)

    for _ in range(uploads.DELIVERIES):
        with pytest.raises(ConnectionError):
            work_upload(upload=upload, at=later)
    parked = work_upload(upload=upload, at=later)

    assert (parked.state, parked.deliveries) == ("failed", 3)
    assert parked.errors[0]["fault"] == "parked"


def test_work_upload_ends_in_words_when_the_month_was_submitted_meanwhile(
    send: Any, draft: Filing, attester: User, later: datetime
) -> None:
    upload = send()
    hand_over(filing=draft, by=draft.prepared_by, at=later)
    attest_filing(filing=draft, seen=later, by=attester, at=later)

    work_upload(upload=upload, at=later)

    upload.refresh_from_db()
    assert upload.errors == [{"fault": "closed_meanwhile", "facts": {}}]
    assert Filing.objects.get().status == "submitted"


def test_uploads_left_over_finds_waiting_and_abandoned_files(
    send: Any, noon: datetime, later: datetime
) -> None:
    waiting, abandoned, done = send(), send(), send()
    Upload.objects.filter(pk=abandoned.pk).update(state="working")
    Upload.objects.filter(pk=done.pk).update(state="accepted")

    assert queries.uploads_left_over(later) == [waiting.pk, abandoned.pk]
    assert queries.uploads_left_over(noon) == [abandoned.pk]


def test_sweep_uploads_checks_what_waits(
    send: Any, later: datetime, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send()
    monkeypatch.setattr("portal.kernel.clock.now", lambda: later)
    monkeypatch.setattr(
        tasks.uploads.check_upload, "delay", lambda **ids: tasks.uploads.check_upload(**ids)
    )

    tasks.uploads.sweep_uploads()

    upload.refresh_from_db()
    assert upload.state == "accepted"


# --- from the filer to the attester ---


def test_hand_over_then_attest(draft: Filing, filer: User, attester: User, later: datetime) -> None:
    hand_over(filing=draft, by=filer, at=later)

    filing = attest_filing(filing=draft, seen=later, by=attester, at=later)

    assert (filing.status, filing.attested_by) == ("submitted", attester)
    assert filing.receipt_no


def test_attest_filing_refuses_what_was_not_handed_over(
    draft: Filing, attester: User, later: datetime
) -> None:
    with pytest.raises(NotHandedOver):
        attest_filing(filing=draft, seen=None, by=attester, at=later)

    assert Filing.objects.get().status == "draft"


def test_attest_filing_refuses_a_draft_that_changed_since(
    draft: Filing, filer: User, attester: User, noon: datetime, later: datetime
) -> None:
    hand_over(filing=draft, by=filer, at=noon)
    hand_over(filing=draft, by=filer, at=later)

    with pytest.raises(DraftChanged):
        attest_filing(filing=draft, seen=noon, by=attester, at=later)


def test_uploading_anew_takes_the_draft_back(
    draft: Filing, send: Any, filer: User, attester: User, later: datetime
) -> None:
    hand_over(filing=draft, by=filer, at=later)
    work_upload(upload=send(lines(MINED.format(8, 8))), at=later)

    with pytest.raises(NotHandedOver):
        attest_filing(filing=draft, seen=later, by=attester, at=later)


def test_hand_over_tells_who_may_attest(
    draft: Filing, filer: User, attester: User, southern_attester: User, noon: datetime
) -> None:
    hand_over(filing=draft, by=filer, at=noon)

    (notice,) = Notice.objects.all()
    assert (notice.kind, notice.user) == ("filing_handed_over", attester)
    with translation.override("en"):
        said = say(notice.kind, notice.facts)
    assert said.startswith(f"{filer.full_name} handed the filing for February 2025 over to you")


def test_hand_over_refuses_an_empty_draft_that_is_no_nil_return(
    northern: Enterprise, february: Month, filer: User, later: datetime
) -> None:
    empty = open_draft(enterprise=northern, month=february, by=filer, at=later)

    with pytest.raises(NothingToAttest):
        hand_over(filing=empty, by=filer, at=later)


def test_declare_nil_opens_and_hands_over_an_empty_draft(
    northern: Enterprise, february: Month, filer: User, attester: User, later: datetime
) -> None:
    draft = declare_nil(enterprise=northern, month=february, by=filer, at=later)

    filing = attest_filing(filing=draft, seen=later, by=attester, at=later)

    assert (filing.record_count, filing.status) == (0, "submitted")


def test_declare_nil_refuses_where_there_are_records_or_a_submission(
    draft: Filing,
    northern: Enterprise,
    february: Month,
    filer: User,
    attester: User,
    later: datetime,
) -> None:
    nil = {"enterprise": northern, "month": february, "by": filer, "at": later}

    with pytest.raises(RecordsInTheWay):
        declare_nil(**nil)
    hand_over(filing=draft, by=filer, at=later)
    attest_filing(filing=draft, seen=later, by=attester, at=later)
    with pytest.raises(AmendmentNeeded):
        declare_nil(**nil)
    with pytest.raises(AlreadySubmitted):
        attest_filing(filing=draft, seen=later, by=attester, at=later)


# --- two at once ---


@pytest.fixture
def _own_connections() -> Iterator[None]:
    yield
    connections.close_all()


@pytest.mark.usefixtures("committed_db", "_own_connections")
def test_two_workers_check_a_file_once(send: Any, later: datetime) -> None:
    upload = send()
    ended = []

    def work() -> None:
        ended.append(work_upload(upload=upload, at=later))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(ended) == 2
    upload.refresh_from_db()
    assert (upload.state, upload.deliveries) == ("accepted", 1)
    assert Filing.objects.get().records.count() == 2
    assert os.environ["PORTAL_RUN_DIR"]


@pytest.mark.usefixtures("committed_db", "_own_connections")
def test_two_clicks_submit_once(send: Any, filer: User, attester: User, later: datetime) -> None:
    draft = work_upload(upload=send(), at=later).filing
    hand_over(filing=draft, by=filer, at=later)
    outcomes = []

    def click() -> None:
        try:
            attest_filing(filing=draft, seen=later, by=attester, at=later)
            outcomes.append("submitted")
        except AlreadySubmitted:
            outcomes.append("refused")
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()

    assert sorted(outcomes) == ["refused", "submitted"]
    assert AuditEvent.objects.filter(action="filing.submitted").count() == 1


def test_work_upload_takes_over_from_a_dead_worker(send: Any, later: datetime) -> None:
    upload = send()
    Upload.objects.filter(pk=upload.pk).update(state="working", deliveries=1, done=7)

    taken = work_upload(upload=upload, at=later)

    assert (taken.state, taken.deliveries, taken.done) == ("accepted", 2, 2)


# --- adding to a draft, keeping what is right, stopping -------------------------------------------
CHANGING = "verb,line," + HEADER


def added(*rows: str) -> bytes:
    """A CSV file whose rows say what they do to which line."""
    return "\n".join([CHANGING, *rows]).encode()


@pytest.fixture
def add(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Any:
    """Send a file that adds to Northern's February, and check it."""

    def sent(content: bytes, **how: Any) -> Upload:
        upload = receive_upload(
            enterprise=northern, month=february, file_name="more.csv", content=content, by=filer,
            at=noon, **{"mode": "add", **how},
        )  # fmt: skip
        return work_upload(upload=upload, at=noon)

    return sent


def lots(filing: Filing) -> list[tuple[int, str, str]]:
    """The lines of a filing: number, lot, mass."""
    found = filing.records.order_by("line").values_list("line", "lot__number", "gross_kg")
    return [(line, lot, str(kg)) for line, lot, kg in found]


def test_a_file_adds_changes_and_cancels_by_line(add: Any, draft: Filing) -> None:
    upload = add(
        added(
            "change,1," + MINED.format(3, 1).replace("1000", "900"),
            "取消,2,,,,,,,,,,,",
            ",," + MINED.format(5, 3),
            "add,7," + MINED.format(6, 4),
        )
    )

    assert (upload.state, upload.done) == ("accepted", 4)
    assert lots(draft) == [(1, "L-1", "900.000"), (7, "L-4", "1000.000"), (8, "L-3", "1000.000")]


def test_a_file_that_adds_is_refused_whole_for_one_wrong_line(add: Any, draft: Filing) -> None:
    before = lots(draft)

    upload = add(added("change,9," + MINED.format(3, 1), "add,1," + MINED.format(3, 5), "drop,2"))

    assert upload.state == "refused"
    assert {(e["line"], e["column"], e["code"]) for e in upload.errors} >= {
        (2, "line", "line_unknown"),
        (3, "line", "line_taken"),
        (4, "verb", "verb_unknown"),
    }
    assert lots(draft) == before


def test_what_is_right_goes_in_and_the_rest_comes_back(
    add: Any, draft: Filing, send: Any, later: datetime
) -> None:
    rows = (MINED.format(5, 3), MINED.format(6, 4).replace("1000", "-4"))

    upload = add(lines(*rows), keep_right=True)

    assert (upload.state, upload.error_count) == ("partly", 1)
    assert [lot for _line, lot, _kg in lots(draft)] == ["L-1", "L-2", "L-3"]
    (row,) = queries.returned_rows(upload)
    assert "more than 0" in row.problem
    assert row.columns == {"gross_kg"}
    corrected = io.BytesIO()
    cells = ["4" if text == "-4" else text for text in row.cells]
    write_returned(corrected, [(row.problem, row.columns, cells)], changes=True)
    again = add(corrected.getvalue())
    assert (again.state, lots(draft)[-1]) == ("accepted", (4, "L-4", "4.000"))


def test_verbs_are_given_back_and_read_in_chinese(add: Any, draft: Filing) -> None:
    file = io.BytesIO()
    with translation.override("zh-hans"):
        write_returned(file, queries.lines_to_change(draft), changes=True)
    with read.opened(file.getvalue(), "lines.xlsx", product_names={}, changes=True) as table:
        verbs = [texts[table.names.index("verb")] for _line, texts in table.rows()]
    written = (
        CalamineWorkbook.from_filelike(io.BytesIO(file.getvalue()))
        .get_sheet_by_index(0)
        .to_python()
    )

    upload = add(added("撤销,1,"))

    assert verbs == ["change", "change"]
    assert [row[1] for row in written[2:]] == ["修改", "修改"]
    assert (upload.state, [line for line, _lot, _kg in lots(draft)]) == ("accepted", [2])


def test_what_is_wrong_with_a_verb_or_a_line_is_named_as_the_file_names_it(
    add: Any, draft: Filing
) -> None:
    upload = add(added("change,," + MINED.format(3, 1), "drop,1", "cancel,x"))

    with translation.override("zh-hans"):
        shown = [(error.column, error.text) for error in queries.errors_of(upload)]
        given_back = [row.problem for row in queries.returned_rows(upload)]
    assert [column for column, _text in shown] == ["行号", "操作", "行号"]
    assert shown[0][1] == "修改、取消须填写草稿中的行号。"
    assert given_back == [f"{column}：{text}" for column, text in shown]
    english = next(queries.errors_of(upload))
    assert (english.column, english.text) == (
        "line",
        "Say which line of the draft is changed or cancelled.",
    )


def test_a_refused_month_comes_back_whole_and_can_be_sent_again(send: Any, later: datetime) -> None:
    upload = work_upload(upload=send(BAD), at=later)

    rows = list(queries.returned_rows(upload))

    assert [bool(row.problem) for row in rows] == [False, True, False]
    file = io.BytesIO()
    good = [("", (), row.cells) for row in rows if not row.problem]
    write_returned(file, good, changes=False)
    again = work_upload(upload=send(file.getvalue(), "again.xlsx"), at=later)
    assert (again.state, again.done) == ("accepted", 2)


def test_nothing_right_changes_nothing(add: Any, draft: Filing) -> None:
    before = lots(draft)

    upload = add(lines("gift,2025-02-03,L-9,ORE-MIX,1,1"), keep_right=True, mode="replace")

    assert (upload.state, lots(draft)) == ("refused", before)


def test_additions_do_not_overtake_one_another_but_a_whole_month_does(
    add: Any, send: Any, draft: Filing, northern: Enterprise, february: Month, filer: User,
    noon: datetime, later: datetime,
) -> None:  # fmt: skip
    told = {
        "enterprise": northern,
        "month": february,
        "file_name": "a.csv",
        "by": filer,
        "at": noon,
    }
    first = receive_upload(content=lines(MINED.format(7, 7)), mode="add", **told)
    add(lines(MINED.format(8, 8)))
    assert work_upload(upload=first, at=later).state == "accepted"

    early = receive_upload(content=lines(MINED.format(9, 9)), mode="add", **told)
    work_upload(upload=send(), at=later)
    assert work_upload(upload=early, at=later).errors[0]["fault"] == "overtaken"


def test_stop_upload_ends_one_that_waits_and_comes_too_late_for_one_that_is_done(
    send: Any, filer: User, later: datetime
) -> None:
    waiting = send()
    stopped = stop_upload(upload=waiting, by=filer, at=later)
    assert (stopped.state, work_upload(upload=waiting, at=later).state) == ("stopped", "stopped")
    assert not Filing.objects.exists()

    done = work_upload(upload=send(), at=later)
    with pytest.raises(UploadDone):
        stop_upload(upload=done, by=filer, at=later)


def test_stop_upload_breaks_off_one_under_way(
    committed_db: str, send: Any, filer: User, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(lines(*[MINED.format(3, number) for number in range(1_200)]))
    read_rows = upload_rows.fill_draft

    def slow(**told: Any) -> int:
        stopping = threading.Thread(target=stop)
        stopping.start()
        stopping.join()
        return read_rows(**told)

    def stop() -> None:
        stop_upload(upload=upload, by=filer, at=later)
        connections.close_all()

    monkeypatch.setattr(upload_rows, "fill_draft", slow)

    stopped = work_upload(upload=upload, at=later)

    assert (stopped.state, Upload.objects.get().state) == ("stopped", "stopped")
    assert not Filing.objects.exists()
