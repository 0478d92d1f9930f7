"""Who may receive a share of a year's ceiling, and what scenarios make of it; kg REO."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum
from django.db.models.functions import Abs

from allocations.models import Assessment, Decision, Promotion, Scenario, ScenarioShare
from allocations.permissions import Perm
from allocations.queries.caps import caps, year_position
from allocations.queries.content import holder_facts, told_by
from allocations.queries.penalties import open_penalties_of
from allocations.rules import (
    CHANGEABLE,
    Candidate,
    HolderFacts,
    ScenarioRules,
    Share,
    category_fits,
    propose,
)
from allocations.rules.content import activity_of
from enterprises.models import Enterprise
from enterprises.rules import holds_throughout
from portal.accounts.models import User
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among

# Capacity, and the scores of technology, environment and safety.
Assessed = tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None]
UNKNOWN: Assessed = (None, None, None, None)
SCORES = ("technology", "environment", "safety")


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who may receive a share of a year and category, and who may not and why.

    `left_out` tells a code of LEFT_OUT for each; `without_capacity` and `without_score` count the
    candidates of whom that is not on record.
    """

    found: list[Candidate]
    left_out: list[tuple[int, str]]
    names: dict[int, str]

    @property
    def without_capacity(self) -> int:
        """Candidates without an assessed capacity: last year's cap stands for it."""
        return sum(each.capacity_kg is None for each in self.found)

    @property
    def without_score(self) -> int:
        """Candidates that lack at least one score: the others' mean stands for it."""
        return sum(any(getattr(each, score) is None for score in SCORES) for each in self.found)


def candidates_for(year: int, category: str) -> Candidates:
    """The candidates for a year: who had a cap the year before, and who has an assessed capacity.

    Left out are those that the checks of a decision would stop: not designated for the activity
    over the whole year, a criterion of eligibility found unmet, a merged group, a member whose
    group holds the cap.
    """
    last = {
        row.enterprise_id: row.cap_kg
        for row in caps(year - 1)
        if row.category == category and row.cap_kg > 0
    }
    assessed = _assessments(year, category)
    ids = sorted({*last, *assessed})
    holders = holder_facts(ids, date(year, 1, 1))
    gone = set(
        Enterprise.objects.filter(pk__in=among(ids), merged_into__isnull=False).values_list(
            "pk", flat=True
        )
    )
    why = {pk: _why_left_out(pk, holders[pk], year, category, last, gone) for pk in ids}
    chosen = [pk for pk in ids if not why[pk]]
    used: Mapping[tuple[int, str], Decimal] = told_by(settings.CAP_USE_SOURCE)(year - 1, chosen)
    over = _over(chosen, year, category)
    candidates = [
        Candidate(
            pk,
            holders[pk].label,
            holders[pk].group_id or (pk if holders[pk].is_group else None),
            last.get(pk, ZERO),
            used.get((pk, category), ZERO),
            *assessed.get(pk, UNKNOWN),
            over.get(pk),
        )
        for pk in chosen
    ]
    left_out = [(pk, reason) for pk in ids if (reason := why[pk])]
    return Candidates(candidates, left_out, group_names(candidates))


def group_names(candidates: Sequence[Candidate]) -> dict[int, str]:
    """What the groups of the candidates are called, as their organisations are."""
    ids = {each.group_id for each in candidates if each.group_id}
    found = Enterprise.objects.filter(pk__in=ids).select_related("organisation")
    return {each.pk: str(each) for each in found}


def _why_left_out(
    pk: int,
    holder: HolderFacts,
    year: int,
    category: str,
    last: Mapping[int, Decimal],
    gone: set[int],
) -> str:
    """The code of why somebody may receive nothing; empty: it may."""
    activity = activity_of(category)
    if not category_fits(category, activities=holder.activities, is_group=holder.is_group):
        return "activity"
    if pk in gone:
        return "merged"
    if holder.group_id in last and pk not in last:
        return "group"
    first, end = date(year, 1, 1), date(year, 12, 31)
    if not any(holds_throughout(each, first, end) for each in holder.terms.get(activity, ())):
        return "designation"
    return "eligibility" if holder.unmet.get(activity) else ""


def _assessments(year: int, category: str) -> dict[int, Assessed]:
    """Capacity and scores that hold in `year`, of everybody that has any in the category."""
    latest = (
        Assessment.objects.filter(category=category, from_year__lte=year)
        .order_by("enterprise_id", "-from_year", "-id")
        .distinct("enterprise_id")
    )
    rows = latest.values_list("enterprise_id", "capacity_kg", *SCORES)
    return {
        enterprise: (capacity, technology, environment, safety)
        for enterprise, capacity, technology, environment, safety in rows
    }


def _over(enterprises: Sequence[int], year: int, category: str) -> dict[int, Decimal]:
    """What was produced beyond the cap by open penalties, at who holds the cap that is cut."""
    over: dict[int, Decimal] = {}
    for each in open_penalties_of(enterprises, year):
        if each.category != category:
            continue
        holder = each.enterprise_id if each.enterprise_id in enterprises else each.group_id
        if holder is not None:
            over[holder] = over.get(holder, ZERO) + each.over_kg
    return over


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rules: a share for each candidate, and who was left out."""

    candidates: Candidates
    shares: list[Share]


def outcome_of(year: int, category: str, rules: ScenarioRules) -> Outcome:
    """Divide a total by rules over the figures on record; nothing is saved.

    Raises NothingToWeigh or ConstraintsConflict.
    """
    candidates = candidates_for(year, category)
    return Outcome(candidates, propose(candidates.found, rules, candidates.names))


def total_to_divide(year: int, category: str) -> Decimal:
    """What there is to divide unless somebody says otherwise: the year's ceiling, or the last's."""
    for each in (year, year - 1):
        for position in year_position(each):
            if position.category.value == category and position.ceiling_kg > 0:
                return position.ceiling_kg
    return ZERO


def scenarios_visible_to(user: User) -> QuerySet[Scenario]:
    """Every scenario, for whoever may see decisions being made; none for the others.

    Each with the distance of its shares from last year's caps, and whether it was promoted.
    """
    scenarios = Scenario.objects.select_related("made_by__organisation")
    if not user.holds(Perm.VIEW_DECISIONS):
        return scenarios.none()
    promoted = Promotion.objects.filter(scenario=OuterRef("pk"))
    return scenarios.annotate(
        moved_kg=Sum(Abs(F("shares__kg") - F("shares__last_kg"))),
        holders=Count("shares"),
        promoted=Exists(promoted),
    )


def shares_of(scenario: Scenario) -> QuerySet[Any]:
    """The shares of one scenario with names at hand, and each one's change from last year."""
    return scenario.shares.select_related(
        "enterprise__organisation", "enterprise__parent__organisation"
    ).annotate(change_kg=F("kg") - F("last_kg"))


def decisions_written_in(year: int) -> QuerySet[Decision]:
    """The decisions of a year that can still be written, the latest first."""
    return Decision.objects.filter(year=year, status__in=CHANGEABLE).order_by("-number")


def is_named(*, year: int, category: str, name: str) -> bool:
    """Whether a scenario of the year and category has this name."""
    return Scenario.objects.filter(year=year, category=category, name=name).exists()


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a scenario lies from last year: in all, and at the two that it moves most."""

    last_kg: Decimal
    moved_kg: Decimal
    most_cut: ScenarioShare | None
    most_raised: ScenarioShare | None


def moved(scenario: Scenario) -> Moved:
    """The distance of a scenario from last year's caps."""
    shares = shares_of(scenario)
    sums = scenario.shares.aggregate(last=Sum("last_kg"), moved=Sum(Abs(F("kg") - F("last_kg"))))
    return Moved(
        sums["last"] or ZERO,
        sums["moved"] or ZERO,
        shares.filter(change_kg__lt=0).order_by("change_kg", "pk").first(),
        shares.filter(change_kg__gt=0).order_by("-change_kg", "pk").first(),
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """One enterprise's last cap and its share in each of several scenarios, kg REO."""

    enterprise: Enterprise
    last_kg: Decimal
    kg: tuple[Decimal | None, ...]


def compared(scenarios: Sequence[Scenario]) -> list[Compared]:
    """Several scenarios of one year and category side by side, the largest last caps first."""
    places = {each.pk: place for place, each in enumerate(scenarios)}
    rows: dict[int, list[Decimal | None]] = {}
    last: dict[int, Decimal] = {}
    shares = ScenarioShare.objects.filter(scenario__in=places).order_by("-scenario_id")
    columns = ("scenario_id", "enterprise_id", "kg", "last_kg")
    for scenario, enterprise, kg, last_kg in shares.values_list(*columns):
        rows.setdefault(enterprise, [None] * len(places))[places[scenario]] = kg
        last.setdefault(enterprise, last_kg)
    found = Enterprise.objects.filter(pk__in=among(rows)).select_related(
        "organisation", "parent__organisation"
    )
    return sorted(
        (Compared(each, last[each.pk], tuple(rows[each.pk])) for each in found),
        key=lambda row: (-row.last_kg, row.enterprise.pk),
    )
