"""Writing the lines of a decision: all of them, or those somebody changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from allocations import queries, rules
from allocations.models import AllocationLine, CeilingLine, Decision
from allocations.rules import LineChange, LineKey, LineText
from allocations.services.decisions import go_back, locked
from allocations.services.telling import tell_voided
from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel import audit


@dataclass(frozen=True, slots=True)
class CeilingEntry:
    """One ceiling line to be written, kg REO, negative to take away."""

    category: str
    kg: Decimal
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AllocationEntry:
    """One allocation line to be written, kg REO, negative to take away."""

    enterprise: Enterprise
    category: str
    kg: Decimal
    reason: str = ""


@transaction.atomic
def set_lines(
    *,
    decision: Decision,
    ceilings: Sequence[CeilingEntry],
    allocations: Sequence[AllocationEntry],
    read_digest: str | None = None,
    by: User,
    at: datetime,
) -> Decision:
    """Replace all lines; sign-offs on the former content are void from now on.

    A decision on its way becomes a draft again when the content has changed, one that was ordered
    to be issued as well.
    `read_digest`: the content that the writer had before them, where that is known. Raises
    NotTheirMinistry, NotChangeable, or StaleDigest when somebody else wrote in between.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_changeable(decision.status)
    before = decision.content_digest
    rules.require_read(before, read_digest=before if read_digest is None else read_digest)
    standing = queries.standing_sign_offs(decision)
    changes = write_lines(decision, ceilings, allocations, by=by, at=at)
    voided: list[str] = []
    if decision.content_digest != before:
        go_back(decision, Decision.Status.DRAFT)
        voided = tell_voided(decision, standing, changes, by=by, at=at)
    audit.record(
        "decision.lines_set",
        decision,
        by=by,
        at=at,
        ceilings=len(ceilings),
        allocations=len(allocations),
        digest=decision.content_digest,
        voided=voided,
    )
    return decision


@transaction.atomic
def change_lines(
    *, decision: Decision, changes: Sequence[LineChange], by: User, at: datetime
) -> Decision:
    """Write the lines that somebody changed and leave all others as they stand.

    Sign-offs on the former content are void from now on. Raises NotTheirMinistry, NotChangeable,
    LineTwice, CategoryUnfit when an enterprise cannot hold caps, or ChangedMeanwhile with every
    line that somebody else changed since it was read; nothing is written then.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    decision = locked(decision)
    rules.require_changeable(decision.status)
    wanted = rules.merge(changes, queries.standing_lines(decision))
    if not wanted:
        return decision
    added = {each.key.enterprise_id for each in wanted if each.after and each.key.enterprise_id}
    rules.require_holders(added - set(queries.holders_among(added)))
    standing = queries.standing_sign_offs(decision)
    write_changes(decision, wanted, by=by, at=at)
    go_back(decision, Decision.Status.DRAFT)
    voided = tell_voided(decision, standing, list(wanted), by=by, at=at)
    audit.record(
        "decision.lines_changed",
        decision,
        by=by,
        at=at,
        lines=len(wanted),
        digest=decision.content_digest,
        voided=voided,
    )
    return decision


def write_lines(
    decision: Decision,
    ceilings: Iterable[CeilingEntry],
    allocations: Iterable[AllocationEntry],
    *,
    by: User,
    at: datetime,
) -> list[LineChange]:
    """Put these lines in the place of all others; what that changed. Part of a deed.

    A line that says what it said keeps who wrote it; the caller saves the decision's new digest.
    """
    lines = {LineKey(None, each.category): LineText(each.kg, each.reason) for each in ceilings} | {
        LineKey(each.enterprise.pk, each.category): LineText(each.kg, each.reason)
        for each in allocations
    }
    standing = {key: line.text for key, line in queries.standing_lines(decision).items()}
    changes = list(rules.differences(standing, lines))
    write_changes(decision, changes, by=by, at=at)
    return changes


def write_changes(
    decision: Decision, changes: Collection[LineChange], *, by: User, at: datetime
) -> None:
    """Write these changes; part of a deed, whose caller saves the decision's new digest."""
    _remove(decision, {each.key for each in changes if each.after is None})
    after = {each.key: each.after for each in changes if each.after is not None}
    written = {"changed_by": by, "changed_at": at, "decision": decision}
    CeilingLine.objects.bulk_create(
        [
            CeilingLine(category=key.category, kg=text.kg, reason=text.reason, **written)
            for key, text in after.items()
            if key.enterprise_id is None
        ],
        update_conflicts=True,
        unique_fields=["decision", "category"],
        update_fields=["kg", "reason", "changed_by", "changed_at"],
    )
    AllocationLine.objects.bulk_create(
        [
            AllocationLine(
                enterprise_id=key.enterprise_id,
                category=key.category,
                kg=text.kg,
                reason=text.reason,
                **written,
            )
            for key, text in after.items()
            if key.enterprise_id is not None
        ],
        update_conflicts=True,
        unique_fields=["decision", "enterprise", "category"],
        update_fields=["kg", "reason", "changed_by", "changed_at"],
    )
    decision.content_digest = queries.content_digest(decision)


def _remove(decision: Decision, keys: Collection[LineKey]) -> None:
    if not keys:
        return
    ceilings = [key.category for key in keys if key.enterprise_id is None]
    decision.ceiling_lines.filter(category__in=ceilings).delete()
    standing: Mapping[LineKey, int] = {
        LineKey(enterprise, category): pk
        for pk, enterprise, category in decision.allocation_lines.order_by().values_list(
            "pk", "enterprise_id", "category"
        )
    }
    decision.allocation_lines.filter(pk__in=[standing[k] for k in keys if k in standing]).delete()
