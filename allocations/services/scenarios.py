"""Scenarios saved, and one of them made the lines of a decision."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from allocations import queries, rules
from allocations.models import (
    CeilingLine,
    Decision,
    Penalty,
    PenaltyAnswer,
    Promotion,
    Scenario,
    ScenarioShare,
)
from allocations.queries import OpenPenalty
from allocations.rules import LineChange, LineKey, LineText, ScenarioRules
from allocations.services.decisions import create_draft, go_back, locked
from allocations.services.lines import write_changes
from allocations.services.telling import tell_voided
from portal.accounts.models import User
from portal.kernel import audit
from portal.kernel.period import civil_day
from portal.kernel.quantity import GRAM, ZERO, apportion, to_tonnes


@transaction.atomic
def save_scenario(
    *, name: str, year: int, category: str, scenario_rules: ScenarioRules, by: User, at: datetime
) -> Scenario:
    """Divide a total by rules and keep the outcome under a name.

    Raises ScenarioUnfit, ScenarioNamed, NothingToWeigh or ConstraintsConflict.
    """
    total = scenario_rules.total_kg
    rules.require_plannable(
        year=year, this_year=civil_day(at).year, category=category, total_kg=total
    )
    with connection.cursor() as cursor:  # two who save under one name: the second is told so
        cursor.execute("select pg_advisory_xact_lock(hashtext('allocations_scenario'), %s)", [year])
    taken = queries.is_named(year=year, category=category, name=name.strip())
    rules.require_name(name, taken=taken)
    outcome = queries.outcome_of(year, category, scenario_rules)
    scenario = Scenario.objects.create(
        name=name.strip(),
        year=year,
        category=category,
        total_kg=total,
        rules=scenario_rules.told(),
        left_out=outcome.candidates.left_out,
        made_by=by,
        made_at=at,
    )
    ScenarioShare.objects.bulk_create(
        ScenarioShare(
            scenario=scenario,
            enterprise_id=each.candidate.enterprise_id,
            kg=each.kg,
            target_kg=each.target_kg.quantize(GRAM),
            last_kg=each.candidate.last_kg,
            cut_kg=each.cut_kg,
            held=each.held,
        )
        for each in outcome.shares
    )
    audit.record(
        "scenario.saved",
        scenario,
        by=by,
        at=at,
        total_kg=str(total),
        rules=scenario_rules.told(),
    )
    return scenario


@transaction.atomic
def promote_scenario(
    *,
    scenario: Scenario,
    reason: str,
    decision: Decision | None = None,
    with_ceiling: bool = False,
    by: User,
    at: datetime,
) -> Decision:
    """Make a scenario the lines of its category in a decision, or in a new annual draft.

    Each line is what is missing to the share beside the year's issued decisions; the lines that
    the decision had of the category give way. Cuts after penalties that the scenario holds are
    taken with it. `with_ceiling` writes its total as the ceiling too. Raises NotTheirMinistry,
    NotChangeable, ScenarioUnfit, ScenarioOutdated, CutUnfit or ReasonMissing.
    """
    rules.require_drafting_ministry(by.organisation.ministry)
    rules.require_answer_reason(reason)
    decision = _opened(scenario, decision, by=by, at=at)
    cuts = _cuts(scenario)
    sign_offs = queries.standing_sign_offs(decision)
    changes = _changes(scenario, decision, reason.strip(), cuts, with_ceiling=with_ceiling)
    write_changes(decision, changes, by=by, at=at)
    go_back(decision, Decision.Status.DRAFT)
    voided = tell_voided(decision, sign_offs, changes, by=by, at=at)
    _take(scenario, decision, cuts, by=by, at=at)
    Promotion.objects.create(scenario=scenario, decision=decision, user=by, at=at)
    audit.record(
        "decision.scenario_promoted",
        decision,
        by=by,
        at=at,
        scenario=scenario.pk,
        name=scenario.name,
        lines=len(changes),
        reason=reason,
        digest=decision.content_digest,
        voided=voided,
    )
    return decision


Cuts = Mapping[int, tuple[Decimal, Sequence[OpenPenalty]]]


def _opened(scenario: Scenario, decision: Decision | None, *, by: User, at: datetime) -> Decision:
    """The decision that is written, locked; a new draft where none is named."""
    if decision is None:
        return create_draft(
            year=scenario.year,
            regime=rules.regime_of(scenario.year),
            kind=Decision.Kind.ANNUAL,
            note=scenario.name,
            by=by,
            at=at,
        )
    decision = locked(decision)
    rules.require_changeable(decision.status)
    rules.require_year(year=decision.year, of_scenario=scenario.year)
    return decision


def _cuts(scenario: Scenario) -> Cuts:
    """What the scenario cuts, by holder, with the penalties that it cuts for, locked."""
    cut = dict(scenario.shares.filter(cut_kg__gt=0).values_list("enterprise_id", "cut_kg"))
    if not cut:
        return {}
    found: dict[int, list[OpenPenalty]] = {}
    for each in queries.open_penalties_of(cut, scenario.year):
        holder = each.enterprise_id if each.enterprise_id in cut else each.group_id
        if each.category == scenario.category and holder is not None:
            found.setdefault(holder, []).append(each)
    asked = [each.pk for penalties in found.values() for each in penalties]
    list(
        Penalty.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=asked)
        .order_by("pk")
    )
    rules.require_cuts_open(cut, found)
    return {holder: (kg, found[holder]) for holder, kg in cut.items()}


def _changes(
    scenario: Scenario, decision: Decision, reason: str, cuts: Cuts, *, with_ceiling: bool
) -> list[LineChange]:
    """How the lines of the category become the scenario's; other categories stay as they are."""
    standing = {key: line.text for key, line in queries.standing_lines(decision).items()}
    now = {
        row.enterprise_id: row.cap_kg
        for row in queries.caps(scenario.year)
        if row.category == scenario.category
    }
    wanted = {key: text for key, text in standing.items() if key.category != scenario.category}
    ceiling = LineKey(None, scenario.category)
    if ceiling in standing:
        wanted[ceiling] = standing[ceiling]
    if with_ceiling:
        wanted[ceiling] = LineText(scenario.total_kg - _other_ceilings(decision, scenario), reason)
    for enterprise, kg in scenario.shares.values_list("enterprise_id", "kg"):
        line = kg - now.get(enterprise, ZERO)
        if line:
            said = _said(reason, *cuts[enterprise]) if enterprise in cuts else reason
            wanted[LineKey(enterprise, scenario.category)] = LineText(line, said)
    return rules.differences(standing, wanted)


def _said(reason: str, kg: Decimal, penalties: Sequence[OpenPenalty]) -> str:
    """The reason on a line that is cut: the scenario's, then the penalties and how much."""
    documents = ", ".join(each.document for each in penalties)
    return rules.cut_reason(reason, document=documents, reason=f"-{to_tonnes(kg)} t")


def _other_ceilings(decision: Decision, scenario: Scenario) -> Decimal:
    """The category's ceiling by the year's issued decisions."""
    issued = CeilingLine.objects.filter(
        decision__year=decision.year,
        decision__status=Decision.Status.ISSUED,
        category=scenario.category,
    )
    return sum(issued.values_list("kg", flat=True), ZERO)


def _take(scenario: Scenario, decision: Decision, cuts: Cuts, *, by: User, at: datetime) -> None:
    """Put on record that the cuts of the scenario were taken, divided among their penalties."""
    answers = []
    for holder, (kg, penalties) in cuts.items():
        over = [each.over_kg for each in penalties]
        weights = over if sum(over) else [Decimal(1)] * len(over)
        for each, part in zip(penalties, apportion(kg, weights), strict=True):
            answers.append(
                PenaltyAnswer(
                    penalty_id=each.pk,
                    verdict=PenaltyAnswer.Verdict.TAKEN,
                    decision=decision,
                    holder_id=holder,
                    kg=part,
                    reason=scenario.name,
                    user=by,
                    at=at,
                )
            )
    PenaltyAnswer.objects.bulk_create(answers)
