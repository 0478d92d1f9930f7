"""How an enterprise stands against its caps, for its page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from allocations.permissions import Perm
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page
from traceability.queries.caps import cap_position

YEARS_SHOWN = 2


@require_safe
@requires(Perm.VIEW_CAPS)
def enterprise_use_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """Cap, use and what is left of one enterprise, this year and the year before."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    present = clock.today().year
    years = [
        (year, positions)
        for year in range(present, present - YEARS_SHOWN, -1)
        if (positions := cap_position(enterprise, year))
    ]
    return page(
        request, "traceability/_enterprise_use.html", {"years": years, "enterprise": enterprise}
    )
