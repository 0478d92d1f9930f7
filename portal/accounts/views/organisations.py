"""Organisations to invite people for, and the regions on record."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portal.accounts import forms, queries, services, tables
from portal.accounts.models import User
from portal.accounts.permissions import Perm
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page


@requires(Perm.MANAGE_USERS)
@require_GET
def organisation_list(request: HttpRequest) -> HttpResponseBase:
    """The organisations, to invite somebody for one or, with `move`, to move somebody to one."""
    moving = _moving(request)
    return list_page(
        request,
        template="accounts/organisation_list.html",
        name="organisations",
        table=tables.OrganisationTable,
        filters=tables.OrganisationFilter,
        queryset=queries.organisations_visible_to(request.user),
        context={"moving": moving},
        moving=moving,
    )


def _moving(request: HttpRequest) -> User | None:
    if not (asked := request.GET.get("move", "")).isdecimal():
        return None
    return get_object_or_404(queries.users_visible_to(request.user), pk=asked)


@requires(Perm.ADMINISTER_SETTINGS)
@require_GET
def region_list(request: HttpRequest) -> HttpResponseBase:
    """The provinces, prefectures and counties on record."""
    return list_page(
        request,
        template="accounts/region_list.html",
        name="regions",
        table=tables.RegionTable,
        filters=tables.RegionFilter,
        queryset=queries.regions().select_related("parent"),
    )


@requires(Perm.ADMINISTER_SETTINGS)
@require_http_methods(["GET", "POST"])
def region_register(request: HttpRequest) -> HttpResponse:
    """Put a prefecture or county on record, with its two authorities."""
    form = forms.RegionForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.register_region(by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The region is on record, with its two authorities."))
            return redirect("accounts:region_list")
    return page(request, "accounts/region_register.html", {"form": form})
