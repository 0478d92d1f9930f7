"""Records of a draft: put in anew, or added, changed and cancelled by their lines, in bulk."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from portal.accounts.models import User
from portal.kernel import audit
from traceability.models import Filing
from traceability.queries.filings import highest_line
from traceability.rules import filings as filing_rules
from traceability.rules.intake import COLUMNS, CREATING, HIGHEST_LINE, VERBS, RowError
from traceability.services import intake
from traceability.services.accepted import lay_aside, put_back
from traceability.services.filings import empty_draft, filled, locked, stage_draft
from traceability.services.intake import RowsRefused, SourceRow
from traceability.sheets.read import Table

_OUT = """
delete from traceability_record where filing_id = %(filing)s and line in (
    select own_line from intake_row where verb = 'change'
    union all select own_line from intake_cancel)
"""
# What waited unfinished on a line that is a record now, or gone.
_SETTLED = """
delete from traceability_unfinishedrow where filing_id = %(filing)s and line in (
    select own_line from intake_row union all select own_line from intake_cancel)
"""
# The events that these lines were captured from: what is cancelled stands no longer, what is
# changed says something else.
_OF_EVENTS = """
with cancelled as (select coalesce(array_agg(own_line), '{}') as lines from intake_cancel),
     altered as (select coalesce(array_agg(own_line), '{}') as lines from intake_row
                  where verb = 'change')
update traceability_capturedevent e
   set lines = array(select line from unnest(e.lines) as line where line <> all (c.lines)),
       changed = e.changed or e.lines && a.lines
  from cancelled c, altered a
 where e.filing_id = %(filing)s and e.lines && (c.lines || a.lines)
"""
_NUMBER = """
update intake_row r set own_line = n.own_line
  from (select line, row_number() over (order by line)
               + greatest(%s, (select max(own_line) from intake_row)) as own_line
          from intake_row where own_line is null) n
 where n.line = r.line
"""
_ACCEPTED = """
select line, own_line from intake_row union all select line, own_line from intake_cancel order by 1
"""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the rows: `lines` holds the place of each accepted row among those sent and
    the line of its record, `refused` every fault of every row that was left out, `kept` how many
    purchases of accepted shipments stayed beside the rows that were put in their draft's place."""

    lines: Sequence[tuple[int, int]]
    refused: Sequence[RowError]
    kept: int


def table_rows(table: Table, *, verbs: bool) -> Iterator[SourceRow]:
    """The rows of a table, numbered by their lines, each with what reading it found wrong.

    `verbs`: each may say what it does to which line of the draft.
    """
    for number, texts in table.rows():
        fault = None
        if table.faults and table.faults[-1].line == number:
            found = table.faults.pop()
            fault = f"{found.column}:{found.code}:{found.value}"
        verb, line = texts[len(COLUMNS) :] or (None, None)
        if verb and not verbs:
            fault = fault or "kind:field_unknown:verb"
        yield written_row(
            number, texts[: len(COLUMNS)], verb=verb, line=line, fault=fault, verbs=verbs
        )


def written_row(
    at: int,
    cells: list[str | None],
    *,
    verb: str | None,
    line: str | None,
    fault: str | None,
    verbs: bool,
) -> SourceRow:
    """A row with what it does to which line of a draft; an unreadable verb or line is its fault."""
    own_line = None
    if line:
        if line.isascii() and line.isdecimal() and 0 < int(line[:10]) <= HIGHEST_LINE:
            own_line = int(line)
        else:
            fault = fault or f"line:line_form:{line[:60]}"
    if verbs:
        verb = verb or "add"
        if verb not in VERBS:
            fault = fault or f"verb:verb_unknown:{verb[:60]}"
    return SourceRow(at, cells, verb, own_line, fault)


@transaction.atomic
def write_records(
    *,
    filing: Filing,
    rows: Iterable[SourceRow],
    replace: bool,
    partial: bool,
    by: User,
    at: datetime,
    drop_accepted: bool = False,
) -> Written:
    """Put `rows` in the place of a draft's records (`replace`), or let them change these.

    What is replaced leaves purchases written by accepting shipments, unless `drop_accepted`.

    `line` of a row is its place among those sent, from 1 on. A row without a line of its own gets
    the next after the highest. All or nothing: raises RowsRefused with every fault of every row,
    unless told to keep what is right (`partial`). Whoever writes is the preparer; a draft that was
    handed over is taken back. Raises AlreadySubmitted or DraftGone.
    """
    filing = locked(filing)
    filing_rules.require_draft(filing.status, filing.receipt_no)
    stage_draft(filing, at=at)
    _stage(rows)
    faults = list(intake.faults())
    if faults and not partial:
        raise RowsRefused(faults)
    aside = lay_aside(filing) if replace and not drop_accepted else 0
    lines = _store(filing, faults, replace=replace)
    kept = put_back(filing) if aside else 0
    filled(filing, by=by, at=at)
    audit.record(
        "filing.filled",
        filing,
        by=by,
        at=at,
        records=filing.record_count,
        rows=len(lines),
        refused=len({fault.line for fault in faults}),
        kept_purchases=kept,
        drop_accepted=drop_accepted,
    )
    return Written(lines, faults, kept)


def _stage(rows: Iterable[SourceRow]) -> None:
    """Every row into staging, and every fault beside it."""
    staged = intake.stage_rows(1, rows)
    intake.look_at("intake_row (line, lot, own_line, verb)", staged=staged)
    with connection.cursor() as cursor:
        cursor.execute(intake.sql("check_changes"))
    intake.check_rows(staged=staged)
    with connection.cursor() as cursor:
        cursor.execute(intake.sql("settle_changes"), {"creating": list(CREATING)})


def _store(
    filing: Filing, faults: Sequence[RowError], *, replace: bool
) -> Sequence[tuple[int, int]]:
    """The rows without a fault into the draft; the place of each, and its line."""
    highest = 0
    if not replace:
        highest = highest_line(filing)
    with connection.cursor() as cursor:
        if faults:
            cursor.execute("delete from intake_row r using intake_error e where e.line = r.line")
        cursor.execute(_NUMBER, [highest])
        if replace:
            empty_draft(filing)
        else:
            cursor.execute(f"{_OF_EVENTS};{_OUT};{_SETTLED}", {"filing": filing.pk})
        intake.store_rows(version=filing.version)
        cursor.execute(_ACCEPTED)
        return list(cursor.fetchall())
