"""Files that enterprises send: taken in, read, checked, and put into the draft of their month."""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import IO, Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.errors import Refusal
from portal.kernel.period import Month, civil_day
from portal.kernel.sheets.content import Content
from portal.kernel.sheets.faults import FileRefused
from traceability.models import Upload
from traceability.queries.uploads import UNDER_WAY, content_on_disk, product_names
from traceability.rules.filings import require_draftable
from traceability.rules.intake import COLUMNS, RowError
from traceability.rules.sheets import UploadRefused, require_under_way
from traceability.services.background import DELIVERIES, held, let_wait
from traceability.services.handover import require_open
from traceability.services.intake import RowsRefused
from traceability.services.kept_files import kept_content
from traceability.services.upload_rows import (
    MOST_ERRORS,
    Stopped,
    Watch,
    put_rows,
    require_month,
    require_own_template,
    watched,
)
from traceability.sheets import read
from traceability.sheets.plain import plain_columns

State = Upload.State
Mode = Upload.Mode
_TAKEN = (
    *("state", "deliveries", "taken_at", "done", "total", "errors", "error_count"),
    "finished_at",
)
_LOCK = 0x5550_4C44


@transaction.atomic
def receive_upload(
    *,
    enterprise: Enterprise,
    month: Month,
    file_name: str,
    content: bytes | IO[bytes],
    by: User,
    at: datetime,
    mode: str = Upload.Mode.REPLACE,
    keep_right: bool = False,
    drop_accepted: bool = False,
) -> Upload:
    """Put a file on the list to be checked; it is kept as it came.

    Raises FileRefused when it is empty or larger than what may be sent, AmendmentNeeded when the
    month was submitted and no amendment was begun, MonthNotBegun or NotAFiler.
    """
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    size = file.seek(0, io.SEEK_END)
    if not size:
        raise FileRefused("empty")
    if size > settings.UPLOAD_MAX_BYTES:
        raise FileRefused("too_large", most=settings.UPLOAD_MAX_BYTES // 1024**2)
    require_draftable(month, today=civil_day(at), files=enterprise.files)
    require_open(enterprise, month)
    kept, digest = kept_content(file)
    upload = Upload.objects.create(
        enterprise=enterprise,
        month=month,
        file_name=file_name[-200:],
        content=kept,
        mode=mode,
        keep_right=keep_right,
        drop_accepted=drop_accepted,
        content_digest=digest,
        size=size,
        by=by,
        at=at,
    )
    del upload.content  # not held while it is in the database
    audit.record(
        "upload.received",
        upload,
        by=by,
        at=at,
        month=month,
        size=upload.size,
        digest=upload.content_digest,
        mode=upload.mode,
        drop_accepted=drop_accepted,
    )
    return upload


@transaction.atomic
def stop_upload(*, upload: Upload, by: User, at: datetime) -> Upload:
    """Ask that a file be checked no further; nothing of it goes into the draft.

    One that waits is stopped at once; one under way by its worker, at its next rows, which puts
    that on record: the audit trail may be held until then. Raises UploadDone when it is too late.
    """
    upload = (
        Upload.objects.select_for_update(of=("self",), no_key=True)
        .defer("content")
        .get(pk=upload.pk)
    )
    require_under_way(under_way=upload.state in UNDER_WAY)
    upload.stop_asked_at = at
    if upload.state == State.QUEUED:
        upload.state, upload.finished_at = State.STOPPED, at
        audit.record("upload.stopped", upload, by=by, at=at, month=upload.month)
    upload.save(update_fields=["stop_asked_at", "state", "finished_at"])
    return upload


def work_upload(*, upload: Upload, at: datetime) -> Upload:
    """Check a file and put its rows in the place of the draft's records, or tell what is wrong.

    Safe to call twice and by two workers: one works, the other finds it taken or done. Nothing is
    saved from a file with faults, and the draft stays as it was. A file whose worker died is taken
    over, at most DELIVERIES times; what goes wrong beyond that is raised again.
    """
    with held(_LOCK, upload.pk % 2**31) as lock:
        taken = _take(upload, at) if lock else upload
        if lock is None or taken.state != State.WORKING:
            return taken
        begun = time.monotonic()
        try:
            _check(taken, at)
        except FileRefused as refused:
            facts = {"fault": refused.fault, "facts": refused.facts}
            _end(taken, at, begun, State.FAILED, [facts], 1)
        except Stopped:
            _end(taken, at, begun, State.STOPPED, [], 0)
        except Exception:
            let_wait(taken)
            raise
        return taken


@transaction.atomic
def _take(upload: Upload, at: datetime) -> Upload:
    """Mark the file as being checked; committed before the work, so that everybody sees it."""
    taken = (
        Upload.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise__organisation", "by")
        .defer("content")
        .get(pk=upload.pk)
    )
    if taken.state not in UNDER_WAY:
        return taken
    if taken.deliveries >= DELIVERIES:
        taken.state = State.FAILED
        taken.errors, taken.error_count = [{"fault": "parked", "facts": {}}], 1
        taken.finished_at = at
    else:
        taken.state = State.WORKING
        taken.deliveries += 1
        taken.taken_at = at
        taken.done, taken.total = 0, 0
    # Not the file itself, which can be large.
    taken.save(update_fields=_TAKEN)
    return taken


def _check(upload: Upload, at: datetime) -> None:
    """Read the file into the draft, or end it as refused; raises FileRefused."""
    begun = time.monotonic()
    names = product_names()
    with (
        content_on_disk(upload) as content,
        read.opened(
            content, upload.file_name, product_names=names, changes=upload.mode == Mode.ADD
        ) as table,
        _progress_of(upload, table.lines) as told,
    ):
        require_own_template(upload, content)
        columns = None if table.sheet else plain_columns(content)
        plain = (content, columns) if columns else None
        months: set[str] = set()
        try:
            _fill(upload, table, watched(told, months), at, begun, plain)
        except RowsRefused as refused:
            faults = sorted({*refused.rows, *table.faults}, key=_order)
            require_month(upload, months, faults)
            kept = [_kept(fault, table) for fault in faults[:MOST_ERRORS]]
            upload.total = upload.done = table.count
            _end(upload, at, begun, State.REFUSED, kept, len(faults))
        except FileRefused:
            raise
        except Refusal as refused:
            raise UploadRefused("closed_meanwhile") from refused


@transaction.atomic
def _fill(
    upload: Upload,
    table: read.Table,
    watch: Watch,
    at: datetime,
    begun: float,
    plain: tuple[Content, Sequence[str]] | None,
) -> None:
    """Put the rows into the draft and end the file, in one transaction."""
    refused = put_rows(upload=upload, table=table, watch=watch, at=at, plain=plain)
    kept = [_kept(fault, table) for fault in refused]
    _end(upload, at, begun, State.PARTLY if kept else State.ACCEPTED, kept, len(kept))


@contextmanager
def _progress_of(upload: Upload, total: int) -> Iterator[Callable[[int], bool]]:
    """A way to tell how many rows are read, on a connection of its own: seen at once.

    It answers whether somebody asked to stop.
    """
    aside = connections.create_connection(DEFAULT_DB_ALIAS)
    table = Upload._meta.db_table

    def tell(done: int) -> bool:
        with aside.cursor() as cursor:
            cursor.execute(
                f"update {table} set done = greatest(done, %s), total = %s where id = %s"
                " returning stop_asked_at is not null",
                [done, max(total, done), upload.pk],
            )
            found = cursor.fetchone()
        return bool(found and found[0])

    try:
        tell(0)
        yield tell
    finally:
        aside.close()


def _order(fault: RowError) -> tuple[int, int]:
    place = COLUMNS.index(fault.column) if fault.column in COLUMNS else len(COLUMNS)
    return fault.line, place


def _kept(fault: RowError, table: read.Table) -> dict[str, Any]:
    """A fault as the row keeps it: codes and values, which its reader's language makes words of."""
    kept = {"line": fault.line, "column": fault.column, "code": fault.code}
    if fault.value:
        kept["value"] = fault.value
    if table.sheet:
        kept["cell"] = table.cell(fault)
        kept["sheet"] = table.sheet
    return kept


@transaction.atomic
def _end(
    upload: Upload, at: datetime, begun: float, state: State, errors: list[Any], count: int
) -> None:
    upload.state = state
    upload.errors, upload.error_count = errors, count
    upload.finished_at = at + timedelta(seconds=time.monotonic() - begun)
    upload.save(
        update_fields=[
            *("state", "errors", "error_count", "finished_at", "filing", "done", "total", "kept")
        ]
    )
    facts = {"month": upload.month, "rows": upload.done, "faults": count}
    audit.record(f"upload.{state}", upload, by=upload.by, at=upload.finished_at, **facts)
