"""Findings moved from case to case by an official; later runs leave them where they were put."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.kernel import audit
from traceability.models import Case, CaseEntry, Finding
from traceability.rules import cases as rules
from traceability.services import case_steps as steps
from traceability.services.case_bulk import refused_together


@transaction.atomic
def move_findings(
    *, findings: Collection[int], into: Case | None, reason: str, by: User, at: datetime
) -> Case:
    """Put findings into another case, or (`into` None) together into a new one of their own.

    All or none: raises RowsRefused with what stands against each. The histories of all cases
    concerned show it.
    """
    moved = _locked(findings)
    held = steps.locked_cases(
        [each.case_id for each in moved if each.case_id] + ([into.pk] if into else [])
    )
    target = held[into.pk] if into else None
    first = moved[0]
    with refused_together(moved) as attempt:
        for each in moved:
            with attempt(each):
                source = held.get(each.case_id) if each.case_id else None
                rules.require_movable(
                    year=each.year,
                    source=steps.standing(source) if source else None,
                    target=steps.standing(target) if target else None,
                    same=source is not None and source == target,
                    alike=target is not None or each.enterprise_id == first.enterprise_id,
                    first_year=first.year,
                )
    if target is None:
        target = _new_case(first, at=at)
    _tell(moved, target, held, reason=reason, by=by, at=at)
    Finding.objects.filter(pk__in=[each.pk for each in moved]).update(
        case=target, placed_by_hand=True
    )
    numbers = [each.pk for each in moved]
    audit.record(
        "findings.moved", target, by=by, at=at, findings=numbers, reason=reason, new=into is None
    )
    return target


def _locked(findings: Collection[int]) -> list[Finding]:
    rows = Finding.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=findings)
    found = list(rows.select_related("enterprise__organisation").order_by("pk"))
    rules.require_all_there(len(found), asked=len(set(findings)))
    return found


def _new_case(finding: Finding, *, at: datetime) -> Case:
    """A case of the finding's enterprise beside the one that its runs keep."""
    return Case.objects.create(
        year=finding.year,
        enterprise=finding.enterprise,
        topic=rules.TOPIC_OF[finding.code],
        opened_at=at,
        opened_by_hand=True,
    )


def _tell(
    moved: list[Finding],
    target: Case,
    held: dict[int, Case],
    *,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """One entry in each case that lost findings, and one in the case that took them."""
    left = Counter(each.case_id for each in moved if each.case_id)
    for source in sorted(left):
        numbers = [f"#{each.pk}" for each in moved if each.case_id == source]
        text = f"{', '.join(numbers)} → {target.pk}: {reason}"[:4000]
        steps.enter(held[source], CaseEntry.Kind.MOVED, by=by, at=at, text=text)
    told = ", ".join(f"#{each.pk} ← {each.case_id or '—'}" for each in moved)
    steps.enter(target, CaseEntry.Kind.MOVED, by=by, at=at, text=f"{told}: {reason}"[:4000])
