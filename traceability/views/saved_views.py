"""Views of lists, saved under a name."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on, refusals_told
from traceability.forms.bulk import SaveViewForm
from traceability.permissions import Perm
from traceability.queries.saved_views import default_query, own_views, saved_views_of
from traceability.services.saved_views import drop_view, save_view

LISTS = {"findings": "traceability:finding_list", "cases": "traceability:case_list"}
# What belongs to one look at a list and not to a view of it.
PASSING = ("page", "export", "view")


@require_POST
@requires(Perm.VIEW_FINDINGS)
def view_save(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows under a name; one of the same name is replaced."""
    form = SaveViewForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            told = form.cleaned_data | {"query": lasting(form.cleaned_data["query"])}
            view = save_view(by=request.user, at=clock.now(), **told)
            messages.success(request, _("The view is saved."))
            return redirect(f"{reverse(LISTS[view.listing])}?{view.query or 'view=all'}")
    return page(request, "traceability/view_save.html", {"form": form})


@require_POST
@requires(Perm.VIEW_FINDINGS)
def view_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own."""
    view = get_object_or_404(own_views(request.user), pk=pk)
    listing = view.listing
    with refusals_told(request):
        drop_view(view=view, by=request.user, at=clock.now())
        messages.success(request, _("The view is dropped."))
    return redirect(f"{reverse(LISTS[listing])}?view=all")


def lasting(query: str) -> str:
    """What of an address a view keeps, in a form that is safe in any other."""
    kept = QueryDict(query, mutable=True)
    for name in PASSING:
        kept.pop(name, None)
    for name in [name for name, values in kept.lists() if not any(values)]:
        kept.pop(name)
    return kept.urlencode()


def opened_with(request: HttpRequest, listing: str) -> HttpResponse | None:
    """The way to one's own view where a list is opened plainly and one is kept for that."""
    if request.GET:
        return None
    query = default_query(request.user, listing)
    return redirect(f"{request.path}?{query}") if query else None


def list_tools(request: HttpRequest, listing: str, bulk_url: str) -> dict[str, Any]:
    """What stands above a list: its views, and what is done with several rows at once."""
    return {
        "tools": "traceability/_list_tools.html",
        "listing": listing,
        "saved_views": saved_views_of(request.user, listing),
        "may_work": request.user.holds(Perm.WORK_FINDINGS),
        "bulk_url": bulk_url,
    }
