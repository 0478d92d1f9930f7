"""Copies: what an authority received, and that it has it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from allocations import queries, services, tables
from allocations.models import Category
from allocations.permissions import Perm
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.errors import Refusal
from portal.kernel.pages import page
from portal.kernel.tables import list_page


@requires(Perm.VIEW_COPIES)
@require_GET
def copy_list(request: HttpRequest) -> HttpResponseBase:
    """The copies that the reader may see."""
    return list_page(
        request,
        template="allocations/copy_list.html",
        name="copies",
        table=tables.CopyTable,
        filters=tables.CopyFilter,
        queryset=queries.copies_visible_to(request.user),
    )


@requires(Perm.VIEW_COPIES)
@require_GET
def copy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One copy as it was sent."""
    copy = get_object_or_404(queries.copies_visible_to(request.user), pk=pk)
    lines = [line | {"label": Category(line["category"]).label} for line in copy.content["lines"]]
    return page(
        request,
        "allocations/copy_detail.html",
        {
            "copy": copy,
            "lines": lines,
            "may_acknowledge": request.user.holds(Perm.ACKNOWLEDGE_COPY)
            and copy.recipient_id == request.user.organisation_id
            and copy.acknowledged_at is None,
        },
    )


@requires(Perm.ACKNOWLEDGE_COPY)
@require_POST
def copy_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on record that the authority has it."""
    copy = get_object_or_404(queries.copies_visible_to(request.user), pk=pk)
    try:
        services.acknowledge_copy(copy=copy, by=request.user, at=clock.now())
        messages.success(request, _("The copy is acknowledged."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(copy)
