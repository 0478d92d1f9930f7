"""filings.csv of a dataset: which filings there are, and how they stand to what is on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import connection

from enterprises.models import Enterprise
from portal.kernel.errors import Refusal
from portal.kernel.period import Month
from traceability.models import Filing
from traceability.rules.intake import RowError
from traceability.services.dataset_rows import Key
from traceability.services.registry.reading import Row, Sheet, read_sheet

COLUMNS = ("uscc", "month", "version", "submitted_at")
_MOST_VERSIONS = 999
# As opening a draft does: no month of theirs begins, here or there, until the import is over.
_HOLD = "select from enterprises_enterprise where id = any (%s) order by id for no key update"
_ON_RECORD = """
select f.enterprise_id, f.month, f.version, f.status, f.digest, f.submitted_at
  from traceability_filing f
  join (select distinct * from unnest(%s::bigint[], %s::date[])) as wanted(enterprise_id, month)
    on wanted.enterprise_id = f.enterprise_id and wanted.month = f.month
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of a month that is on record."""

    status: str
    digest: str
    submitted_at: datetime | None


@dataclass(slots=True)
class Listed:
    """One filing of the file; `standing` is the same version on record, `before` the one before.

    `draft_stands`: somebody drafts this month in the portal.
    """

    no: int
    line: int
    enterprise: Enterprise
    month: Month
    version: int
    submitted_at: datetime
    standing: Standing | None = None
    before: Standing | None = None
    draft_stands: bool = False

    @property
    def key(self) -> Key:
        """How records name it."""
        return (self.enterprise.uscc or "", str(self.month), str(self.version))

    @property
    def key_before(self) -> Key:
        """How records name the version before."""
        return (self.enterprise.uscc or "", str(self.month), str(self.version - 1))


@dataclass(slots=True)
class Listing:
    """The filings of the file that are to be looked at, and those passed over.

    With `errors` nothing of the file may be saved.
    """

    file: str
    rows: int = 0
    listed: list[Listed] = field(default_factory=list)
    passed_over: set[Key] = field(default_factory=set)
    errors: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[Key, int]:
        """The number of each filing by how records name it."""
        return {each.key: each.no for each in self.listed}

    def error(self, each: Listed, code: str) -> str:
        """What is wrong with one filing, with its place."""
        told = RowError(each.line, "version", code, str(each.version)).text
        return f"{self.file}:{each.line}: version: {told}"


class _Wrong(Refusal):
    """A cell that does not hold what its column asks for."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(RowError(0, "", code, value).text)


def read_listing(path: Path | None, *, until: datetime | None) -> Listing:
    """Read filings.csv; filings submitted after `until` are passed over."""
    if path is None:
        return Listing("filings.csv")
    sheet = read_sheet(path, COLUMNS)
    found = _read_rows(sheet)
    _find_on_record(found)
    _require_order(sheet, found)
    wanted = [each for each in found if until is None or each.submitted_at <= until]
    for no, each in enumerate(wanted, start=1):
        each.no = no
    named = {(r.cells["uscc"], r.cells["month"], r.cells["version"]) for r in sheet.rows}
    return Listing(
        path.name,
        rows=len(sheet.rows),
        listed=wanted,
        passed_over=named - {each.key for each in wanted},
        errors=sheet.refused().errors if sheet.problems else (),
    )


def _read_rows(sheet: Sheet) -> list[Listed]:
    """The rows that can be read; what is wrong with the others is noted."""
    enterprises = {
        enterprise.uscc: enterprise
        for enterprise in Enterprise.objects.exclude(uscc=None).select_related("organisation")
    }
    found = [each for row in sheet.rows if (each := _listed(sheet, row, enterprises))]
    sheet.once(
        sheet.rows,
        lambda row: (row.cells["uscc"], row.cells["month"], row.cells["version"]),
        "version",
    )
    return list({each.key: each for each in reversed(found)}.values())[::-1]


def _listed(sheet: Sheet, row: Row, enterprises: dict[str | None, Enterprise]) -> Listed | None:
    def enterprise(text: str) -> Enterprise:
        if text not in enterprises:
            raise _Wrong("enterprise_unknown", text)
        return enterprises[text]

    who = sheet.cell(row, "uscc", enterprise)
    month = sheet.cell(row, "month", _month)
    version = sheet.cell(row, "version", _version)
    submitted_at = sheet.cell(row, "submitted_at", _instant)
    if who is None or month is None or version is None or submitted_at is None:
        return None
    return Listed(0, row.line, who, month, version, submitted_at)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise _Wrong("month_form", text) from None


def _version(text: str) -> int:
    if text.isascii() and text.isdigit() and text[0] != "0" and int(text) <= _MOST_VERSIONS:
        return int(text)
    raise _Wrong("version_form", text)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise _Wrong("instant_form", text) from None
    if instant.tzinfo is None:
        raise _Wrong("instant_form", text)
    return instant


def _find_on_record(found: Sequence[Listed]) -> None:
    """Note the same version on record, the one before, and whether a draft stands.

    The enterprises are held until the transaction ends.
    """
    months: list[date] = [each.month.first_day for each in found]
    on_record: dict[tuple[int, date, int], Standing] = {}
    drafted: set[tuple[int, date]] = set()
    enterprises = [each.enterprise.pk for each in found]
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [enterprises])
        cursor.execute(_ON_RECORD, [enterprises, months])
        for enterprise_id, month, version, *facts in cursor:
            standing = Standing(*facts)
            on_record[enterprise_id, month, version] = standing
            if standing.status == Filing.Status.DRAFT:
                drafted.add((enterprise_id, month))
    for each, month in zip(found, months, strict=True):
        pk = each.enterprise.pk
        each.standing = on_record.get((pk, month, each.version))
        each.before = on_record.get((pk, month, each.version - 1))
        each.draft_stands = (pk, month) in drafted


def _require_order(sheet: Sheet, found: Sequence[Listed]) -> None:
    """A later version is submitted after the one before."""
    submitted = {each.key: each.submitted_at for each in found}
    for each in found:
        on_record = each.before.submitted_at if each.before else None
        before = submitted.get(each.key_before, on_record)
        if before is not None and each.submitted_at <= before:
            told = RowError(0, "", "submitted_order", each.submitted_at.isoformat()).text
            sheet.refuse(each.line, "submitted_at", told)
