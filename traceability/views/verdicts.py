"""Why something was found of an enterprise and month, and why something was not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.period import Month
from traceability.forms.verdicts import VerdictForm
from traceability.permissions import Perm
from traceability.queries.verdicts import verdicts_of


@require_safe
@requires(Perm.VIEW_TOLERANCES)
def enterprise_checks(request: HttpRequest, pk: int) -> HttpResponse:
    """Each check of a month with its figure, its bound, the margin and the verdict in words."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    today = clock.today()
    given = {"month": str(Month.of(today) - 1), "as_of": today.isoformat(), "subject": ""}
    form = VerdictForm(given | request.GET.dict(), today=today)
    told = []
    if form.is_valid():
        told = verdicts_of(enterprise, user=request.user, **form.cleaned_data)
    context = {"enterprise": enterprise, "form": form, "told": told}
    return page(request, "traceability/enterprise_checks.html", context)
