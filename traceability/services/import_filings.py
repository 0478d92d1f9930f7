"""Filings of a dataset: filings.csv and records.csv, refused or saved filing by filing.

Transcribed filings carry the operator as preparer and attester; the rule of two persons is for
filings made in the portal. `submitted_at` is what the dataset says.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

from django.db import connection, transaction

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import civil_day
from portal.kernel.sql import among, keep_statistics
from traceability.models import Filing, Movement
from traceability.services import derivation, intake
from traceability.services.dataset_filings import Listed, Listing, read_listing
from traceability.services.dataset_rows import (
    NOBODY,
    HeaderWrong,
    Key,
    Reading,
    copy_records,
    open_records,
)
from traceability.services.flows import derive_flows
from traceability.services.movements import derive_movements
from traceability.services.sealing import seal

# Datasets tell no reason; the audit trail says whose import it was.
REASON = "As in the dataset. 依数据集导入。"


@dataclass(slots=True)
class ImportedFilings:
    """What became of the filings of a dataset, by number of filings.

    `errors` read `FILE:LINE: COLUMN: what is wrong`; who asked to be told of each as it is found
    gets none here. `error_count` counts them all.
    """

    saved: int = 0
    unchanged: int = 0
    refused: int = 0
    error_count: int = 0
    errors: list[str] = field(default_factory=list)


@transaction.atomic
def import_filings(
    *,
    filings: Path | None,
    records: Path | None,
    until: datetime | None = None,
    by: User,
    at: datetime,
    report: Callable[[str], object] | None = None,
) -> ImportedFilings:
    """Save every filing of the two files that has no fault and is not on record.

    Those submitted after `until` are passed over with their records. A filing without records is a
    nil return. One on record with other content is refused. A filings.csv with a fault is refused
    whole, and nothing is saved. All of it is one transaction: an import that dies leaves nothing
    and can be started again. `report` is told every error as it is found, however many.
    """
    answer = ImportedFilings()
    listing = read_listing(filings, until=until)
    intake.open_staging()
    _stage_filings(listing.listed)
    header_faults = _stage_records(records, listing)
    intake.check_rows(staged=intake.FEW)
    if listing.errors or header_faults:
        answer.refused = listing.rows
        errors: Iterable[str] = [*listing.errors, *header_faults]
    else:
        errors = _save(listing, answer, by=by, at=at)
    for error in chain(errors, _record_errors(records)):
        answer.error_count += 1
        (report or answer.errors.append)(error)
    return answer


def _stage_filings(listed: Sequence[Listed]) -> None:
    columns = (
        "no, enterprise_id, uscc, month, version, month_text, version_text, last_text, until_text,"
        " line"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy intake_filing ({columns}) from stdin") as copy,
    ):
        for each in listed:
            last = each.month.last_day
            copy.write_row(
                (
                    each.no,
                    each.enterprise.pk,
                    each.enterprise.uscc,
                    each.month.first_day,
                    each.version,
                    str(each.month),
                    str(each.version),
                    last.isoformat(),
                    min(last, civil_day(each.submitted_at)).isoformat(),
                    each.line,
                )
            )


def _stage_records(records: Path | None, listing: Listing) -> list[str]:
    """Copy the rows into staging; what is wrong with the header, if anything."""
    if records is None:
        return []
    try:
        file, header = open_records(records)
    except HeaderWrong as wrong:
        return [f"{records.name}:1: {column}: {told}" for column, told in wrong.faults]
    with file:
        copy_records(file, Reading(listing.numbers, listing.passed_over, header))
    return []


def _save(listing: Listing, answer: ImportedFilings, *, by: User, at: datetime) -> list[str]:
    """Save what has no fault, version by version; what is wrong with the rest, but for its rows."""
    sieve = _Sieve(listing, answer, _faulty_filings())
    saved: dict[int, Filing] = {}
    superseded: list[int] = []
    for version in sorted({each.version for each in listing.listed}):
        fresh = [each for each in listing.listed if each.version == version and sieve.takes(each)]
        sealed, gone = _save_version(fresh, version, by=by, at=at)
        saved |= sealed
        superseded += gone
    answer.saved = len(saved)
    if saved:
        _derive(saved, superseded)
        _record(saved, by=by, at=at)
    return sieve.errors


class _Sieve:
    """Tells the filings to save from those that are on record and those that are refused."""

    def __init__(self, listing: Listing, answer: ImportedFilings, faulty: set[int]) -> None:
        self.listing = listing
        self.answer = answer
        self.faulty = faulty
        self.differing = _differing(listing, faulty)
        self.accepted: set[Key] = set()
        self.errors: list[str] = []

    def takes(self, each: Listed) -> bool:
        """Whether to save a filing; to be asked in the order of versions."""
        code = self._wrong_with(each)
        if code:
            self.errors.append(self.listing.error(each, code))
        if code or each.no in self.faulty:
            self.answer.refused += 1
            return False
        self.accepted.add(each.key)
        self.answer.unchanged += each.standing is not None
        return each.standing is None

    def _wrong_with(self, each: Listed) -> str:
        """The code of what is wrong with a filing as a whole; empty for nothing."""
        if each.draft_stands and (each.standing is None or each.standing.status == "draft"):
            return "draft_stands"
        if each.no in self.differing:
            return "differs"
        after_nothing = each.before is None and each.key_before not in self.accepted
        if each.standing is None and each.version > 1 and after_nothing:
            return "version_gap"
        return ""


def _save_version(
    fresh: Sequence[Listed], version: int, *, by: User, at: datetime
) -> tuple[dict[int, Filing], list[int]]:
    """Drafts, records and submission of all filings of one version; what they superseded."""
    if not fresh:
        return {}, []
    filings = Filing.objects.bulk_create(
        [
            Filing(
                enterprise=each.enterprise,
                month=each.month,
                version=version,
                reason=REASON if version > 1 else "",
                prepared_by=by,
                prepared_at=at,
            )
            for each in fresh
        ],
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "update intake_filing f set filing_id = s.id"
            " from unnest(%s::int[], %s::bigint[]) as s(no, id) where f.no = s.no",
            [[each.no for each in fresh], [filing.pk for filing in filings]],
        )
        cursor.execute("analyze intake_filing")
    stored = intake.store_rows(version=version)
    keep_statistics("traceability_filing", added=stored)
    moments = {filing.pk: each.submitted_at for filing, each in zip(filings, fresh, strict=True)}
    superseded = seal(filings, by=by, at=moments)
    return {filing.pk: filing for filing in filings}, superseded


def _derive(saved: dict[int, Filing], superseded: Sequence[int]) -> None:
    """Derive from what counts now; a version superseded within the same import never counted."""
    derivation.hold()
    gone = set(superseded)
    derivation.derive(
        added=[pk for pk in saved if pk not in gone],
        removed=[pk for pk in superseded if pk not in saved],
    )
    derive_movements(list(saved))
    moved = Movement.objects.filter(filing_id__in=among(list(saved))).count()
    keep_statistics("traceability_pool", "traceability_movement", added=moved)
    derive_flows(list(saved))


def _record(saved: dict[int, Filing], *, by: User, at: datetime) -> None:
    deeds = (
        audit.Deed(
            "filing.transcribed",
            filing,
            {
                "month": filing.month,
                "version": filing.version,
                "records": filing.record_count,
                "submitted_at": filing.submitted_at,
                "digest": filing.digest,
            },
        )
        for filing in saved.values()
    )
    audit.record_many(deeds, by=by, at=at)


def _faulty_filings() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct filing_no from intake_error where filing_no <> %s", [NOBODY]
        )
        return {row[0] for row in cursor.fetchall()}


def _differing(listing: Listing, faulty: set[int]) -> set[int]:
    """Filings on record whose content is not that of the file."""
    standing = {
        each.no: each.standing
        for each in listing.listed
        if each.standing is not None and each.no not in faulty
    }
    if not standing:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(intake.sql("staged_digest"), {"filings": list(standing)})
        digests = dict(cursor.fetchall())
    return {no for no, filing in standing.items() if filing.digest != digests[no]}


def _record_errors(records: Path | None) -> Iterator[str]:
    """What is wrong with rows, in the order of lines."""
    name = records.name if records else ""
    for fault in intake.faults():
        yield f"{name}:{fault.line}: {fault.column}: {fault.text}"
