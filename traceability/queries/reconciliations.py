"""Reconciliations: who may see them, and which are to be run."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from portal.accounts.models import User
from portal.kernel.period import Month
from traceability.models import Filing, Finding, Reconciliation, Replay, Tolerance
from traceability.permissions import Perm
from traceability.queries.findings import findings_visible_to, ranked
from traceability.queries.tolerances import Valued
from traceability.rules.checks import CHECKS

State = Reconciliation.State
# A year is reconciled every night until what December may still bring is filed and due: the
# shipments on their way at its end arrive in January's filing, due in February.
LAST_MONTH_AFTER = 2
MOST_SHOWN = 20


def reconciliations_visible_to(user: User) -> QuerySet[Reconciliation]:
    """Every run for those who may see reconciliations, none for the others; latest first."""
    runs = Reconciliation.objects.select_related("asked_by", "enterprise__organisation")
    return runs if Perm.VIEW_RECONCILIATIONS in user.role_held.national else runs.none()


@dataclass(frozen=True, slots=True)
class CountShown:
    """How many findings of one code a run found."""

    code: str
    title: str
    count: int


def counts_of(run: Reconciliation) -> list[CountShown]:
    """What a finished run found, by code, in the order of the checks; empty before."""
    found = run.counts.get("by_code", {})
    return [
        CountShown(check.code, check.heading, found[check.code])
        for check in CHECKS
        if check.code in found
    ]


@dataclass(frozen=True, slots=True)
class JudgedBy:
    """A check of a run: its rule version, and the tolerances it was judged by."""

    code: str
    title: str
    version: str
    tolerances: list[str]


def judged_by(run: Reconciliation) -> list[JudgedBy]:
    """What a finished run judged by, check by check; empty for one that kept no record."""
    used = run.record.get("tolerances", {})
    versions = run.record.get("versions", {})
    return [
        JudgedBy(
            code=check.code,
            title=check.heading,
            version=versions[check.code],
            tolerances=[
                f"{Tolerance.Name(name).label}: {Valued(name, Decimal(used[name]))}"
                for name in check.tolerances
                if name in used
            ],
        )
        for check in CHECKS
        if check.code in versions
    ]


def first_seen_in(run: Reconciliation, user: User) -> list[Finding]:
    """Findings that `run` put on record first, the gravest first, as far as a page goes."""
    return list(ranked(findings_visible_to(user).filter(reconciliation=run))[:MOST_SHOWN])


def replays_visible_to(user: User) -> QuerySet[Replay]:
    """Every replay of the ledger for those who may see reconciliations, latest first."""
    replays = Replay.objects.all()
    return replays if Perm.VIEW_RECONCILIATIONS in user.role_held.national else replays.none()


def latest_run(year: int) -> Reconciliation | None:
    """The finished country-wide run of `year` that looked at the latest day."""
    finished = Reconciliation.objects.filter(year=year, enterprise=None, state=State.FINISHED)
    return finished.order_by("-as_of", "-id").first()


def runs_to_do() -> list[Reconciliation]:
    """Runs that wait, and those whose worker may have died, in the order they were asked."""
    waiting = Reconciliation.objects.filter(state__in=[State.QUEUED, State.RUNNING])
    return list(waiting.order_by("enterprise_id", "id"))


def years_of_night(today: date) -> list[int]:
    """The years that the nightly run of `today` looks at."""
    last = [today.year - 1] if today.month <= LAST_MONTH_AFTER else []
    return [*last, today.year]


def years_touched(month: Month) -> list[int]:
    """The years whose findings a filing of `month` may change: January settles December."""
    return [month.year - 1, month.year] if month.number == 1 else [month.year]


def key_of_filing(filing_id: int, year: int) -> str:
    """The key of the run that follows one submission."""
    return f"filing:{filing_id}:{year}"


def filings_not_reconciled(year: int) -> list[Filing]:
    """Filings of `year` submitted since its latest country-wide run and not reconciled since.

    Empty while no such run has been: then the night's first run sees everything.
    """
    latest = latest_run(year)
    if latest is None or latest.started_at is None:
        return []
    own_run = Reconciliation.objects.filter(
        run_key=Concat(Value("filing:"), Cast(OuterRef("pk"), CharField()), Value(f":{year}"))
    )
    submitted = Filing.objects.filter(
        submitted_at__gt=latest.started_at,
        month__range=(date(year, 1, 1), date(year, 12, 31)),
    )
    return list(submitted.filter(~Exists(own_run)).order_by("id"))
