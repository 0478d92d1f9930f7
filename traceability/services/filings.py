"""Drafting, filling, submitting and amending an enterprise's month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.access import require_allowed
from portal.kernel.errors import Refusal
from portal.kernel.period import Month, civil_day
from portal.kernel.sheets.content import Content
from traceability.models import Filing
from traceability.permissions import Perm
from traceability.rules import filings as filing_rules
from traceability.services import derivation, intake
from traceability.services.accepted import lay_aside, put_back
from traceability.services.flows import derive_flows
from traceability.services.intake import RowsRefused, SourceRow
from traceability.services.movements import derive_movements
from traceability.services.sealing import seal
from traceability.services.telling import tell_buyers

STATEMENT_TIMEOUT = "120s"
_AS_IN_FORCE = """
insert into traceability_record (filing_id, line, kind, date, lot_id, product_id, gross_kg,
    reo_percent, reo_kg, run, counterparty_id, document, country, assay, note)
select %s, line, kind, date, lot_id, product_id, gross_kg, reo_percent, reo_kg, run,
       counterparty_id, document, country, assay, note
  from traceability_record
 where filing_id = (select id from traceability_filing
                     where enterprise_id = %s and month = %s and status = 'submitted')
"""

_FILLED = """
update traceability_filing
   set record_count = (select count(*) from traceability_record where filing_id = %(filing)s),
       prepared_by_id = %(by)s, prepared_at = %(at)s, ready_at = null
 where id = %(filing)s
returning record_count
"""
_EMPTY = """
delete from traceability_unfinishedrow where filing_id = %(filing)s;
update traceability_capturedevent set lines = '{}', changed = true where filing_id = %(filing)s;
delete from traceability_record where filing_id = %(filing)s
"""


class DraftGone(Refusal):
    """Somebody threw the draft away."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows were put into a draft, and how many accepted purchases stayed beside them."""

    rows: int
    kept: int


@transaction.atomic
def open_draft(
    *,
    enterprise: Enterprise,
    month: Month,
    by: User,
    at: datetime,
    reason: str = "",
    reason_kind: str = "",
    with_records: bool = False,
) -> Filing:
    """The draft of a month: the one that stands, or a new one.

    After a submitted version it is an amendment and needs a reason; it begins empty, or with the
    records of that version (`with_records`). Raises MonthNotBegun, NotAFiler or ReasonNeeded.
    """
    # Not against records of others that name this enterprise: these only need it to stay.
    held = Enterprise.objects.select_for_update(of=("self",), no_key=True)
    enterprise = held.select_related("organisation").get(pk=enterprise.pk)
    filing_rules.require_draftable(month, today=civil_day(at), files=enterprise.files)
    last = Filing.objects.filter(enterprise=enterprise, month=month).order_by("-version").first()
    if last and last.status == Filing.Status.DRAFT:
        return last
    version = last.version + 1 if last else 1
    filing_rules.require_reason(version, reason)
    filing = Filing.objects.create(
        enterprise=enterprise,
        month=month,
        version=version,
        reason=reason.strip(),
        reason_kind=reason_kind,
        prepared_by=by,
        prepared_at=at,
    )
    if with_records and version > 1:
        _begin_with_records_in_force(filing)
    records = filing.record_count
    audit.record(
        "filing.drafted", filing, by=by, at=at, month=month, version=version, records=records
    )
    return filing


def _begin_with_records_in_force(filing: Filing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_AS_IN_FORCE, [filing.pk, filing.enterprise_id, filing.month.first_day])
        filing.record_count = cursor.rowcount
    filing.save(update_fields=["record_count"])


def fill_draft(
    *,
    filing: Filing,
    rows: Iterable[SourceRow],
    by: User,
    at: datetime,
    plain: tuple[Content, Sequence[str]] | None = None,
    drop_accepted: bool = False,
) -> Filled:
    """Put `rows` in the place of the records of a draft.

    `plain`: the same rows as a CSV file that can be copied as it stands, and its columns.
    `drop_accepted`: of purchases written by accepting shipments too, which stay otherwise.

    Whoever fills it is its preparer; one that was handed over is taken back. Raises RowsRefused
    with every fault of every row: then the draft stays as it was. Raises AlreadySubmitted or
    DraftGone.
    """
    with transaction.atomic():
        filing = locked(filing)
        filing_rules.require_draft(filing.status, filing.receipt_no)
        stage_draft(filing, at=at)
        count = intake.stage_plain(*plain) if plain else None
        if count is None:
            count = intake.stage_rows(1, rows)
            intake.check_rows(staged=count)
            if faults := list(intake.faults()):
                raise RowsRefused(faults)
        aside = 0 if drop_accepted else lay_aside(filing)
        empty_draft(filing)
        intake.store_rows(version=filing.version)
        kept = put_back(filing) if aside else 0
        filled(filing, by=by, at=at)
        audit.record(
            "filing.filled",
            filing,
            by=by,
            at=at,
            records=filing.record_count,
            kept_purchases=kept,
            drop_accepted=drop_accepted,
        )
    return Filled(count, kept)


def stage_draft(filing: Filing, *, at: datetime) -> None:
    """Make ready to stage rows of a draft as filing 1. Part of a deed.

    No record of it may be dated after the month, or after today.
    """
    limit_statements()
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


def filled(filing: Filing, *, by: User, at: datetime) -> None:
    """Count a draft's records anew; whoever filled it is its preparer. Part of a deed.

    One that was handed over is taken back.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FILLED, {"filing": filing.pk, "by": by.pk, "at": at})
        (filing.record_count,) = cursor.fetchone()
    filing.prepared_by, filing.prepared_at, filing.ready_at = by, at, None


@transaction.atomic
def submit_filing(*, filing: Filing, by: User, at: datetime, held: bool = False) -> Filing:
    """Attest to a draft and submit it: from now on it counts and never changes.

    A version before it is superseded; balances and cap use follow in the same transaction. A draft
    without records is a nil return. Raises AlreadySubmitted, MonthNotOver, AttesterIsPreparer or
    DraftGone, and PermissionDenied unless `by` may submit for the enterprise. The derivation's lock
    and the audit trail's are held until the transaction ends: one deed for a transaction.
    `held`: the caller's deed has locked the draft.
    """
    filing = filing if held else locked(filing)
    require_allowed(by, Perm.SUBMIT_FILING, filing.enterprise)
    filing_rules.require_submittable(_facts(filing), by_id=by.pk, today=civil_day(at))
    superseded = seal([filing], by=by, at={filing.pk: at})
    derivation.hold()
    derivation.derive(added=[filing.pk], removed=superseded)
    derive_movements([filing.pk])
    derive_flows([filing.pk])
    tell_buyers(filing, superseded=superseded, by=by, at=at)
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


@transaction.atomic
def discard_draft(*, filing: Filing, by: User, at: datetime) -> None:
    """Throw a draft away with its records; what is submitted stays. Raises AlreadySubmitted."""
    filing = locked(filing)
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
    empty_draft(filing)
    filing.captured_events.all().delete()
    filing.delete()


def empty_draft(filing: Filing) -> None:
    """Take out every row of a draft. Part of a deed.

    The events that it was captured from stay known, so that they are not taken twice.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY, {"filing": filing.pk})


def locked(filing: Filing) -> Filing:
    """The filing as it stands, which nobody else changes until the transaction ends.

    Raises DraftGone.
    """
    found = (
        Filing.objects.select_for_update(of=("self",), no_key=True)
        .select_related("enterprise__organisation")
        .filter(pk=filing.pk)
        .first()
    )
    if found is None:
        raise DraftGone(_("This draft was thrown away in the meantime."))
    return found


def _facts(filing: Filing) -> filing_rules.SubmissionFacts:
    return filing_rules.SubmissionFacts(
        status=filing.status,
        receipt_no=filing.receipt_no,
        month=filing.month,
        prepared_by_id=filing.prepared_by_id,
    )


def limit_statements() -> None:
    """Let no statement of this transaction run on for ever."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
