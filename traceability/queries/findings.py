"""Findings: who may see them, what they say, and the records behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from allocations.models import Category
from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to, sees
from portal.accounts.models import User
from portal.kernel.law import Source
from portal.kernel.period import Month
from portal.kernel.templatetags.portal import named
from traceability.models import RECORDS_PER_PAGE, Finding, Record, Tolerance, TrialFinding
from traceability.permissions import Perm
from traceability.rules.checks import CHECK_OF, Facts, explain

COLUMNS = (
    *("code", "severity", "uscc", "counterparty", "month", "category", "lot", "lot_maker", "run"),
    *("document", "amount_kg", "first_seen", "status", "message"),
)
# Open: nobody has closed them and they still hold.
OPEN = (Finding.Status.OPEN, Finding.Status.ANSWERED)
BY_GRAVITY = ("settled", "rank", "-weight", "place", "-amount_kg", "id")
GRAVEST_FIRST = (Finding.Severity.HIGH, Finding.Severity.MEDIUM, Finding.Severity.LOW)


def findings_visible_to(user: User) -> QuerySet[Finding]:
    """The findings on the enterprises `user` may see; an enterprise's own only."""
    findings = Finding.objects.select_related(
        "enterprise__organisation",
        "enterprise__region",
        "counterparty__organisation",
        "lot__maker__organisation",
    )
    held = user.role_held
    if Perm.VIEW_FINDINGS in held.national:
        return findings
    if Perm.VIEW_FINDINGS in held.own:
        return findings.filter(enterprise__organisation_id=user.organisation_id)
    if Perm.VIEW_FINDINGS in held.regional:
        seen = list(enterprises_visible_to(user).order_by().values_list("pk", flat=True))
        return findings.filter(enterprise_id__in=seen)
    return findings.none()


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many open findings of one code there are."""

    code: str
    title: str
    count: int


def counts_by_code(findings: QuerySet[Finding]) -> list[CodeCount]:
    """The open ones among `findings` by code, in the order of the checks."""
    counted = dict(
        findings.filter(status__in=OPEN).order_by().values_list("code").annotate(Count("id"))
    )
    return [
        CodeCount(code, check.heading, counted[code])
        for code, check in CHECK_OF.items()
        if code in counted
    ]


def facts_of(finding: Finding | TrialFinding) -> Facts:
    """What a finding keeps, with its names in the reader's language."""
    lot = finding.lot
    return Facts(
        enterprise=named(finding.enterprise),
        counterparty=named(finding.counterparty),
        month=str(finding.month or ""),
        category=str(Category(finding.category).label) if finding.category else "",
        lot=lot.number if lot else "",
        lot_maker=named(lot.maker) if lot else "",
        run=finding.run,
        document=finding.document,
        figures=finding.arithmetic,
        tolerances=finding.arithmetic.get("tolerances", {}),
    )


def message_of(finding: Finding | TrialFinding) -> str:
    """What a finding says, in the reader's language."""
    return explain(finding.code, facts_of(finding))


@dataclass(frozen=True, slots=True)
class Used:
    """A tolerance as it judged a finding."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class MonthUse:
    """One month of counted production, kg REO, and what was used up to its end."""

    month: Month
    kg: Decimal
    used_kg: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as it explains itself."""

    finding: Finding
    title: str
    message: str
    source: Source
    clears: str
    tolerances: list[Used]
    months: list[MonthUse]


def told(finding: Finding) -> Told:
    """What a finding says, by which law and tolerances, and what would clear it."""
    check = CHECK_OF[finding.code]
    facts = facts_of(finding)
    return Told(
        finding=finding,
        title=finding.title,
        message=check.explain(facts),
        source=check.source,
        clears=str(check.clears),
        tolerances=[
            Used(str(Tolerance.Name(name).label), facts.tolerance(name))
            for name in check.tolerances
            if name in facts.tolerances
        ],
        months=[
            MonthUse(Month.parse(day[:7]), Decimal(kg), Decimal(used))
            for day, kg, used in finding.arithmetic.get("months", ())
        ],
    )


@dataclass(frozen=True, slots=True)
class RecordShown:
    """A record behind a finding; `url` leads to its line for those who may open the filing."""

    record: Record
    url: str | None


def records_behind(finding: Finding, user: User) -> list[RecordShown]:
    """The records that judged a finding, both sides', as far as `user` may see them.

    Of another enterprise's records one sees only those that name one's own as counterparty.
    """
    wanted = [
        *finding.arithmetic.get("records", ()),
        *finding.arithmetic.get("other_records", ()),
    ]
    # Lines are those of the file a filing came in; they need not count from one.
    earlier = (
        Record.objects.filter(filing=OuterRef("filing"), line__lt=OuterRef("line"))
        .order_by()
        .values("filing")
        .annotate(records=Count("pk"))
        .values("records")
    )
    records = (
        Record.objects.filter(pk__in=wanted)
        .annotate(before=Coalesce(Subquery(earlier), 0))
        .select_related(
            "filing__enterprise__organisation",
            "filing__enterprise__region",
            "lot",
            "product",
            "counterparty__organisation",
        )
    )
    return [
        shown
        for record in records.order_by("date", "pk")
        if (shown := _shown(record, user)) is not None
    ]


def _line_on_page(record: Record) -> str:
    """The address of a record's line on its filing's page, by how many stand `before` it."""
    page = record.before // RECORDS_PER_PAGE + 1  # type: ignore[attr-defined]
    address = reverse("traceability:filing_detail", args=[record.filing_id])
    return f"{address}?page={page}#record-{record.line}"


def _shown(record: Record, user: User) -> RecordShown | None:
    if sees(user, record.filing.enterprise):
        return RecordShown(record, _line_on_page(record))
    if record.counterparty is not None and sees(user, record.counterparty):
        return RecordShown(record, None)
    return None


def ranked(findings: QuerySet[Finding]) -> QuerySet[Finding]:
    """`findings` with what sorts them, the open and grave ones that weigh most first."""
    gravity = [When(severity=severity, then=rank) for rank, severity in enumerate(GRAVEST_FIRST)]
    places = [When(code=code, then=place) for place, code in enumerate(CHECK_OF)]
    return findings.annotate(
        settled=Case(When(status__in=OPEN, then=0), default=1, output_field=IntegerField()),
        rank=Case(*gravity, output_field=IntegerField()),
        place=Case(*places, default=len(places), output_field=IntegerField()),
    ).order_by(*BY_GRAVITY)


def findings_of(enterprise: Enterprise, user: User) -> QuerySet[Finding]:
    """The findings on one enterprise that `user` may see."""
    return findings_visible_to(user).filter(enterprise=enterprise)


def export_rows(year: int) -> Iterator[tuple[Any, ...]]:
    """Every finding of `year` as contracts/dataset.md writes it, in the order of COLUMNS."""
    findings = (
        Finding.objects.filter(year=year)
        .select_related(
            "enterprise__organisation", "counterparty__organisation", "lot__maker__organisation"
        )
        .order_by("code", "enterprise__uscc", "month", "key")
    )
    for finding in findings.iterator(chunk_size=2_000):
        yield (
            finding.code,
            finding.severity,
            finding.enterprise.uscc or "",
            (finding.counterparty.uscc or "") if finding.counterparty else "",
            str(finding.month or ""),
            finding.category,
            finding.lot.number if finding.lot else "",
            (finding.lot.maker.uscc or "") if finding.lot else "",
            finding.run,
            finding.document,
            "" if finding.amount_kg is None else f"{finding.amount_kg:f}",
            finding.first_seen.isoformat(),
            finding.status,
            message_of(finding),
        )
