"""The rows of a file on their way into a draft: all or what is right, in its place or added."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from portal.kernel.sheets.content import Content
from traceability.models import Filing, Upload
from traceability.queries.uploads import later_accepted
from traceability.rules.intake import COLUMNS, RowError
from traceability.rules.sheets import UploadRefused
from traceability.services.filings import fill_draft, open_draft
from traceability.services.handover import require_open
from traceability.services.intake import RowsRefused, SourceRow
from traceability.services.records import table_rows, write_records
from traceability.sheets import read

Mode = Upload.Mode
Watch = Callable[[Iterable[SourceRow]], Iterator[SourceRow]]
# So many faults are kept to be shown; their number is told whole.
MOST_ERRORS = 5_000
_STEP = 500
# Seconds between two tellings of the progress.
_PAUSE = 0.25
_DATE = COLUMNS.index("date")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class Stopped(Exception):
    """Somebody asked that the file be checked no further."""


def put_rows(
    *,
    upload: Upload,
    table: read.Table,
    watch: Watch,
    at: datetime,
    plain: tuple[Content, Sequence[str]] | None = None,
) -> Sequence[RowError]:
    """Put the rows into the draft, which nobody has handed over any more; what was left out.

    Part of a deed. Raises RowsRefused, UploadRefused, and what the draft refuses.
    """
    if later_accepted(upload):
        raise UploadRefused("overtaken")
    require_open(upload.enterprise, upload.month)
    draft = open_draft(enterprise=upload.enterprise, month=upload.month, by=upload.by, at=at)
    if upload.mode == Mode.REPLACE:
        refused = _replaced(upload, table, watch, draft, at, plain)
    else:
        refused = _written(upload, table, watch, draft, at)
    Filing.objects.filter(pk=draft.pk).update(ready_at=None)
    draft.refresh_from_db()
    upload.filing = draft
    return refused


def _replaced(
    upload: Upload,
    table: read.Table,
    watch: Watch,
    draft: Filing,
    at: datetime,
    plain: tuple[Content, Sequence[str]] | None,
) -> Sequence[RowError]:
    """Put the rows in the place of the draft's records; what was left out."""
    if upload.keep_right:
        return _written(upload, table, watch, draft, at)
    rows = (SourceRow(line, texts) for line, texts in table.rows())
    filled = fill_draft(
        filing=draft,
        rows=watch(rows),
        by=upload.by,
        at=at,
        plain=plain,
        drop_accepted=upload.drop_accepted,
    )
    upload.total = upload.done = filled.rows
    upload.kept = filled.kept
    any(watch(()))  # a file taken in as it is passes by the rows, but not by who stops it
    if table.faults:
        raise RowsRefused(())
    return ()


def _written(
    upload: Upload, table: read.Table, watch: Watch, draft: Filing, at: datetime
) -> Sequence[RowError]:
    """Let the rows change the draft, or put in what is right of them; what was left out."""
    verbs = upload.mode == Mode.ADD
    written = write_records(
        filing=draft,
        rows=watch(table_rows(table, verbs=verbs)),
        replace=not verbs,
        partial=upload.keep_right,
        drop_accepted=upload.drop_accepted,
        by=upload.by,
        at=at,
    )
    if not written.lines:
        raise RowsRefused(written.refused)
    if len(written.refused) > MOST_ERRORS:
        raise UploadRefused("many_faults", most=f"{MOST_ERRORS:,}")
    upload.total = upload.done = table.count
    upload.kept = written.kept
    return written.refused


def require_own_template(upload: Upload, content: Content) -> None:
    """A template made for another enterprise holds its business. Raises UploadRefused."""
    found, own = read.template_owner(content), upload.enterprise.uscc or ""
    if found and found != own:
        raise UploadRefused("wrong_enterprise", found=found, own=own)


def require_month(upload: Upload, months: set[str], faults: Sequence[RowError]) -> None:
    """A file dated in one other month was brought to the wrong page. Raises UploadRefused."""
    if any(fault.code != "date_outside" for fault in faults):
        return
    if len(months) == 1 and (found := months.pop()) != str(upload.month) and _MONTH.match(found):
        raise UploadRefused("wrong_month", found=found, month=str(upload.month))


def watched(told: Callable[[int], bool], months: set[str]) -> Watch:
    """Rows passed on, told of as they are read, the months of their dates gathered."""

    def watch(rows: Iterable[SourceRow]) -> Iterator[SourceRow]:
        due = time.monotonic()
        for count, row in enumerate(rows, start=1):
            if count % _STEP == 0 and time.monotonic() >= due:
                due = time.monotonic() + _PAUSE
                if told(count):
                    raise Stopped
            months.add((row.cells[_DATE] or "")[:7])
            yield row
        if told(0):
            raise Stopped

    return watch
