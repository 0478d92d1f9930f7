"""Scenarios as pages show them: rules in words, groups' totals, who was left out, a chart."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allocations.models import Scenario
from allocations.queries import Compared
from allocations.rules import CRITERIA_WEIGHED, ScenarioRules
from enterprises.models import Enterprise
from portal.kernel.charts import Chart, Series
from portal.kernel.quantity import ZERO, to_tonnes
from portal.kernel.said import Listed, listed
from portal.kernel.sql import among
from portal.kernel.templatetags.portal import colon, named, number, percent

CHARTED = 15
LEFT_OUT = {
    "activity": gettext_lazy("the category is not among its activities"),
    "merged": gettext_lazy("merged into another"),
    "group": gettext_lazy("its group holds the cap"),
    "designation": gettext_lazy("not designated over the whole year"),
    "eligibility": gettext_lazy("a criterion of eligibility was found unmet"),
}


def rules_in_words(rules: ScenarioRules) -> list[tuple[str, str]]:
    """Each rule with what it says, in the reader's language."""
    weights = listed(
        [
            f"{CRITERIA_WEIGHED[name]} {number(weight, 0 if weight == int(weight) else 2)}"
            for name, weight in rules.weights.items()
        ]
    )
    told: list[tuple[str, Any]] = [(_("Weights"), weights)]
    if rules.floor is not None:
        told.append((_("Floor, of last year's cap"), percent(rules.floor)))
    if rules.ceiling is not None:
        told.append((_("Ceiling, of last year's cap"), percent(rules.ceiling)))
    if rules.within_capacity:
        told.append((_("Capacity"), _("no share above it")))
    if rules.cut_over:
        told.append((_("Penalties"), _("what was produced beyond the cap is cut")))
    if rules.penalty_factor != 1:
        told.append((_("Left after a penalty"), percent(rules.penalty_factor)))
    if rules.bounds:
        told.append((_("Single enterprises bound"), number(len(rules.bounds))))
    if rules.groups:
        told.append((_("Groups bound"), number(len(rules.groups))))
    return told


def rules_told(rules: ScenarioRules) -> str:
    """The same in one sentence."""
    return str(Listed(f"{name}{colon()}{value}" for name, value in rules_in_words(rules)))


def left_out_named(left_out: Sequence[Sequence[Any]]) -> list[tuple[Enterprise, Any]]:
    """Who was left out, by name, and why in words."""
    why = {pk: LEFT_OUT[code] for pk, code in left_out}
    found = Enterprise.objects.filter(pk__in=among(why)).select_related("organisation")
    return [(each, why[each.pk]) for each in found.order_by("organisation__name_zh", "pk")]


def group_rows(rows: Sequence[Compared]) -> list[tuple[str, Decimal, list[Decimal]]]:
    """Each group with its members: last year, and in each scenario; others come last."""
    sums: dict[int | None, tuple[Decimal, list[Decimal]]] = {}
    names: dict[int | None, str] = {None: _("enterprises outside the groups")}
    for row in rows:
        head = row.enterprise if row.enterprise.is_group else row.enterprise.parent
        group = head.pk if head else None
        if head is not None:
            names[group] = named(head)
        last, shares = sums.get(group, (ZERO, [ZERO] * len(row.kg)))
        sums[group] = (
            last + row.last_kg,
            [whole + (kg or ZERO) for whole, kg in zip(shares, row.kg, strict=True)],
        )
    order = sorted(sums, key=lambda group: (group is None, -sums[group][0]))
    return [(names[group], *sums[group]) for group in order]


def comparison_chart(rows: Sequence[Compared], scenarios: Sequence[Scenario]) -> Chart:
    """Last year and each scenario, for the largest enterprises; the others together."""
    shown, rest = rows[:CHARTED], rows[CHARTED:]
    categories = [named(row.enterprise) for row in shown]
    if rest:
        categories.append(_("others (%(count)s)") % {"count": len(rest)})

    def line(figure: Any) -> list[Decimal | None]:
        values: list[Decimal | None] = [_tonnes(figure(row)) for row in shown]
        if rest:
            values.append(_tonnes(sum((figure(row) or ZERO for row in rest), ZERO)))
        return values

    return Chart(
        title=_("Shares beside last year's caps"),
        unit=_("t REO"),
        category_name=_("Enterprise"),
        categories=categories,
        series=[
            Series(_("last year"), line(lambda row: row.last_kg), form="bar"),
            *(
                Series(each.name, line(_at(place)), form="bar")
                for place, each in enumerate(scenarios)
            ),
        ],
        horizontal=True,
    )


def _at(place: int) -> Any:
    def figure(row: Compared) -> Decimal | None:
        return row.kg[place]

    return figure


def _tonnes(kg: Decimal | None) -> Decimal | None:
    return None if kg is None else to_tonnes(kg)
