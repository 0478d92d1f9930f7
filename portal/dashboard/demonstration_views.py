"""The demonstration's own pages: the next day, and the records that wait for the visitor."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.dashboard import demonstration
from portal.kernel.access import requires, signed_in
from portal.kernel.exports import csv_answer
from traceability.permissions import Perm


@require_POST
@signed_in
def advance(request: HttpRequest) -> HttpResponse:
    """Go to the next day."""
    following = demonstration.advance(by=request.user)
    messages.success(
        request,
        _("It is now %(day)s. Filings of the day before have come in and were reconciled.")
        % {"day": following.day.isoformat()},
    )
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "dashboard:home")


@require_safe
@requires(Perm.PREPARE_FILING)
def records(request: HttpRequest) -> HttpResponseBase:
    """The open month's records of the demonstration's plant, ready to upload."""
    header, *rows = demonstration.left_to_the_visitor()
    return csv_answer("demonstration-2025-11", header, rows)
