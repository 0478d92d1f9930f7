"""Drafting, filling, submitting and amending an enterprise's month."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import Month, civil_day
from traceability.models import Filing
from traceability.queries.caps import CapPosition, cap_position
from traceability.rules import filings as filing_rules
from traceability.services import derivation, intake
from traceability.services.intake import RowsRefused, SourceRow

STATEMENT_TIMEOUT = "120s"


@transaction.atomic
def open_draft(
    *, enterprise: Enterprise, month: Month, by: User, at: datetime, reason: str = ""
) -> Filing:
    """The draft of a month: the one that stands, or a new one.

    After a submitted version it is an amendment and needs a reason. Raises MonthNotBegun,
    NotAFiler or ReasonNeeded.
    """
    enterprise = Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise.pk)
    filing_rules.require_draftable(month, today=civil_day(at), files=enterprise.files)
    standing = Filing.objects.filter(
        enterprise=enterprise, month=month, status=Filing.Status.DRAFT
    ).first()
    if standing:
        return standing
    last = Filing.objects.filter(enterprise=enterprise, month=month).aggregate(
        version=Max("version")
    )["version"]
    version = (last or 0) + 1
    filing_rules.require_reason(version, reason)
    filing = Filing.objects.create(
        enterprise=enterprise,
        month=month,
        version=version,
        reason=reason.strip(),
        prepared_by=by,
        prepared_at=at,
    )
    audit.record("filing.drafted", filing, by=by, at=at, month=month, version=version)
    return filing


def fill_draft(*, filing: Filing, rows: Iterable[SourceRow], by: User, at: datetime) -> int:
    """Put `rows` in the place of all records of a draft; how many there are now.

    Whoever fills it is its preparer. Raises RowsRefused with every fault of every row: then the
    draft stays as it was. Raises AlreadySubmitted.
    """
    with transaction.atomic():
        filing = _locked(filing)
        filing_rules.require_draft(filing.status, filing.receipt_no)
        _limit_statements()
        intake.open_staging()
        intake.stage_filing(
            1,
            enterprise_id=filing.enterprise_id,
            uscc=filing.enterprise.uscc or "",
            month=filing.month,
            version=filing.version,
            until=min(civil_day(at), filing.month.last_day),
            filing_id=filing.pk,
        )
        count = intake.stage_rows(1, rows)
        intake.check_rows()
        if faults := list(intake.faults()):
            raise RowsRefused(faults)
        filing.records.all()._raw_delete(filing.records.db)
        intake.store_rows(version=filing.version)
        filing.record_count = count
        filing.prepared_by = by
        filing.prepared_at = at
        filing.save(update_fields=["record_count", "prepared_by", "prepared_at"])
        audit.record("filing.filled", filing, by=by, at=at, records=count)
    return count


@transaction.atomic
def submit_filing(*, filing: Filing, by: User, at: datetime) -> Filing:
    """Attest to a draft and submit it: from now on it counts and never changes.

    A version before it is superseded; balances and cap use follow in the same transaction. A draft
    without records is a nil return. Raises AlreadySubmitted, MonthNotOver or AttesterIsPreparer.
    """
    filing = _locked(filing)
    filing_rules.require_submittable(_facts(filing), by_id=by.pk, today=civil_day(at))
    derivation.hold()
    superseded = seal([filing], by=by, at={filing.pk: at})
    derivation.derive(added=[filing.pk], removed=superseded)
    audit.record(
        "filing.submitted",
        filing,
        by=by,
        at=at,
        month=filing.month,
        version=filing.version,
        records=filing.record_count,
        receipt_no=filing.receipt_no,
        digest=filing.digest,
    )
    return filing


def preview(*, filing: Filing, by: User, at: datetime) -> list[CapPosition]:
    """What submitting the draft would make of the caps of its year, by the submission's own code.

    Everything is undone at the end.
    """
    with transaction.atomic():
        filing = _locked(filing)
        derivation.hold()
        superseded = seal([filing], by=by, at={filing.pk: at})
        derivation.derive(added=[filing.pk], removed=superseded)
        positions = cap_position(filing.enterprise, filing.month.year)
        transaction.set_rollback(True)
    return positions


@transaction.atomic
def discard_draft(*, filing: Filing, by: User, at: datetime) -> None:
    """Throw a draft away with its records; what is submitted stays. Raises AlreadySubmitted."""
    filing = _locked(filing)
    filing_rules.require_draft(filing.status, filing.receipt_no)
    audit.record(
        "filing.discarded",
        filing,
        by=by,
        at=at,
        month=filing.month,
        records=filing.record_count,
    )
    filing.uploads.update(filing=None)
    filing.records.all()._raw_delete(filing.records.db)
    filing.delete()


def seal(filings: Sequence[Filing], *, by: User, at: dict[int, datetime]) -> list[int]:
    """Submit drafts, superseding what stood before; the ids of what was superseded.

    Part of a deed; the caller derives what follows.
    """
    ids = [filing.pk for filing in filings]
    with connection.cursor() as cursor:
        cursor.execute(intake.sql("seal"), {"filings": ids})
        digests = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(
            "update traceability_filing old set status = 'superseded' from traceability_filing new"
            " where new.id = any (%s) and old.enterprise_id = new.enterprise_id"
            " and old.month = new.month and old.status = 'submitted' returning old.id",
            [ids],
        )
        superseded = [row[0] for row in cursor.fetchall()]
    for filing in filings:
        filing.status = Filing.Status.SUBMITTED
        filing.submitted_at = at[filing.pk]
        filing.attested_by = by
        filing.digest, filing.record_count = digests[filing.pk]
        filing.receipt_no = f"{filing.month}-{filing.enterprise.uscc}-v{filing.version}"
    with connection.cursor() as cursor:
        cursor.execute(
            "update traceability_filing f set status = 'submitted', attested_by_id = %s,"
            " submitted_at = s.at, digest = s.digest, record_count = s.records,"
            " receipt_no = s.receipt"
            " from unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::int[], %s::text[])"
            " as s(id, at, digest, records, receipt) where f.id = s.id",
            [
                by.pk,
                ids,
                [filing.submitted_at for filing in filings],
                [filing.digest for filing in filings],
                [filing.record_count for filing in filings],
                [filing.receipt_no for filing in filings],
            ],
        )
    return superseded


def _locked(filing: Filing) -> Filing:
    return (
        Filing.objects.select_for_update(of=("self",))
        .select_related("enterprise__organisation")
        .get(pk=filing.pk)
    )


def _facts(filing: Filing) -> filing_rules.SubmissionFacts:
    return filing_rules.SubmissionFacts(
        status=filing.status,
        receipt_no=filing.receipt_no,
        month=filing.month,
        prepared_by_id=filing.prepared_by_id,
    )


def _limit_statements() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
