"""What a decision says and what surrounds it, for the checks and beside its lines; kg REO."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string

from allocations.models import Assessment, Decision, Eligibility
from allocations.queries.caps import caps, group_caps
from allocations.queries.decisions import agreed_to, effects
from allocations.queries.eligibility import CRITERIA
from allocations.queries.lines import standing_lines
from allocations.queries.penalties import OpenPenalty, open_penalties_of
from allocations.rules import (
    Beside,
    Content,
    GroupTotal,
    HolderFacts,
    LineKey,
    LineText,
    group_totals,
)
from allocations.rules.ministries import required_of
from enterprises.models import Enterprise
from enterprises.queries import terms_of_all
from enterprises.rules import Term
from portal.accounts.models import Organisation
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among

Masses = Mapping[tuple[int, str], Decimal]


def content_of(
    decision: Decision,
    *,
    on: date,
    lines: Mapping[LineKey, LineText] | None = None,
    approval_no: str | None = None,
    agreed: frozenset[str] | None = None,
) -> Content:
    """The decision's content, or `lines` in the place of its own, as the checks see it on `on`.

    Its caps hold from its effective day, or else from `on`, to the end of its year. `agreed`: the
    ministries that agreed to it, where that is known already.
    """
    if lines is None:
        lines = {key: line.text for key, line in standing_lines(decision).items()}
    start, end = date(decision.year, 1, 1), date(decision.year, 12, 31)
    first = min(max(decision.effective_on or on, start), end)
    enterprises = {key.enterprise_id for key in lines if key.enterprise_id is not None}
    has_ceilings = any(key.enterprise_id is None for key in lines)
    required = required_of(decision.regime, has_ceilings=has_ceilings)
    missing = required - (agreed_to(decision) if agreed is None else agreed)
    return Content(
        regime=decision.regime,
        kind=decision.kind,
        first=first,
        last=end,
        approval_no=decision.approval_no if approval_no is None else approval_no,
        lines=lines,
        effects=effects(
            decision,
            ceilings=[(k.category, t.kg) for k, t in lines.items() if k.enterprise_id is None],
            allocations=[(k.category, t.kg) for k, t in lines.items() if k.enterprise_id],
        ),
        holders=holder_facts(enterprises, first),
        beside=beside_of(decision, enterprises),
        missing=tuple(str(each.label) for each in Organisation.Ministry if each in missing),
    )


def beside_of(decision: Decision, enterprises: Collection[int]) -> dict[LineKey, Beside]:
    """Caps, use, capacity and open findings of `enterprises`, by enterprise and category.

    Caps of the year by its issued decisions, without `decision`, which is not issued where it is
    written; use as traceability tells it.
    """
    ids = sorted(enterprises)
    year = decision.year
    caps_now = {(row.enterprise_id, row.category): row.cap_kg for row in caps(year, ids)}
    caps_before = {(row.enterprise_id, row.category): row.cap_kg for row in caps(year - 1, ids)}
    used: Masses = told_by(settings.CAP_USE_SOURCE)(year, ids)
    used_before: Masses = told_by(settings.CAP_USE_SOURCE)(year - 1, ids)
    findings: Mapping[int, int] = told_by(settings.OPEN_FINDINGS_SOURCE)(ids)
    penalties = _penalties(ids, year)
    capacities = _capacities(ids, year)
    keys = {*caps_now, *caps_before, *used, *used_before, *capacities, *penalties}
    keys |= {(each, "") for each in findings}
    return {
        LineKey(*key): Beside(
            cap_kg=caps_now.get(key, ZERO),
            used_kg=used.get(key, ZERO),
            last_cap_kg=caps_before.get(key, ZERO),
            last_used_kg=used_before.get(key, ZERO),
            capacity_kg=capacities.get(key),
            open_findings=findings.get(key[0], 0),
            penalties=tuple(each.document for each in penalties.get(key, ())),
            penalty_kg=sum((each.over_kg for each in penalties.get(key, ())), ZERO),
        )
        for key in keys
    }


def group_totals_of(decision: Decision, content: Content) -> list[GroupTotal]:
    """Each group's total of the year with this content, beside last year's."""
    sums: dict[int, dict[tuple[int, str], Decimal]] = {decision.year: {}, decision.year - 1: {}}
    for each in group_caps(tuple(sums)):
        if each.group_id is not None:
            sums[each.year][each.group_id, each.category] = each.kg
    return group_totals(content, others=sums[decision.year], last=sums[decision.year - 1])


def _penalties(enterprises: Collection[int], year: int) -> dict[tuple[int, str], list[OpenPenalty]]:
    """The penalties whose cut is to be decided, at their enterprises and at these' groups."""
    found: dict[tuple[int, str], list[OpenPenalty]] = {}
    for each in open_penalties_of(enterprises, year):
        for holder in filter(None, {each.enterprise_id, each.group_id}):
            found.setdefault((holder, each.category), []).append(each)
    return found


def told_by(source: str) -> Callable[..., Mapping]:
    """What a higher app tells: the function that the settings name."""
    return import_string(source)


def _capacities(enterprises: Collection[int], year: int) -> dict[tuple[int, str], Decimal]:
    """The assessed capacity that holds in `year`: the latest row of each that begins by then."""
    latest = (
        Assessment.objects.filter(enterprise_id__in=among(enterprises), from_year__lte=year)
        .order_by("enterprise_id", "category", "-from_year", "-id")
        .distinct("enterprise_id", "category")
    )
    return {
        (enterprise, category): kg
        for enterprise, category, kg in latest.values_list(
            "enterprise_id", "category", "capacity_kg"
        )
    }


def holder_facts(enterprises: Collection[int], on: date) -> dict[int, HolderFacts]:
    """What is on record of these enterprises; a group has its members' designations."""
    found = list(
        Enterprise.objects.filter(pk__in=among(enterprises)).select_related("organisation")
    )
    heads = {each.pk for each in found if each.is_group}
    members = Enterprise.objects.filter(parent_id__in=among(heads)).values_list("pk", "parent_id")
    head_of = dict(members)
    terms: dict[tuple[int, str], list[Term]] = {}
    for key, term in terms_of_all({*enterprises, *head_of}):
        terms.setdefault(key, []).append(term)
    by_holder: dict[int, dict[str, list[list[Term]]]] = {}
    for (enterprise, activity), held in terms.items():
        for holder in filter(None, (enterprise, head_of.get(enterprise))):
            by_holder.setdefault(holder, {}).setdefault(activity, []).append(held)
    verdicts = _verdicts(enterprises, on)
    return {
        each.pk: HolderFacts(
            label=str(each),
            activities=frozenset(each.activities),
            is_group=each.is_group,
            group_id=each.parent_id,
            terms=by_holder.get(each.pk, {}),
            unmet={} if each.is_group else _criteria(verdicts.get(each.pk, {}), unmet=True),
            unproven={} if each.is_group else _criteria(verdicts.get(each.pk, {}), unmet=False),
        )
        for each in found
    }


def _verdicts(enterprises: Collection[int], on: date) -> dict[int, dict[str, str]]:
    """By enterprise and criterion the latest finding, without those no longer valid on `on`."""
    latest = (
        Eligibility.objects.filter(enterprise_id__in=among(enterprises))
        .order_by("enterprise_id", "criterion", "-id")
        .distinct("enterprise_id", "criterion")
    )
    verdicts: dict[int, dict[str, str]] = {}
    for enterprise, criterion, verdict, until in latest.values_list(
        "enterprise_id", "criterion", "verdict", "valid_until"
    ):
        if until is None or until >= on:
            verdicts.setdefault(enterprise, {})[criterion] = verdict
    return verdicts


def _criteria(verdicts: Mapping[str, str], *, unmet: bool) -> dict[str, list]:
    """The labels of the criteria found unmet, or else without a finding, by activity."""
    sought = Eligibility.Verdict.NOT_MET.value if unmet else None
    return {
        activity: [each.label for each in criteria if verdicts.get(each.value) == sought]
        for activity, criteria in CRITERIA.items()
    }
