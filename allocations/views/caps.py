"""Ceilings and caps by year, and where the cap of an enterprise comes from."""

from collections import defaultdict
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from allocations import queries, tables
from allocations.models import AllocationLine, Category
from allocations.permissions import Perm
from enterprises.queries import enterprises_visible_to
from portal.kernel.access import requires
from portal.kernel.charts import Chart, Series
from portal.kernel.pages import page
from portal.kernel.quantity import to_tonnes
from portal.kernel.tables import list_page


@requires(Perm.VIEW_CAPS)
@require_GET
def cap_list(request: HttpRequest) -> HttpResponseBase:
    """The caps that the reader may see."""
    national = Perm.VIEW_CAPS in request.user.role_held.national
    seen = (
        None
        if national
        else list(enterprises_visible_to(request.user).values_list("pk", flat=True))
    )
    return list_page(
        request,
        template="allocations/cap_list.html",
        name="caps",
        table=tables.CapTable,
        filters=tables.CapFilter,
        queryset=queries.cap_sums(seen, chinese=(get_language() or "").startswith("zh")),
    )


@requires(Perm.VIEW_DECISIONS)
@require_GET
def year_list(request: HttpRequest) -> HttpResponse:
    """Ceilings since the first year on record."""
    years = sorted(queries.years_on_record())
    positions = {year: {p.category: p for p in queries.year_position(year)} for year in years}
    categories = [c for c in Category if any(c in positions[year] for year in years)]
    chart = Chart(
        title=_("National ceilings by year"),
        unit=_("t REO"),
        category_name=_("Year"),
        categories=[str(year) for year in years],
        series=[
            Series(
                category.label,
                [
                    to_tonnes(positions[year][category].ceiling_kg)
                    if category in positions[year]
                    else None
                    for year in years
                ],
            )
            for category in categories
        ],
        places=0,
    )
    rows = [
        (year, [positions[year].get(category) for category in categories])
        for year in reversed(years)
    ]
    return page(
        request,
        "allocations/year_list.html",
        {"chart": chart, "categories": categories, "rows": rows},
    )


@requires(Perm.VIEW_DECISIONS)
@require_GET
def year_detail(request: HttpRequest, year: int) -> HttpResponse:
    """One year: ceilings, what is allocated, the decisions that made it so."""
    lines = (
        AllocationLine.objects.filter(decision__year=year, decision__status="issued")
        .select_related("enterprise__organisation", "enterprise__parent__organisation")
        .order_by("enterprise_id")
    )
    holders: dict[object, dict[str, Decimal]] = defaultdict(dict)
    for line in lines:
        holder = line.enterprise.parent or line.enterprise
        sums = holders[holder]
        sums[line.category] = sums.get(line.category, Decimal(0)) + line.kg
    positions = queries.year_position(year)
    decisions = queries.with_totals(
        queries.decisions_visible_to(request.user).filter(year=year)
    ).order_by("number")
    return page(
        request,
        "allocations/year_detail.html",
        {
            "year": year,
            "positions": positions,
            "decisions": decisions,
            "groups": [
                (holder, [sums.get(position.category.value) for position in positions])
                for holder, sums in holders.items()
            ],
        },
    )


@requires(Perm.VIEW_CAPS)
@require_GET
def enterprise_caps_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The caps of one enterprise by year, with the decisions they come from."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    return page(
        request,
        "allocations/_enterprise_caps.html",
        {
            "lines": queries.cap_lines(enterprise),
            "may_see_decisions": request.user.holds(Perm.VIEW_DECISIONS),
        },
    )
