"""Rows on their way into filings: staged by COPY, checked and stored by a few statements.

Everything here is part of a deed and runs in its transaction; the staging tables go with it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from portal.kernel.errors import Refusal
from portal.kernel.period import Month
from portal.kernel.sheets.content import Content, pieces
from portal.kernel.sql import FEW, keep_statistics
from traceability.rules.countries import COUNTRIES
from traceability.rules.intake import (
    ASSAY_SUM_MOST,
    CHINESE_KINDS,
    COLUMNS,
    CREATING,
    LONGEST,
    NEEDS,
    OXIDES,
    RowError,
)
from traceability.rules.sheets import MOST_ROWS

_SQL = Path(__file__).parent / "sql"
_SHARE = r"[0-9]{1,3}(\.[0-9]{1,6})?"
_PART = f"({'|'.join(OXIDES)}):{_SHARE}"
_ASSAY = f"^{_PART}(;{_PART})*$"
_STAGED_COLUMNS = ", ".join(("filing_no", "line", "fault", *COLUMNS, "verb", "own_line"))
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


_CODE_OF_KIND = {chinese: kind for kind, chinese in CHINESE_KINDS.items()}
_DROP_EMPTY = f"delete from intake_row where num_nonnulls({', '.join(COLUMNS)}) = 0"
_KINDS_IN_CHINESE = """
update intake_row set kind = %(kinds)s::jsonb ->> kind where %(kinds)s::jsonb ? kind
"""


class RowsRefused(Refusal):
    """Rows that can't be read; `rows` lists every fault of every one, in order."""

    status = 422

    def __init__(self, rows: Sequence[RowError]) -> None:
        super().__init__(_("%(count)d faults; nothing was saved."), count=len(rows))
        self.rows = rows


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as read: its line in the file, and the text of each column (None: empty).

    `verb` and `own_line` say what it does to which line of a draft. `fault`: what reading it found,
    as column:code:value.
    """

    line: int
    cells: Sequence[str | None]
    verb: str | None = None
    own_line: int | None = None
    fault: str | None = None


@cache
def sql(name: str) -> str:
    """The statement or statements of one file."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def open_staging() -> None:
    """Create the staging tables; they go with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(sql("stage"))


def stage_filing(
    no: int,
    *,
    enterprise_id: int,
    uscc: str,
    month: Month,
    version: int,
    until: Any,
    line: int = 1,
    filing_id: int | None = None,
) -> None:
    """Name one filing that rows belong to; no record may be dated after the day `until`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into intake_filing (no, enterprise_id, uscc, month, version, month_text,"
            " version_text, last_text, until_text, line, filing_id)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                no,
                enterprise_id,
                uscc,
                month.first_day,
                version,
                str(month),
                str(version),
                month.last_day.isoformat(),
                until.isoformat(),
                line,
                filing_id,
            ],
        )


def stage_rows(no: int, rows: Iterable[SourceRow]) -> int:
    """Copy rows of one filing into staging; how many there were."""
    count = 0
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy intake_row ({_STAGED_COLUMNS}) from stdin") as copy,
    ):
        for row in rows:
            cells: Sequence[str | None] = [
                cell.strip() or None if cell else None for cell in row.cells
            ]
            fault = _CONTROL.sub("?", row.fault) if row.fault else None
            # One look at the whole row: hardly any needs more.
            if _CONTROL.search("".join(filter(None, cells))):
                cells, fault = _without_control(cells, fault)
            copy.write_row((no, row.line, fault, *cells, row.verb, row.own_line))
            count += 1
    return count


def stage_plain(content: Content, columns: Sequence[str]) -> int | None:
    """Copy a CSV file of filing 1 into staging as it stands; how many rows there were.

    None when it can't be copied, is longer than a file may be, or has rows that its checks find at
    fault: then nothing is staged, and the file is to be read cell by cell. Part of a deed.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            statement = f"copy intake_row ({', '.join(columns)}) from stdin (format csv, header)"
            with cursor.copy(statement) as copy:
                for piece in pieces(content):
                    copy.write(piece)
            cursor.execute(_DROP_EMPTY)
            cursor.execute(_KINDS_IN_CHINESE, {"kinds": json.dumps(_CODE_OF_KIND)})
            cursor.execute("select count(*) from intake_row")
            count = int(cursor.fetchone()[0])
            if 0 < count <= MOST_ROWS:
                check_rows(staged=count)
                cursor.execute("select exists (select from intake_error)")
                if not cursor.fetchone()[0]:
                    return count
            raise _NotPlain
    except (_NotPlain, psycopg.DataError):
        return None


class _NotPlain(Exception):
    """The file has to be read cell by cell."""


def _without_control(
    cells: Sequence[str | None], fault: str | None
) -> tuple[list[str | None], str | None]:
    """The cells on one line each; those with other control characters are empty and at fault."""
    plain = [(cell and without_breaks(cell)) or None for cell in cells]
    for place, cell in enumerate(plain):
        if cell and _CONTROL.search(cell):
            fault, plain[place] = f"{COLUMNS[place]}:control", None
    return plain, fault


def without_breaks(cell: str) -> str:
    """The text of a cell on one line, without the space around it."""
    if "\n" in cell or "\t" in cell or "\r" in cell:
        return " ".join(cell.split())
    return cell.strip()


def check_rows(*, staged: int) -> None:
    """Put every fault of every staged row into intake_error; there are about `staged` of them."""
    look_at("intake_row (filing_no, kind, lot, lot_maker), intake_filing", staged=staged)
    with connection.cursor() as cursor:
        cursor.execute(sql("check_rows"), _check_facts())


def look_at(tables: str, *, staged: int) -> None:
    """Let the planner know what is staged, where there is enough of it to go wrong with."""
    if staged >= FEW:
        with connection.cursor() as cursor:
            cursor.execute(f"analyze {tables}")


def faults() -> Iterator[RowError]:
    """What check_rows found, in the order of lines and columns; a few at a time."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            "select line, column_name, code, coalesce(value, '') from intake_error"
            " order by line, array_position(%s::text[], column_name), code",
            [list(COLUMNS)],
        )
        for row in cursor:
            yield RowError(*row)


def store_rows(*, version: int = 1) -> int:
    """Make records of the staged rows whose filing has its draft, for filings of one version."""
    with connection.cursor() as cursor:
        lots, records = sql("store_rows").split(";\n\n", 1)
        cursor.execute(lots, {"version": version})
        keep_statistics("traceability_lot", added=cursor.rowcount)
        cursor.execute(records, {"version": version})
        stored: int = cursor.rowcount
    keep_statistics("traceability_record (filing_id, kind, lot_id, run)", added=stored)
    return stored


@cache
def _check_facts() -> dict[str, Any]:
    optional = (
        "product", "reo_percent", "run", "counterparty", "document", "country", "note",
    )  # fmt: skip
    needs = [
        {"kind": need.kind, "creates": need.creates}
        | {column: column in need.columns for column in optional}
        for need in NEEDS
    ]
    return {
        "needs": json.dumps(needs),
        "creating": list(CREATING),
        "countries": sorted(COUNTRIES),
        "assay_form": _ASSAY,
        "assay_sum": ASSAY_SUM_MOST,
        **LONGEST,
    }
