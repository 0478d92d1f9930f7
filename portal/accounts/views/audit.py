"""The audit trail, and whether it is whole."""

from itertools import islice

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET

from portal.accounts import queries, tables
from portal.accounts.permissions import Perm
from portal.kernel import audit
from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.tables import list_page

BREAKS_SHOWN = 20


@requires(Perm.VIEW_AUDIT)
@require_GET
def audit_list(request: HttpRequest) -> HttpResponseBase:
    """Who did what to what, and when."""
    return list_page(
        request,
        template="accounts/audit_list.html",
        name="audit-trail",
        table=tables.EventTable,
        filters=tables.EventFilter,
        queryset=queries.events_visible_to(request.user),
    )


@requires(Perm.VIEW_AUDIT)
@require_GET
def audit_check(request: HttpRequest) -> HttpResponse:
    """Reckon every digest of the audit trail again and name the events that do not fit."""
    broken = islice(audit.broken_links(), BREAKS_SHOWN)
    breaks = [(event, tables.action_name(event.action)) for event in broken]
    events = queries.events_visible_to(request.user)
    context = {"breaks": breaks, "events": events.count(), "latest": events.first()}
    return page(request, "accounts/audit_check.html", context)
