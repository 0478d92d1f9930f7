"""The page that sets both regimes side by side."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from allocations import rules
from allocations.permissions import Perm
from portal.kernel.access import requires
from portal.kernel.pages import page


@requires(Perm.VIEW_DECISIONS)
@require_safe
def regime_list(request: HttpRequest) -> HttpResponse:
    """What the measures of 2012 and of 2025 say, point by point, each with its source."""
    return page(request, "allocations/regime_list.html", {"points": rules.POINTS})
