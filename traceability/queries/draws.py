"""Inspection draws: who may see them, the population of one, and what is published of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from enterprises.models import Activity, Enterprise
from portal.accounts.models import Region, User
from portal.kernel.models import AuditEvent
from portal.kernel.period import Month
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among
from portal.kernel.templatetags.portal import named
from traceability.models import (
    Case,
    Draw,
    DrawCandidate,
    DrawnEnterprise,
    Finding,
    Inspection,
    Record,
)
from traceability.permissions import Perm
from traceability.queries.cases import cases_visible_to
from traceability.queries.dossier.period import Period
from traceability.queries.findings import OPEN
from traceability.queries.reliability import conduct_of
from traceability.rules import draws as rules
from traceability.rules.drawing import SCHEME, Candidate, key_of, seats_of, sha256
from traceability.rules.reliability import score

MONTHS = 12
EVERYBODY = "all"  # the one stratum of a draw that has none
# What counts as moved: what came by trade or from the ground, and what went out of runs.
MOVED = ("extraction", "output", "purchase", "sale", "import", "export", "recycled")


def draws_visible_to(user: User) -> QuerySet[Draw]:
    """All draws for ministries and auditors; none for the others, whose enterprises they weigh."""
    draws = Draw.objects.select_related(
        "drafted_by", "committed_by", "drawn_by", "closed_by", "province"
    )
    return draws if Perm.VIEW_DRAWS in user.role_held.national else draws.none()


def population_of(draw: Draw) -> QuerySet[Enterprise]:
    """The enterprises that a draw may choose from: those that file and fit its filter."""
    found = Enterprise.objects.exclude(activities=[]).filter(merged_into=None)
    if draw.province_id:
        found = found.filter(region__code__startswith=draw.province.prefix)  # type: ignore[union-attr]
    if draw.activity:
        found = found.filter(activities__contains=[draw.activity])
    return found.select_related("organisation", "region").order_by("uscc")


def candidates_for(draw: Draw, *, today: date) -> list[DrawCandidate]:
    """The population of `draw` with its weights as they are on a day, not yet kept."""
    enterprises = list(population_of(draw))
    ended = Month.of(today) - 1
    period = Period(ended - MONTHS + 1, ended, today)
    conduct = conduct_of(enterprises, period)
    findings = _open_findings(enterprises)
    moved = _moved(enterprises, period)
    largest = max(moved.values(), default=ZERO)
    factors = rules.Factors(draw.by_score, draw.by_findings, draw.by_quantity)
    told = []
    for each in enterprises:
        signs = rules.Signs(
            score(conduct[each.pk], on=today).points,
            rules.findings_weighed(findings.get(each.pk, {})),
            moved.get(each.pk, ZERO),
        )
        told.append(
            DrawCandidate(
                draw=draw,
                enterprise=each,
                code=each.uscc or f"enterprise-{each.pk}",
                stratum=_stratum(draw, each),
                weight=rules.weight_of(signs, factors, largest_kg=largest),
                points=signs.points,
                findings=signs.findings,
                quantity_kg=signs.quantity_kg,
            )
        )
    return told


def _stratum(draw: Draw, enterprise: Enterprise) -> str:
    if draw.strata == Draw.Strata.PROVINCE:
        return enterprise.region_id[:2] + "0000"
    if draw.strata == Draw.Strata.ACTIVITY:
        # Who has several belongs to the first in the order of the list.
        return next(each for each in Activity.values if each in enterprise.activities)
    return EVERYBODY


def stratum_names(draw: Draw) -> dict[str, Any]:
    """What the strata of a draw are called, in the reader's language."""
    if draw.strata == Draw.Strata.PROVINCE:
        provinces = Region.objects.filter(level=Region.Level.PROVINCE)
        return {each.code: named(each) for each in provinces}
    if draw.strata == Draw.Strata.ACTIVITY:
        return dict(Activity.choices)
    return {EVERYBODY: _("all")}


def _open_findings(enterprises: Sequence[Enterprise]) -> dict[int, dict[str, int]]:
    found = Finding.objects.filter(
        enterprise_id__in=among([each.pk for each in enterprises]), status__in=OPEN
    )
    counts: dict[int, dict[str, int]] = {}
    rows = found.order_by().values_list("enterprise_id", "severity").annotate(Count("pk"))
    for enterprise, severity, count in rows:
        counts.setdefault(enterprise, {})[severity] = count
    return counts


def _moved(enterprises: Sequence[Enterprise], period: Period) -> dict[int, Decimal]:
    records = Record.objects.filter(
        filing__enterprise_id__in=among([each.pk for each in enterprises]),
        filing__status="submitted",
        filing__month__range=(period.first, period.last),
        kind__in=MOVED,
    )
    return dict(
        records.order_by().values_list("filing__enterprise_id").annotate(kg=Sum("gross_kg"))
    )


def frozen(draw: Draw) -> list[Candidate]:
    """The population as it was frozen, in the order of the codes."""
    rows = draw.candidates.order_by("code").values_list("code", "stratum", "weight")
    return [Candidate(*row) for row in rows]


def public_value(before: datetime) -> tuple[int, str]:
    """The number and the digest of the last event on the audit trail before a moment."""
    found = AuditEvent.objects.filter(at__lt=before).order_by("-id").values_list("pk", "digest")
    event, digest = found[0]
    return event, digest


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of a frozen population: how many, of what weight, and its seats."""

    name: Any
    count: int
    weight: int
    seats: int


def strata_of(draw: Draw) -> list[Stratum]:
    """The strata of a committed draw."""
    population = frozen(draw)
    counts = Counter(each.stratum for each in population)
    names = stratum_names(draw)
    seats = seats_of(population, draw.size)
    return [
        Stratum(
            names.get(name, name),
            counts[name],
            sum(each.weight for each in population if each.stratum == name),
            taken,
        )
        for name, taken in seats.items()
    ]


def sample_of(draw: Draw) -> QuerySet[DrawnEnterprise]:
    """Who was drawn, with what the latest inspection of each found."""
    latest = Inspection.objects.filter(drawn=OuterRef("pk")).order_by("-pk")
    return (
        draw.drawn.select_related("candidate__enterprise__organisation", "draw")
        .annotate(
            visited_on=Subquery(latest.values("visited_on")[:1]),
            result=Subquery(latest.values("outcome")[:1]),
            note=Subquery(latest.values("note")[:1]),
            case_id=Subquery(latest.values("case")[:1]),
        )
        .order_by("place")
    )


def population_shown(draw: Draw) -> QuerySet[DrawCandidate]:
    """The frozen population, the heaviest first, with the place of those who were drawn."""
    return draw.candidates.select_related("enterprise__organisation").annotate(
        place=F("picked__place")
    )


def drawn_visible_to(user: User) -> QuerySet[DrawnEnterprise]:
    """The drawn enterprises of the draws that `user` may see."""
    seen = draws_visible_to(user).order_by().values("pk")
    return DrawnEnterprise.objects.filter(draw__in=seen).select_related(
        "draw", "candidate__enterprise__organisation"
    )


def cases_of(drawn: DrawnEnterprise, user: User) -> QuerySet[Case]:
    """The cases of a drawn enterprise that an inspection may be linked to."""
    return cases_visible_to(user).filter(enterprise=drawn.candidate.enterprise_id)


def published(draw: Draw) -> dict[str, Any]:
    """All that decides a committed draw, as its file says it; the secrets once it was drawn."""
    rows = draw.candidates.select_related("enterprise__organisation").order_by("code")
    told = {
        "scheme": SCHEME,
        "number": draw.number,
        "title": draw.title,
        "year": draw.year,
        "quarter": draw.quarter,
        "size": draw.size,
        "strata": draw.strata,
        "factors": {
            "score": draw.by_score,
            "findings": draw.by_findings,
            "quantity": draw.by_quantity,
        },
        "draws_after": draw.draws_after.isoformat() if draw.draws_after else None,
        "population_sha256": draw.population_digest,
        "salt_sha256": sha256(draw.salt),
        "words_sha256": draw.words_digest,
        "population": [
            {
                "code": each.code,
                "name": each.enterprise.name_zh,
                "stratum": each.stratum,
                "weight": each.weight,
                "points": None if each.points is None else f"{each.points:f}",
                "findings": each.findings,
                "quantity_kg": f"{each.quantity_kg:f}",
            }
            for each in rows
        ],
    }
    if draw.is_revealed:
        told |= {
            "salt": draw.salt,
            "words": draw.words,
            "public_event": draw.public_event,
            "public_digest": draw.public_digest,
            "seed": draw.seed,
            "drawn": list(draw.drawn.order_by("place").values_list("candidate__code", flat=True)),
        }
    return told


def key_shown(draw: Draw, candidate: DrawCandidate) -> str:
    """The key of a candidate as the file of rows tells it; empty before the draw."""
    if not draw.is_revealed:
        return ""
    return f"{key_of(draw.seed, candidate.code, candidate.weight):.30f}"
