"""Caps of a year, and where the caps of one enterprise come from."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from allocations import queries, tables
from allocations.models import AllocationLine, Category, Copy
from allocations.permissions import Perm
from enterprises.models import EnterpriseQuerySet
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.period import Month
from portal.kernel.tables import list_page


@dataclass(frozen=True, slots=True)
class CapShown:
    """One cap with the lines it is the sum of."""

    year: int
    category: Category
    lines: list[AllocationLine]

    @property
    def cap_kg(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.kg for line in self.lines), Decimal(0))


@requires(Perm.VIEW_CAPS)
@require_safe
def cap_list(request: HttpRequest) -> HttpResponseBase:
    """The caps of a year that the reader may see; of the present or latest year unless asked."""
    asked = request.GET.get("year", "")
    years = queries.years_on_record()
    present = clock.today().year
    latest = present if present in years or not years else years[0]
    year = int(asked) if asked.isdecimal() and int(asked) in years else latest
    request.GET = request.GET.copy()
    request.GET["year"] = str(year)
    enterprises = enterprises_visible_to(request.user).select_related("parent__organisation")
    return list_page(
        request,
        template="allocations/cap_list.html",
        name=f"caps-{year}",
        table=tables.CapTable,
        filters=tables.CapFilter if years else None,
        queryset=queries.with_caps(enterprises, year),
        reach=_first_reached(enterprises, year) if year == present else {},
        exclude=() if year == present else ("reach",),
        context={"year": year, "may_see_decisions": request.user.holds(Perm.VIEW_DECISIONS)},
    )


@requires(Perm.VIEW_CAPS)
@require_safe
def cap_detail(request: HttpRequest, pk: int, year: int, category: str) -> HttpResponse:
    """Why one cap is what it is: every line of it, with its decision and its reason."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    steps = queries.cap_history(enterprise, year, category)
    if not steps:
        raise Http404
    copies = _copies_received(request, steps)
    held = queries.caps_of(enterprise)
    of_others = [each for each, name in held if name == category]
    context = {
        "enterprise": enterprise,
        "year": year,
        "category": Category(category),
        "steps": [(step, copies.get(step.line.decision_id)) for step in steps],
        "cap_kg": steps[-1].cap_kg,
        "others": [
            (reverse("allocations:cap_detail", args=[pk, year, name]), Category(name).label)
            for each, name in held
            if each == year
        ],
        "before": max((each for each in of_others if each < year), default=None),
        "after": min((each for each in of_others if each > year), default=None),
        "may_see_decisions": request.user.holds(Perm.VIEW_DECISIONS),
    }
    return page(request, "allocations/cap_detail.html", context)


def _copies_received(request: HttpRequest, steps: list[queries.CapStep]) -> dict[int, Copy]:
    """The reader's own copies of the decisions of these lines, by decision."""
    own = queries.copies_visible_to(request.user).filter(
        recipient_id=request.user.organisation_id,
        decision__in=[step.line.decision_id for step in steps],
    )
    return {copy.decision_id: copy for copy in own}


@requires(Perm.VIEW_CAPS)
@require_safe
def enterprise_caps_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The caps of one enterprise by year, each with the lines and decisions it comes from."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    of_a_cap = groupby(
        queries.cap_lines(enterprise), lambda line: (line.decision.year, line.category)
    )
    caps = [CapShown(year, Category(name), list(lines)) for (year, name), lines in of_a_cap]
    template = "_enterprise_caps.html" if request.htmx else "enterprise_caps_fragment.html"
    return page(
        request,
        f"allocations/{template}",
        {
            "enterprise": enterprise,
            "caps": caps,
            "may_see_decisions": request.user.holds(Perm.VIEW_DECISIONS),
        },
    )


def _first_reached(enterprises: EnterpriseQuerySet, year: int) -> dict[int, Month]:
    """By enterprise the first month in which one of its caps is, or will be, used up."""
    ids = list(enterprises.order_by().values_list("pk", flat=True))
    first: dict[int, Month] = {}
    for (enterprise, _category), month in queries.expected_reach(year, ids).items():
        first[enterprise] = min(month, first.get(enterprise, month))
    return first
