"""Trials: who may see them, which are to be run, and what they found."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet

from enterprises.models import Enterprise
from portal.accounts.models import User
from portal.kernel.templatetags.portal import named
from traceability.models import Reconciliation, Tolerance, Trial, TrialFinding
from traceability.permissions import Perm
from traceability.queries.tolerances import Valued, tolerances_on
from traceability.rules.checks import CHECK_OF

State = Reconciliation.State
Change = TrialFinding.Change
MOST_ENTERPRISES = 30


def trials_visible_to(user: User) -> QuerySet[Trial]:
    """Every trial for those who may see reconciliations, none for the others; latest first."""
    trials = Trial.objects.select_related("asked_by", "proposal")
    return trials if Perm.VIEW_RECONCILIATIONS in user.role_held.national else trials.none()


def trials_to_do() -> list[Trial]:
    """Trials that wait, and those whose worker may have died, in the order they were asked."""
    return list(Trial.objects.filter(state__in=[State.QUEUED, State.RUNNING]).order_by("id"))


def tried(trial: Trial) -> QuerySet[TrialFinding]:
    """What a finished trial found, with what a list of it shows; nothing before."""
    if trial.state != State.FINISHED:
        return TrialFinding.objects.none()
    return trial.findings.select_related(
        "enterprise__organisation",
        "counterparty__organisation",
        "lot__maker__organisation",
        "finding",
    )


@dataclass(frozen=True, slots=True)
class ValueTried:
    """A value on trial, beside the one in force."""

    label: str
    held: Valued | None
    tried: Valued


def values_tried(trial: Trial) -> list[ValueTried]:
    """What differed from what was in force, with both values."""
    in_force = trial.record.get("in_force") or tolerances_on(trial.as_of)
    return [
        ValueTried(
            str(Tolerance.Name(name).label),
            Valued(name, Decimal(in_force[name])) if name in in_force else None,
            Valued(name, Decimal(value)),
        )
        for name, value in trial.values.items()
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many findings a trial would add, take away and leave, of a code or an enterprise."""

    label: str
    new: int
    cleared: int
    kept: int


def by_code(trial: Trial) -> list[Tally]:
    """In the order of the checks."""
    counted = _counted(tried(trial), "code")
    return [
        Tally(check.heading, *counted[code]) for code, check in CHECK_OF.items() if code in counted
    ]


def by_enterprise(trial: Trial) -> list[Tally]:
    """Those for whom most would change, as far as a page goes."""
    counted = _counted(tried(trial), "enterprise_id")
    most = sorted(counted, key=lambda pk: (-counted[pk][0] - counted[pk][1], pk))[:MOST_ENTERPRISES]
    changing = [pk for pk in most if counted[pk][0] + counted[pk][1]]
    enterprises = Enterprise.objects.select_related("organisation").in_bulk(changing)
    return [Tally(named(enterprises[pk]), *counted[pk]) for pk in changing]


def _counted(rows: QuerySet[TrialFinding], field: str) -> dict[Any, tuple[int, int, int]]:
    counts: Counter[tuple[Any, str]] = Counter()
    grouped = rows.select_related(None).order_by().values_list(field, "change")
    for key, change, count in grouped.annotate(count=Count("pk")):
        counts[key, change] = count
    return {
        key: (counts[key, Change.NEW], counts[key, Change.CLEARED], counts[key, Change.KEPT])
        for key in {key for key, _change in counts}
    }
