"""Two decisions, or two years, set against one another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from allocations import forms, queries, rules, tables
from allocations.models import Category, Decision
from allocations.permissions import Perm
from allocations.rules import Compared, LineKey
from enterprises.models import Enterprise
from portal.kernel.access import requires
from portal.kernel.quantity import ZERO
from portal.kernel.sql import among
from portal.kernel.tables import TonnesColumn, list_page
from portal.kernel.templatetags.portal import named

Figures = Mapping[LineKey, Decimal]
LINES_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One row of the comparison with its names; ceilings stand before enterprises."""

    key: LineKey
    place: int
    name: str
    uscc: str
    group: str
    category: str
    first: Decimal | None
    second: Decimal | None
    difference_kg: Decimal
    difference_share: Decimal | None


@requires(Perm.VIEW_DECISIONS)
@require_safe
def decision_compare(request: HttpRequest) -> HttpResponseBase:
    """Ceilings and allocations of two decisions, or of two years, line by line."""
    decisions = list(queries.decisions_visible_to(request.user))
    years = queries.years_on_record()
    form = forms.CompareForm(_asked(request, years, decisions), years=years, decisions=decisions)
    rows: list[ComparedRow] = []
    sums: list[dict[str, Any]] = []
    sides = ("", "")
    if form.is_valid():
        asked = form.cleaned_data
        first, second = (_figures(asked[side], decisions) for side in ("a", "b"))
        rows = [row for row in _rows(rules.compare(first, second), asked) if _fits(row, asked)]
        sums = _sums(first, second)
        sides = _called(asked["a"], decisions), _called(asked["b"], decisions)
    return list_page(
        request,
        template="allocations/decision_compare.html",
        name="comparison",
        table=tables.ComparisonTable,
        queryset=rows,
        per_page=LINES_PER_PAGE,
        context={"form": form, "sums": sums, "sides": sides},
        extra_columns=[
            (name, TonnesColumn(verbose_name=_("%(side)s, t REO") % {"side": side}))
            for name, side in zip(("first", "second"), sides, strict=True)
        ],
    )


def _asked(request: HttpRequest, years: list[int], decisions: list[Decision]) -> dict[str, str]:
    """What was asked; else the latest year and the one before it, or a decision and the one before.

    Without two years on record the latest two decisions.
    """
    asked = request.GET.dict()
    sides = [f"{forms.YEAR}-{year}" for year in years[:2]]
    each = [f"{forms.DECISION}-{decision.pk}" for decision in decisions]
    if len(sides) < 2:
        sides = each[:2]
    if "a" not in asked and asked.get("b") in each[:-1]:
        sides = each[each.index(asked["b"]) :]
    return dict(zip(("b", "a"), sides, strict=False)) | asked


def _figures(side: str, decisions: Iterable[Decision]) -> Figures:
    kind, number = side.split("-")
    if kind == forms.YEAR:
        return queries.figures_of_year(int(number))
    return queries.figures_of_decision(next(d for d in decisions if d.pk == int(number)))


def _called(side: str, decisions: Iterable[Decision]) -> str:
    kind, number = side.split("-")
    if kind == forms.YEAR:
        return number
    return next(d.title for d in decisions if d.pk == int(number))


def _rows(compared: Iterable[Compared], asked: Mapping[str, Any]) -> Iterable[ComparedRow]:
    wanted = [
        each
        for each in compared
        if (each.is_changed or not asked["changed"])
        and asked["category"] in ("", each.key.category)
    ]
    ids = {each.key.enterprise_id for each in wanted if each.key.enterprise_id}
    found = Enterprise.objects.filter(pk__in=among(ids)).select_related(
        "organisation", "parent__organisation"
    )
    holders = {each.pk: each for each in found}
    for each in wanted:
        holder = holders.get(each.key.enterprise_id or 0)
        yield ComparedRow(
            key=each.key,
            place=0 if holder is None else 1,
            name=named(holder) if holder else _("National ceiling"),
            uscc=(holder.uscc or "") if holder else "",
            group=named(holder.parent) if holder and holder.parent else "",
            category=str(Category(each.key.category).label),
            first=each.first_kg,
            second=each.second_kg,
            difference_kg=each.difference_kg,
            difference_share=each.difference_share,
        )


def _fits(row: ComparedRow, asked: Mapping[str, Any]) -> bool:
    sought = asked["search"].strip().lower()
    return any(sought in text.lower() for text in (row.name, row.uscc, row.group))


def _sums(first: Figures, second: Figures) -> list[dict[str, Any]]:
    """By category the ceilings and what is allocated on both sides, with the differences."""
    sums = []
    for category in Category:
        for is_ceiling in (True, False):
            one, other = (_sum(side, category, is_ceiling) for side in (first, second))
            if one is not None or other is not None:
                told = Compared(LineKey(None, category.value), one, other)
                sums.append({"category": category, "is_ceiling": is_ceiling, "told": told})
    return sums


def _sum(side: Figures, category: Category, is_ceiling: bool) -> Decimal | None:
    figures = [
        kg
        for key, kg in side.items()
        if key.category == category.value and (key.enterprise_id is None) == is_ceiling
    ]
    return sum(figures, ZERO) if figures else None
