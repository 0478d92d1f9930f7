"""The pages of the directory."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from enterprises import forms, queries, rules, services, tables
from enterprises.models import Activity, Designation, Enterprise
from enterprises.permissions import Perm
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.law import PUBLIC_LIST
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page
from portal.kernel.templatetags.portal import named

# A group's page names so many of its members and links to the list of all.
MEMBERS_SHOWN = 50


@requires(Perm.VIEW_DIRECTORY)
@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponseBase:
    """The directory."""
    today = clock.today()
    enterprises = queries.enterprises_visible_to(request.user).select_related(
        "parent__organisation"
    )
    return list_page(
        request,
        template="enterprises/enterprise_list.html",
        name="enterprises",
        table=tables.EnterpriseTable,
        filters=tables.EnterpriseFilter,
        queryset=queries.with_designated(enterprises, day=today),
        context={
            "counts": queries.directory_counts(request.user, day=today),
            "may_change": request.user.holds(Perm.MANAGE_DIRECTORY),
        },
    )


@requires(Perm.VIEW_DIRECTORY)
@require_GET
def group_list(request: HttpRequest) -> HttpResponseBase:
    """The rare earth groups."""
    return list_page(
        request,
        template="enterprises/group_list.html",
        name="groups",
        table=tables.GroupTable,
        queryset=queries.groups_visible_to(request.user),
    )


@requires(Perm.VIEW_ENTERPRISE)
@require_GET
def designation_list(request: HttpRequest) -> HttpResponseBase:
    """The list of designated enterprises as of a day; today unless another is asked for."""
    if "on" not in request.GET:
        request.GET = request.GET.copy()
        request.GET["on"] = clock.today().isoformat()
    return list_page(
        request,
        template="enterprises/designation_list.html",
        name=f"designated-enterprises-{request.GET['on']}",
        table=tables.DesignationTable,
        filters=tables.DesignationFilter,
        queryset=queries.designations_visible_to(request.user),
        per_page=1_000,  # the list is printed whole
        context={
            "source": PUBLIC_LIST,
            "may_list": request.user.holds(Perm.VIEW_DIRECTORY),
        },
    )


@requires(Perm.VIEW_ENTERPRISE)
@require_GET
def enterprise_detail(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """All that is on record of one enterprise."""
    enterprise = _visible(request, enterprise_id)
    today = clock.today()
    members = queries.enterprises_visible_to(request.user).filter(parent=enterprise)
    designations = queries.designations_of(enterprise, day=today)
    standing = {each.designation.activity for each in designations if each.status == "current"}
    lasting = {each.designation.activity for each in designations if each.status != "ended"}
    controlled = set(enterprise.activities) & set(rules.CONTROLLED)
    context = {
        "enterprise": enterprise,
        "region_line": queries.region_line(enterprise.region),
        "activities": tables.activity_names(enterprise.activities),
        "group_is_visible": enterprise.parent and queries.sees(request.user, enterprise.parent),
        "members": list(members.order_by("organisation__name_zh")[: MEMBERS_SHOWN + 1]),
        "members_shown": MEMBERS_SHOWN,
        "sites": enterprise.sites.select_related("region"),
        "designations": designations,
        "not_listed": tables.activity_names(sorted(lasting - controlled)),
        "not_designated": tables.activity_names(sorted(controlled - standing)),
        "may_list": request.user.holds(Perm.VIEW_DIRECTORY),
        "may_designate": _may_designate(request),
        "may_change": request.user.holds(Perm.MANAGE_DIRECTORY),
    }
    return page(request, "enterprises/enterprise_detail.html", context)


@requires(Perm.MANAGE_DIRECTORY)
@require_http_methods(["GET", "POST"])
def enterprise_add(request: HttpRequest) -> HttpResponse:
    """Enter an enterprise."""
    form = forms.EnterpriseForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            enterprise = services.register_enterprise(
                by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The enterprise was entered into the directory."))
            return redirect(enterprise)
    return page(request, "enterprises/enterprise_add.html", {"form": form})


@requires(Perm.MANAGE_DIRECTORY)
@require_http_methods(["GET", "POST"])
def enterprise_change(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Change what the directory says of an enterprise."""
    enterprise = _visible(request, enterprise_id)
    form = forms.EnterpriseForm(request.POST or None, enterprise=enterprise)
    if form.is_valid():
        with refusals_on(form):
            services.change_enterprise(
                enterprise=enterprise, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The change was put on record."))
            return redirect(enterprise)
    return page(
        request, "enterprises/enterprise_change.html", {"form": form, "enterprise": enterprise}
    )


@requires(Perm.MANAGE_DIRECTORY)
@require_http_methods(["GET", "POST"])
def site_add(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Put a mine or plant of an enterprise on record."""
    enterprise = _visible(request, enterprise_id)
    form = forms.SiteForm(request.POST or None, initial={"region": enterprise.region_id})
    if form.is_valid():
        with refusals_on(form):
            services.add_site(
                enterprise=enterprise, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The site was put on record."))
            return redirect(enterprise)
    return page(request, "enterprises/site_add.html", {"form": form, "enterprise": enterprise})


@requires(Perm.MANAGE_DESIGNATIONS)
@require_http_methods(["GET", "POST"])
def designation_add(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Put on record that MIIT with MNR determined an enterprise for an activity."""
    enterprise = _visible(request, enterprise_id)
    _require_may_designate(request)
    form = forms.DesignationForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            designation = services.designate(
                enterprise=enterprise, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The designation was put on record."))
            _warn_when_not_listed(request, designation)
            return redirect(enterprise)
    return page(
        request, "enterprises/designation_add.html", {"form": form, "enterprise": enterprise}
    )


@requires(Perm.MANAGE_DESIGNATIONS)
@require_http_methods(["GET", "POST"])
def designation_end(request: HttpRequest, designation_id: int) -> HttpResponse:
    """End a designation; it stays on record."""
    designation = get_object_or_404(
        queries.designations_visible_to(request.user), pk=designation_id
    )
    _require_may_designate(request)
    form = forms.EndDesignationForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.end_designation(
                designation=designation, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The designation was ended."))
            return redirect(designation.enterprise)
    return page(
        request, "enterprises/designation_end.html", {"form": form, "designation": designation}
    )


@requires(Perm.REGISTER_PARTNER)
@require_http_methods(["GET", "POST"])
def partner_register(request: HttpRequest) -> HttpResponse:
    """Enter a trading partner that the directory lacks, so that a filing can name it."""
    form = forms.TradingPartnerForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            partner = services.register_trading_partner(
                by=request.user, at=clock.now(), **form.cleaned_data
            )
            told = _("%(name)s (%(uscc)s) is on record: your filing can name it now.")
            messages.success(request, told % {"name": named(partner), "uscc": partner.uscc})
            return redirect("enterprises:partner_register")
    return page(request, "enterprises/partner_register.html", {"form": form})


def _visible(request: HttpRequest, enterprise_id: int) -> Enterprise:
    enterprises = queries.enterprises_visible_to(request.user).select_related(
        "parent__organisation", "merged_into__organisation"
    )
    return get_object_or_404(enterprises, pk=enterprise_id)


def _may_designate(request: HttpRequest) -> bool:
    """Whether this is a drafter of one of the ministries that maintain designations."""
    return (
        request.user.holds(Perm.MANAGE_DESIGNATIONS)
        and request.user.organisation.ministry in rules.DESIGNATING_MINISTRIES
    )


def _require_may_designate(request: HttpRequest) -> None:
    if not _may_designate(request):
        raise PermissionDenied


def _warn_when_not_listed(request: HttpRequest, designation: Designation) -> None:
    """Truth first: the directory keeps what it says, and somebody looks at the difference."""
    if designation.activity not in designation.enterprise.activities:
        told = _(
            "The directory does not list %(activity)s among its activities: check which is right."
        )
        messages.warning(request, told % {"activity": Activity(designation.activity).label})
