"""What submitting a draft would do, found out by doing it and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.kernel.period import civil_day
from traceability.models import Filing
from traceability.queries.caps import cap_position
from traceability.queries.checks import Scope
from traceability.queries.consequences import (
    BalanceChanges,
    FindingChanges,
    Found,
    balance_changes,
    finding_changes,
    found_in,
    held_of,
)
from traceability.queries.desk import CapChange, cap_changes
from traceability.queries.filings import in_force
from traceability.queries.reconciliations import years_touched
from traceability.queries.tolerances import tolerances_on
from traceability.rules import filings as filing_rules
from traceability.services import derivation
from traceability.services.filings import limit_statements, locked
from traceability.services.sealing import seal


@dataclass(frozen=True, slots=True)
class Consequences:
    """What submitting a draft would do to caps, balances and findings."""

    caps: Sequence[CapChange]
    balances: BalanceChanges
    findings: FindingChanges


def preview_submission(*, filing: Filing, by: User, at: datetime) -> Consequences:
    """Submit the draft as if it were attested now, look at what follows, and take it all back.

    Caps and balances are those that the derivation writes; findings are those that the checks find
    over the ledger with the draft in it, held against those over the ledger as it is. Raises
    AlreadySubmitted or DraftGone.
    """
    with transaction.atomic():
        limit_statements()
        draft = locked(filing)
        filing_rules.require_draft(draft.status, draft.receipt_no)
        consequences = _tried(draft, by=by, at=at)
        transaction.set_rollback(True)
    return consequences


def _tried(draft: Filing, *, by: User, at: datetime) -> Consequences:
    enterprise, year = draft.enterprise, draft.month.year
    standing = in_force(draft.enterprise_id, draft.month)
    moving = [draft.pk, *([standing.pk] if standing else [])]
    caps, found = cap_position(enterprise, year), _found(draft, at)
    held = held_of(draft.enterprise_id, moving)
    superseded = seal([draft], by=by, at={draft.pk: at})
    derivation.hold()
    derivation.derive(added=[draft.pk], removed=superseded)
    return Consequences(
        caps=cap_changes(caps, cap_position(enterprise, year)),
        balances=balance_changes(held, held_of(draft.enterprise_id, moving)),
        findings=finding_changes(found, _found(draft, at), of=draft),
    )


def _found(draft: Filing, at: datetime) -> Found:
    """What the checks find of the enterprise in the years that the draft may change."""
    today = civil_day(at)
    found: Found = {}
    for year in years_touched(draft.month):
        found |= found_in(
            Scope(
                year=year,
                as_of=today,
                tolerances=tolerances_on(today),
                enterprise_id=draft.enterprise_id,
            )
        )
    return found
