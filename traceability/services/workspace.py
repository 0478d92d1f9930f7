"""The rows of a draft as people write them on the desk: a few at a time, by several at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import Month
from traceability.models import Filing, UnfinishedRow
from traceability.queries.uploads import product_names
from traceability.queries.workspace import shape_of, standing_rows
from traceability.rules import workspace as rules
from traceability.rules.intake import COLUMNS, RowError
from traceability.rules.sheets import brought_to_form, plain_number
from traceability.rules.workspace import Cells, RowChange, StandingRow
from traceability.services.filings import locked, open_draft
from traceability.services.handover import require_open
from traceability.services.intake import SourceRow, without_breaks
from traceability.services.records import write_records


@transaction.atomic
def change_rows(
    *, enterprise: Enterprise, month: Month, changes: Sequence[RowChange], by: User, at: datetime
) -> Filing:
    """Write the lines that somebody changed and leave all others as they stand.

    A row free of faults becomes the record of its line; another waits as it was typed, and the
    record of its line stays as it was. Begins the month's draft where there is none; one that was
    handed over is taken back. Raises AmendmentNeeded, MonthNotBegun, NotAFiler, RowTwice,
    TooManyUnfinished, or RowsChangedMeanwhile with every line that somebody else changed since it
    was read; nothing is written then.
    """
    require_open(enterprise, month)
    draft = locked(open_draft(enterprise=enterprise, month=month, by=by, at=at))
    standing = standing_rows(draft, [change.line for change in changes])
    formed = [_formed(change, enterprise) for change in changes]
    wanted = rules.merge_rows(formed, standing)
    if wanted:
        _write(draft, wanted, standing, by=by, at=at)
        draft.refresh_from_db()
    return draft


@transaction.atomic
def start_from_last_month(
    *, enterprise: Enterprise, month: Month, by: User, at: datetime
) -> Filing:
    """Put the shape of the month before into an empty draft, as rows that wait for their masses.

    Raises RowsInTheWay, and what `change_rows` raises.
    """
    require_open(enterprise, month)
    draft = open_draft(enterprise=enterprise, month=month, by=by, at=at)
    rules.require_empty(records=draft.record_count, unfinished=draft.unfinished_rows.count())
    shape = enumerate(shape_of(enterprise, month), start=1)
    changes = [RowChange(line, None, cells) for line, cells in shape]
    return change_rows(enterprise=enterprise, month=month, changes=changes, by=by, at=at)


def _formed(change: RowChange, enterprise: Enterprise) -> RowChange:
    """The wanted cells as they will read once they are a record's, without empty ones."""
    if change.after is None:
        return change
    names = product_names()
    texts = {
        column: plain_number(brought_to_form(column, without_breaks(text), names), column)
        for column, text in change.after.items()
        if text.strip()
    }
    if texts.get("lot_maker") == enterprise.uscc:
        del texts["lot_maker"]
    return RowChange(change.line, change.before, texts)


def _write(
    draft: Filing,
    wanted: Sequence[RowChange],
    standing: Mapping[int, StandingRow],
    *,
    by: User,
    at: datetime,
) -> None:
    records = {line for line, row in standing.items() if row.is_record}
    rows = [
        _source(place, change, change.line in records)
        for place, change in enumerate(wanted, start=1)
        if change.after is not None or change.line in records
    ]
    if rows:
        written = write_records(filing=draft, rows=rows, replace=False, partial=True, by=by, at=at)
        refused = written.refused
    else:
        refused = ()
        Filing.objects.filter(pk=draft.pk).update(prepared_by=by, prepared_at=at, ready_at=None)
        audit.record("filing.rows_removed", draft, by=by, at=at, rows=len(wanted))
    _keep_unfinished(draft, wanted, refused, by=by, at=at)


def _source(place: int, change: RowChange, is_record: bool) -> SourceRow:
    cells: Cells = change.after or {}
    verb = "cancel" if change.after is None else "change" if is_record else "add"
    return SourceRow(
        place, [cells.get(column) for column in COLUMNS], verb=verb, own_line=change.line
    )


def _keep_unfinished(
    draft: Filing,
    wanted: Sequence[RowChange],
    refused: Sequence[RowError],
    *,
    by: User,
    at: datetime,
) -> None:
    """Rows with faults wait; those of lines that are records now, or gone, do so no more."""
    faults: dict[int, list[tuple[str, str, str]]] = {}
    for fault in refused:
        faults.setdefault(fault.line, []).append((fault.column, fault.code, fault.value))
    draft.unfinished_rows.filter(line__in=[change.line for change in wanted]).delete()
    UnfinishedRow.objects.bulk_create(
        UnfinishedRow(
            filing=draft,
            line=change.line,
            cells=dict(change.after or {}),
            faults=faults[place],
            by=by,
            at=at,
        )
        for place, change in enumerate(wanted, start=1)
        if place in faults
    )
    rules.require_room(draft.unfinished_rows.count())
