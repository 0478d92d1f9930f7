"""What is on record of the eligibility and the capacity of enterprises."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from allocations.models import Assessment, Category, Eligibility
from allocations.queries.caps import possible_holders
from allocations.rules import category_fits
from enterprises.models import Enterprise, EnterpriseQuerySet

# The criteria of the yearly notices to 2024, by the activity that they are asked of.
CRITERIA = {
    "mining": (
        Eligibility.Criterion.LICENCES,
        Eligibility.Criterion.POLLUTANTS,
        Eligibility.Criterion.TAILINGS,
        Eligibility.Criterion.RUNNING,
    ),
    "separation": (
        Eligibility.Criterion.PROCESSES,
        Eligibility.Criterion.SCALE,
        Eligibility.Criterion.POLLUTANTS,
        Eligibility.Criterion.RUNNING,
    ),
}


@dataclass(frozen=True, slots=True)
class CriterionShown:
    """One criterion of an enterprise: the finding that counts, and whether it proves anything."""

    criterion: Any
    found: Eligibility | None
    expired: bool

    @property
    def tone(self) -> str:
        """How it is shown: good, bad where not met, warn where nothing valid is on record."""
        if self.found is None or self.expired:
            return "warn"
        return "bad" if self.found.verdict == Eligibility.Verdict.NOT_MET else "good"


def criteria_of(enterprise: Enterprise) -> list[Eligibility.Criterion]:
    """The criteria that are asked of an enterprise, by what it does."""
    asked = {each for activity in enterprise.activities for each in CRITERIA.get(activity, ())}
    return [each for each in Eligibility.Criterion if each in asked]


def findings_of(enterprise: Enterprise) -> QuerySet[Eligibility]:
    """Every finding on record, the latest first; without the attachments themselves."""
    return (
        enterprise.eligibility.defer("attachment")
        .select_related("assessed_by__organisation")
        .order_by("-id")
    )


def checklist(
    enterprise: Enterprise, findings: Sequence[Eligibility], *, on: date
) -> list[CriterionShown]:
    """Every criterion asked of an enterprise with the finding that counts on `on`."""
    latest: dict[str, Eligibility] = {}
    for each in findings:
        latest.setdefault(each.criterion, each)
    return [
        CriterionShown(
            criterion,
            found := latest.get(criterion.value),
            found is not None and found.valid_until is not None and found.valid_until < on,
        )
        for criterion in criteria_of(enterprise)
    ]


def assessments_of(enterprise: Enterprise) -> QuerySet[Assessment]:
    """Every assessment on record, the latest first."""
    return enterprise.assessments.select_related("assessed_by__organisation").order_by(
        "category", "-from_year", "-id"
    )


def categories_for(enterprise: Enterprise) -> list[tuple[str, Any]]:
    """The categories that an enterprise can hold a cap of today."""
    return [
        (each.value, each.label)
        for each in Category
        if each != Category.MINING
        and category_fits(
            each.value, activities=enterprise.activities, is_group=enterprise.is_group
        )
    ]


def with_eligibility(on: date) -> EnterpriseQuerySet:
    """Who may hold a cap, each with `criteria_met` and `criteria_not_met` as they count on `on`."""
    later = Eligibility.objects.filter(
        enterprise=OuterRef("enterprise"), criterion=OuterRef("criterion"), pk__gt=OuterRef("pk")
    )
    counting = (
        Eligibility.objects.filter(~Exists(later), enterprise=OuterRef("pk"))
        .filter(Q(valid_until=None) | Q(valid_until__gte=on))
        .order_by()
        .values("enterprise")
        .annotate(count=Count("pk"))
        .values("count")
    )
    not_met = Eligibility.Verdict.NOT_MET
    return (
        possible_holders()
        .filter(is_group=False)
        .annotate(
            criteria_met=Coalesce(Subquery(counting.exclude(verdict=not_met)), 0),
            criteria_not_met=Coalesce(Subquery(counting.filter(verdict=not_met)), 0),
        )
    )
