"""Files whose worker, or whose reader, is killed: checked by another, nothing lost or doubled."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from portal.kernel.sheets import read
from tests.traceability.test_sheets_read import workbook
from traceability import tasks
from traceability.models import Filing, Record, Upload
from traceability.queries.uploads import uploads_left_over
from traceability.services.uploads import receive_upload, work_upload

SECONDS = 60
HEADER = "kind,date,lot,product,gross_kg,reo_percent"
ROWS = [f"extraction,2025-02-03,L-{n},ORE-MIX,1000,60" for n in range(40)]
TABLE = [HEADER.split(","), *(row.split(",") for row in ROWS)]
# A worker that stops where it hurts most: every row is stored, nothing is committed.
WORKER = """
import sys, time
import django
django.setup()
from traceability import tasks
from traceability.services import intake
store = intake.store_rows
def store_and_stop(**facts):
    print("stored", store(**facts), flush=True)
    time.sleep(300)
intake.store_rows = store_and_stop
tasks.uploads.check_upload(upload_id=int(sys.argv[1]))
"""


@pytest.fixture
def send(northern: Enterprise, february: Month, filer: User, noon: datetime) -> Any:
    """Send a file for Northern's February."""

    def sent(content: bytes, name: str) -> Upload:
        return receive_upload(
            enterprise=northern, month=february, file_name=name, content=content, by=filer, at=noon
        )

    return sent


@contextmanager
def worker(database: str, upload: Upload) -> Iterator[subprocess.Popen[str]]:
    """A process that checks a file, once it has stored its rows."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(upload.pk)],
        env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "portal.settings"},
        stdout=subprocess.PIPE,
        text=True,
    )
    late = threading.Timer(SECONDS, process.kill)
    late.start()
    try:
        assert process.stdout
        assert process.stdout.readline() == f"stored {len(ROWS)}\n"
        yield process
    finally:
        late.cancel()
        process.kill()
        process.communicate(timeout=SECONDS)


def stored() -> tuple[int, int]:
    """How many filings and records there are."""
    return Filing.objects.count(), Record.objects.count()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["february.csv", "february.xlsx"])
def test_a_file_whose_worker_is_killed_is_taken_over(
    committed_db: str, send: Any, later: datetime, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    workbooks = name.endswith("xlsx")
    content = workbook({"Feb": TABLE}) if workbooks else "\n".join([HEADER, *ROWS]).encode()
    upload = send(content, name)
    monkeypatch.setattr(clock, "now", lambda: later)
    check = tasks.uploads.check_upload
    monkeypatch.setattr(check, "delay", lambda **ids: check(**ids))

    with worker(committed_db, upload) as process:
        # While it lives nobody takes the file from it, and nothing of it is seen.
        tasks.uploads.sweep_uploads()
        upload.refresh_from_db()
        assert (upload.state, upload.deliveries, stored()) == ("working", 1, (0, 0))
        process.kill()
        process.wait(timeout=SECONDS)

    assert uploads_left_over(later) == [upload.pk]
    end = time.monotonic() + SECONDS
    while uploads_left_over(later) and time.monotonic() < end:
        tasks.uploads.sweep_uploads()
    upload.refresh_from_db()
    assert (upload.state, upload.deliveries, upload.done) == ("accepted", 2, len(ROWS))
    assert stored() == (1, len(ROWS))
    told = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(told) == ["upload.received", "filing.drafted", "filing.filled", "upload.accepted"]


@pytest.mark.django_db
def test_a_file_whose_reader_is_killed_is_read_again(
    send: Any, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(workbook({"Feb": TABLE}), "february.xlsx")
    killed = "import os, signal\nprint('{')\nos.kill(os.getpid(), signal.SIGKILL)"

    with monkeypatch.context() as patch:
        patch.setattr(read, "_CHILD", killed)
        with pytest.raises(read.ReaderKilled):
            work_upload(upload=upload, at=later)
    waiting = Upload.objects.get()
    before = stored()
    again = work_upload(upload=upload, at=later)

    assert (waiting.state, before) == ("queued", (0, 0))
    assert (again.state, again.deliveries, stored()) == ("accepted", 2, (1, len(ROWS)))
