"""Drafts that become submitted versions: sealed by their digest, in the place of those before."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from portal.accounts.models import User
from traceability.models import Filing
from traceability.services import intake


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
