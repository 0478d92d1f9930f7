"""Filings of a dataset: filings.csv and records.csv, refused or saved filing by filing.

Transcribed filings carry the operator as preparer and attester; the rule of two persons is for
filings made in the portal. `submitted_at` is what the dataset says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import civil_day
from traceability.models import Filing
from traceability.rules.intake import RowError
from traceability.services import derivation, intake
from traceability.services.dataset_filings import Listed, Listing, read_listing
from traceability.services.dataset_rows import (
    NOBODY,
    HeaderWrong,
    Reading,
    copy_records,
    open_records,
)
from traceability.services.filings import seal

RECORDS = "records.csv"
# From so many rows on the planner must know of them before the figures are derived.
_MANY = 20_000


@dataclass(slots=True)
class ImportedFilings:
    """What became of the filings of a dataset; `errors` read `FILE:LINE: COLUMN: what is wrong`."""

    saved: int = 0
    unchanged: int = 0
    refused: int = 0
    errors: list[str] = field(default_factory=list)


@transaction.atomic
def import_filings(
    *,
    filings: Path | None,
    records: Path | None,
    until: datetime | None = None,
    by: User,
    at: datetime,
) -> ImportedFilings:
    """Save every filing of the two files that has no fault and is not on record.

    Those submitted after `until` are passed over with their records. A filing without records is a
    nil return. One on record with other content is refused. All of it is one transaction: an
    import that dies leaves nothing and can be started again.
    """
    listing = read_listing(filings, until=until)
    if listing.errors:
        refused = [f"{RECORDS}:1: row: {RowError(1, 'row', 'filings_refused').text}"]
        return ImportedFilings(
            refused=listing.rows, errors=[*listing.errors, *(refused if records else [])]
        )
    intake.open_staging()
    _stage_filings(listing.listed)
    errors = _stage_records(records, listing)
    if errors is None:
        intake.check_rows()
        return _save(listing, records, by=by, at=at)
    return ImportedFilings(refused=len(listing.listed), errors=errors)


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


def _stage_records(records: Path | None, listing: Listing) -> list[str] | None:
    """Copy the rows into staging, and the faults of lines that can't be; None when that worked.

    The errors of a file that can't be attributed to filings: then nothing of it is saved.
    """
    if records is None:
        return None
    try:
        file, header = open_records(records)
    except HeaderWrong as wrong:
        return [f"{records.name}:1: {column}: {told}" for column, told in wrong.faults]
    reading = Reading(listing.numbers, listing.passed_over, header)
    with file:
        copy_records(file, reading)
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy intake_error (filing_no, line, column_name, code, value) from stdin"
        ) as copy,
    ):
        for fault in reading.faults:
            copy.write_row((fault.filing_no, fault.line, "row", fault.code, fault.value))
    if any(fault.filing_no is None for fault in reading.faults):
        intake.check_rows()
        return list(_record_errors(records.name))
    return None


def _save(listing: Listing, records: Path | None, *, by: User, at: datetime) -> ImportedFilings:
    """Save what has no fault, version by version, and say what became of the rest."""
    faulty = _faulty_filings()
    answer = ImportedFilings()
    differing = _differing(listing, faulty)
    saved: dict[int, Filing] = {}
    superseded: list[int] = []
    accepted = {each.key for each in listing.listed if each.standing is not None}
    for version in sorted({each.version for each in listing.listed}):
        fresh = []
        for each in (each for each in listing.listed if each.version == version):
            if each.standing is not None:
                if each.no in differing or each.no in faulty:
                    answer.refused += 1
                    if each.no in differing:
                        answer.errors.append(listing.error(each, "version", "differs"))
                else:
                    answer.unchanged += 1
            elif each.no in faulty:
                answer.refused += 1
            elif version > 1 and each.key_before not in accepted and not each.before_on_record:
                answer.refused += 1
                answer.errors.append(listing.error(each, "version", "version_gap"))
            else:
                accepted.add(each.key)
                fresh.append(each)
        sealed, gone = _save_version(fresh, version, by=by, at=at)
        saved |= sealed
        superseded += gone
    answer.saved = len(saved)
    if saved:
        _derive(saved, superseded)
        _record(listing, saved, by=by, at=at)
    answer.errors += _record_errors(records.name) if records else []
    return answer


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
    if intake.store_rows(version=version) > _MANY:
        with connection.cursor() as cursor:
            cursor.execute("analyze traceability_record, traceability_lot, traceability_filing")
    moments = {filing.pk: each.submitted_at for filing, each in zip(filings, fresh, strict=True)}
    superseded = seal(filings, by=by, at=moments)
    return {filing.pk: filing for filing in filings}, superseded


REASON = "As in the dataset. 依数据集导入。"


def _derive(saved: dict[int, Filing], superseded: Sequence[int]) -> None:
    """Derive from what counts now; a version superseded within the same import never counted."""
    derivation.hold()
    gone = set(superseded)
    derivation.derive(
        added=[pk for pk in saved if pk not in gone],
        removed=[pk for pk in superseded if pk not in saved],
    )


def _record(listing: Listing, saved: dict[int, Filing], *, by: User, at: datetime) -> None:
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


def _record_errors(name: str) -> Iterator[str]:
    for fault in intake.faults():
        yield f"{name}:{fault.line}: {fault.column}: {fault.text}"
