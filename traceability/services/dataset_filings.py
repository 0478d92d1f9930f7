"""filings.csv of a dataset: which filings there are, and which of them are on record."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from enterprises.models import Enterprise
from portal.kernel.errors import Refusal
from portal.kernel.period import Month, civil_day
from traceability.models import Filing
from traceability.rules.intake import RowError
from traceability.services.dataset_rows import Key
from traceability.services.registry.reading import Row, Sheet, read_sheet

COLUMNS = ("uscc", "month", "version", "submitted_at")
_MOST_VERSIONS = 999


@dataclass(slots=True)
class Listed:
    """One filing of the file; `standing` is the same version on record."""

    no: int
    line: int
    enterprise: Enterprise
    month: Month
    version: int
    submitted_at: datetime
    standing: Filing | None = None
    before_on_record: bool = False

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
    """The filings of the file that are to be looked at, and those passed over."""

    file: str
    rows: int = 0
    listed: list[Listed] = field(default_factory=list)
    passed_over: Collection[Key] = frozenset()
    errors: tuple[str, ...] = ()

    @property
    def numbers(self) -> dict[Key, int]:
        """The number of each filing by how records name it."""
        return {each.key: each.no for each in self.listed}

    def error(self, each: Listed, column: str, code: str) -> str:
        """What is wrong with one filing, with its place."""
        told = RowError(each.line, column, code, str(each.version)).text
        return f"{self.file}:{each.line}: {column}: {told}"


class _Wrong(Refusal):
    """A cell that does not hold what its column asks for."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(RowError(0, "", code, value).text)


def read_listing(path: Path | None, *, until: datetime | None) -> Listing:
    """Read filings.csv; with `errors` nothing of it may be saved."""
    if path is None:
        return Listing("filings.csv")
    sheet = read_sheet(path, COLUMNS)
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
    _require_order(sheet, found)
    if sheet.problems:
        return Listing(path.name, rows=len(sheet.rows), errors=sheet.refused().errors)
    wanted = [each for each in found if until is None or each.submitted_at <= until]
    for no, each in enumerate(wanted, start=1):
        each.no = no
    _find_standing(wanted)
    passed = {each.key for each in found} - {each.key for each in wanted}
    return Listing(path.name, rows=len(sheet.rows), listed=wanted, passed_over=passed)


def _listed(sheet: Sheet, row: Row, enterprises: dict[str | None, Enterprise]) -> Listed | None:
    def enterprise(text: str) -> Enterprise:
        if text not in enterprises:
            raise _Wrong("enterprise_unknown", text)
        if not enterprises[text].files:
            raise _Wrong("enterprise_idle", text)
        return enterprises[text]

    who = sheet.cell(row, "uscc", enterprise)
    month = sheet.cell(row, "month", _month)
    version = sheet.cell(row, "version", _version)
    submitted_at = sheet.cell(row, "submitted_at", _instant)
    if who is None or month is None or version is None or submitted_at is None:
        return None
    if civil_day(submitted_at) <= month.last_day:
        told = RowError(row.line, "", "submitted_early", row.cells["submitted_at"]).text
        sheet.refuse(row.line, "submitted_at", told)
    return Listed(0, row.line, who, month, version, submitted_at)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise _Wrong("month_form", text) from None


def _version(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= _MOST_VERSIONS:
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


def _require_order(sheet: Sheet, found: list[Listed]) -> None:
    """A later version is submitted after the one before."""
    submitted = {each.key: each.submitted_at for each in found}
    for each in found:
        before = submitted.get(each.key_before)
        if before is not None and each.submitted_at <= before:
            told = RowError(0, "", "submitted_order", each.submitted_at.isoformat()).text
            sheet.refuse(each.line, "submitted_at", told)


def _find_standing(wanted: list[Listed]) -> None:
    """Note the same version on record, and whether the one before is."""
    months = {each.month for each in wanted}
    on_record = {
        (filing.enterprise_id, filing.month, filing.version): filing
        for filing in Filing.objects.filter(month__in=[m.first_day for m in months])
    }
    for each in wanted:
        pk = each.enterprise.pk
        each.standing = on_record.get((pk, each.month, each.version))
        each.before_on_record = (pk, each.month, each.version - 1) in on_record
