"""Scenarios: made, compared, and promoted to the lines of a decision."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, services, tables
from allocations.models import Category, Scenario, ScenarioShare
from allocations.permissions import Perm
from allocations.rules import ScenarioRules, Share
from allocations.views.decisions import READ_AND_WRITE, may_draft, require_drafter
from allocations.views.outcomes import (
    comparison_chart,
    group_rows,
    left_out_named,
    rules_in_words,
    rules_told,
)
from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page

SHARES_PER_PAGE = 50
PREVIEWED = 100
SUGGESTED = {"weight_last": 60, "weight_used": 20, "weight_capacity": 20}


@requires(Perm.VIEW_DECISIONS)
@require_safe
def scenario_list(request: HttpRequest) -> HttpResponseBase:
    """Every scenario that was saved."""
    return list_page(
        request,
        template="allocations/scenario_list.html",
        name="scenarios",
        table=tables.ScenarioTable,
        filters=tables.ScenarioFilter,
        queryset=queries.scenarios_visible_to(request.user),
        context={"may_make": request.user.holds(Perm.DRAFT_DECISION)},
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def scenario_add(request: HttpRequest) -> HttpResponse:
    """Type rules, look at what comes of them, and save that under a name."""
    at = clock.now()
    source = _source(request)
    planned = forms.PlannedForm(
        {"year": source.year, "category": source.category} if source else request.GET or None, at=at
    )
    if not planned.is_valid():
        return page(request, "allocations/scenario_plan.html", {"form": planned})
    year, category = planned.cleaned_data["year"], planned.cleaned_data["category"]
    form = forms.ScenarioForm(
        request.POST or None, initial=_initial(source, year, category), label_suffix=""
    )
    context: dict[str, Any] = {
        "form": form,
        "year": year,
        "category": Category(category),
    }
    if form.is_valid():
        with refusals_on(form):
            if "save" in request.POST:
                scenario = services.save_scenario(
                    name=form.cleaned_data["name"],
                    year=year,
                    category=category,
                    scenario_rules=form.rules(),
                    by=request.user,
                    at=at,
                )
                messages.success(request, _("The scenario is saved."))
                return redirect(scenario)
            context |= _previewed(queries.outcome_of(year, category, form.rules()))
    return page(request, "allocations/scenario_add.html", context)


@requires(Perm.VIEW_DECISIONS)
@require_safe
def scenario_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One scenario: its rules, its shares beside last year's caps, who was left out."""
    scenario = _visible(request, pk)
    rows = queries.compared([scenario])
    context = {
        "scenario": scenario,
        "moved": queries.moved(scenario),
        "rules": rules_in_words(_rules(scenario)),
        "groups": group_rows(rows),
        "chosen": [scenario],
        "left_out": left_out_named(scenario.left_out),
        "chart": comparison_chart(rows, [scenario]),
        "promotions": scenario.promotions.select_related("decision", "user"),
        "may_make": request.user.holds(Perm.DRAFT_DECISION),
        "may_promote": may_draft(request),
    }
    return list_page(
        request,
        template="allocations/scenario_detail.html",
        name=f"scenario-{scenario.year}-{scenario.category}-{scenario.pk}",
        table=tables.ShareTable,
        filters=tables.ShareFilter,
        queryset=queries.shares_of(scenario),
        per_page=SHARES_PER_PAGE,
        context=context,
    )


@requires(Perm.VIEW_DECISIONS)
@require_safe
def scenario_compare(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Scenarios of the year and category of one of them, side by side."""
    first = _visible(request, pk)
    alike = queries.scenarios_visible_to(request.user).filter(
        year=first.year, category=first.category
    )
    form = forms.ScenariosForm(
        request.GET if "scenario" in request.GET else {"scenario": _latest(alike, first)},
        scenarios=alike,
    )
    chosen: list[Scenario] = form.cleaned_data["scenario"] if form.is_valid() else [first]
    rows = queries.compared(chosen)
    context = {
        "scenario": first,
        "form": form,
        "outcomes": [(each, queries.moved(each), rules_told(_rules(each))) for each in chosen],
        "groups": group_rows(rows),
        "chosen": chosen,
        "chart": comparison_chart(rows, chosen),
    }
    return list_page(
        request,
        template="allocations/scenario_compare.html",
        name=f"scenarios-{first.year}-{first.category}",
        table=tables.ComparedTable,
        queryset=rows,
        per_page=SHARES_PER_PAGE,
        context=context,
        extra_columns=tables.compared_columns(chosen),
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def scenario_promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a scenario the lines of its category in a decision of its year."""
    require_drafter(request)
    scenario = _visible(request, pk)
    facts = {"name": scenario.name, "rules": rules_told(_rules(scenario))}
    has_ceiling = any(
        each.category.value == scenario.category and each.ceiling_kg
        for each in queries.year_position(scenario.year)
    )
    form = forms.PromoteForm(
        request.POST or None,
        decisions=queries.decisions_written_in(scenario.year),
        initial={
            "reason": (_("Scenario %(name)s. %(rules)s") % facts)[:200],
            "with_ceiling": not has_ceiling,
        },
    )
    if form.is_valid():
        with refusals_on(form):
            decision = services.promote_scenario(
                scenario=scenario, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The scenario is on the lines of the decision."))
            return redirect("allocations:decision_grid", decision.pk)
    context = {"form": form, "scenario": scenario, "moved": queries.moved(scenario)}
    return page(request, "allocations/scenario_promote.html", context)


def _visible(request: HttpRequest, pk: int) -> Scenario:
    """The scenario of the address, or 404."""
    return get_object_or_404(queries.scenarios_visible_to(request.user), pk=pk)


def _source(request: HttpRequest) -> Scenario | None:
    """The scenario whose rules are changed into another, where one is named."""
    asked = request.GET.get("from", "")
    if not asked.isdecimal() or len(asked) > 18:
        return None
    return queries.scenarios_visible_to(request.user).filter(pk=asked).first()


def _rules(scenario: Scenario) -> ScenarioRules:
    return ScenarioRules.of(scenario.rules, scenario.total_kg)


def _initial(source: Scenario | None, year: int, category: str) -> dict[str, Any]:
    """The rules of another scenario, or a beginning: the year's ceiling and common weights."""
    if source is None:
        total = queries.total_to_divide(year, category)
        return SUGGESTED | {"total": forms.as_typed(total) if total else ""}
    told = _rules(source)
    found = Enterprise.objects.filter(pk__in={*told.bounds, *told.groups})
    names = {each.pk: forms.directory_name(each) for each in found.select_related("organisation")}
    return forms.scenario_initial(told, names)


def _latest(alike: Any, first: Scenario) -> Sequence[int]:
    """The scenario that was asked about and the latest others, as many as are compared."""
    others = alike.exclude(pk=first.pk).order_by("-pk").values_list("pk", flat=True)
    return [first.pk, *others[: forms.COMPARED_AT_MOST - 1]]


def _previewed(outcome: queries.Outcome) -> dict[str, Any]:
    """What the page shows of an outcome that is not saved: the largest shares, and sums."""
    shares: list[Share] = sorted(outcome.shares, key=lambda each: -each.kg)
    ids = [each.candidate.enterprise_id for each in shares[:PREVIEWED]]
    found = Enterprise.objects.filter(pk__in=ids).select_related("organisation")
    by_id = {each.pk: each for each in found}
    held = dict(ScenarioShare.Held.choices)
    return {
        "outcome": outcome,
        "shares": [
            (
                by_id[each.candidate.enterprise_id],
                each,
                each.kg - each.candidate.last_kg,
                held.get(each.held, ""),
            )
            for each in shares[:PREVIEWED]
        ],
        "more": max(len(shares) - PREVIEWED, 0),
        "total_kg": sum(each.kg for each in shares),
        "moved_kg": sum(abs(each.kg - each.candidate.last_kg) for each in shares),
        "last_kg": sum(each.candidate.last_kg for each in shares),
        "left_out": left_out_named(outcome.candidates.left_out),
    }
