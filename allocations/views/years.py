"""Ceilings and who holds them, year by year."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from allocations import queries, rules
from allocations.models import Category, Decision
from allocations.permissions import Perm
from allocations.queries import CategoryPosition, GroupYear, Holder
from allocations.queries.published import published_sums
from enterprises.models import Enterprise
from portal.kernel.access import requires
from portal.kernel.charts import Chart, Series
from portal.kernel.pages import page
from portal.kernel.quantity import to_tonnes
from portal.kernel.templatetags.portal import named

MINING = (Category.MINING_ROCK, Category.MINING_IONIC, Category.MINING)


@requires(Perm.VIEW_DECISIONS)
@require_safe
def year_list(request: HttpRequest) -> HttpResponse:
    """Ceilings since the first year on record."""
    positions = queries.ceilings_by_year()
    found = {position.category for each in positions.values() for position in each}
    categories = [category for category in Category if category in found]
    rows = [
        (year, _regime(year), [_of(each, category) for category in categories])
        for year, each in positions.items()
    ]
    charts = [*_ceiling_charts(positions), *_group_charts(positions, queries.group_caps())]
    context = {"categories": categories, "rows": rows, "charts": charts}
    return page(request, "allocations/year_list.html", context)


@requires(Perm.VIEW_DECISIONS)
@require_safe
def year_detail(request: HttpRequest, year: int) -> HttpResponse:
    """One year: ceilings, who holds what, and the decisions that made it so."""
    decisions = queries.decisions_visible_to(request.user).filter(year=year)
    if not decisions.exists():
        raise Http404
    positions = queries.year_position(year)
    holders = queries.holders(year)
    years = queries.years_on_record()
    context = {
        "year": year,
        "regime": _regime(year),
        "positions": positions,
        "holders": [
            (each.enterprise, [each.caps_kg.get(p.category) for p in positions]) for each in holders
        ],
        "unequal": [
            (each, _named(each.category)) for each in rules.unequal_sums(published_sums(year))
        ],
        "chart": _holders_chart(holders, positions) if holders else None,
        "decisions": queries.with_figures(decisions).order_by("number"),
        "before": max((each for each in years if each < year), default=None),
        "after": min((each for each in years if each > year), default=None),
    }
    return page(request, "allocations/year_detail.html", context)


def _regime(year: int) -> str:
    return Decision.Regime(rules.regime_of(year)).label


def _named(category: str) -> str:
    """A published total's category; the sum over both kinds of mining is mining alone."""
    return _("mining") if category == Category.MINING else Category(category).label


def _of(positions: Sequence[CategoryPosition], category: Category) -> CategoryPosition | None:
    return next((each for each in positions if each.category == category), None)


def _tonnes(kg: Decimal | None) -> Decimal | None:
    return None if kg is None else to_tonnes(kg)


def _ceiling_charts(
    positions: Mapping[int, Sequence[CategoryPosition]],
) -> list[tuple[str, Chart]]:
    """Mining by ore type, and smelting and separation, since the first year on record."""
    years = sorted(positions)
    charts = []
    for name, title, categories in (
        ("mining", _("Mining ceilings by year"), MINING),
        ("separation", _("Smelting and separation ceilings by year"), (Category.SEPARATION,)),
    ):
        lines = {
            category: [_of(positions[year], category) for year in years] for category in categories
        }
        series = [
            Series(
                category.short_label,
                [_tonnes(each.ceiling_kg) if each else None for each in line],
                form="bar",
                stack="ceiling",
            )
            for category, line in lines.items()
            if any(line)
        ]
        chart = Chart(
            title=title,
            unit=_("t REO"),
            category_name=_("Year"),
            categories=[str(year) for year in years],
            series=series,
        )
        charts.append((f"chart-{name}", chart))
    return charts


def _group_charts(
    positions: Mapping[int, Sequence[CategoryPosition]], caps: Sequence[GroupYear]
) -> list[tuple[str, Chart]]:
    """Each category's ceilings by who holds them: groups, others, and what nobody does.

    Where no group's share is on record the whole ceiling stands in grey.
    """
    years = sorted(positions)
    held: dict[Category, dict[int | None, dict[int, Decimal]]] = {}
    for cap in caps:
        by_group = held.setdefault(Category(cap.category), {})
        by_group.setdefault(cap.group_id, {})[cap.year] = cap.kg
    ids = {group for by_group in held.values() for group in by_group if group is not None}
    found = Enterprise.objects.filter(pk__in=ids).select_related("organisation")
    names: dict[int | None, str] = {each.pk: named(each) for each in found}
    names[None] = _("enterprises outside the groups")
    return [
        (
            f"chart-groups-{category.value}",
            Chart(
                title=_("Ceilings by group: %(category)s") % {"category": category.short_label},
                unit=_("t REO"),
                category_name=_("Year"),
                categories=[str(year) for year in years],
                series=_group_series(
                    [_of(positions[year], category) for year in years], years, by_group, names
                ),
                note=_("Grey: not allocated, or no allocation on record."),
            ),
        )
        for category in Category
        if (by_group := held.get(category))
    ]


def _group_series(
    ceilings: Sequence[CategoryPosition | None],
    years: Sequence[int],
    by_group: Mapping[int | None, Mapping[int, Decimal]],
    names: Mapping[int | None, str],
) -> list[Series]:
    """One stacked row for each holder, the largest first, and the rest of the ceilings."""
    order = sorted(by_group, key=lambda group: (group is None, -sum(by_group[group].values())))
    return [
        *(
            Series(
                names[group],
                [_tonnes(by_group[group].get(year)) for year in years],
                form="bar",
                stack="ceiling",
            )
            for group in order
        ),
        Series(
            _("not allocated"),
            [
                _tonnes(each.reserve_kg) if each and each.reserve_kg > 0 else None
                for each in ceilings
            ],
            form="bar",
            stack="ceiling",
            rest=True,
        ),
    ]


def _holders_chart(holders: Sequence[Holder], positions: Sequence[CategoryPosition]) -> Chart:
    """What each holder has in each category; mining stands stacked beside separation."""
    return Chart(
        title=_("Caps by group and enterprise"),
        unit=_("t REO"),
        category_name=_("Holder"),
        categories=[named(each.enterprise) for each in holders],
        series=[
            Series(
                position.category.short_label,
                [_tonnes(each.caps_kg.get(position.category)) for each in holders],
                form="bar",
                stack="mining" if position.category in MINING else "separation",
            )
            for position in positions
        ],
        horizontal=True,
    )
