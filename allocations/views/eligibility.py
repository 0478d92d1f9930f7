"""Eligibility and capacity of the enterprises that may hold a cap."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, rules, services, tables
from allocations.models import Eligibility
from allocations.permissions import Perm
from allocations.views.decisions import READ_AND_WRITE
from enterprises.models import Enterprise
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.downloads import download
from portal.kernel.pages import page, refusals_on
from portal.kernel.quantity import to_kg
from portal.kernel.tables import list_page


@requires(Perm.VIEW_DECISIONS)
@require_safe
def eligibility_list(request: HttpRequest) -> HttpResponseBase:
    """Who may hold a cap, and how many criteria each was found to meet."""
    return list_page(
        request,
        template="allocations/eligibility_list.html",
        name="eligibility",
        table=tables.EligibilityTable,
        filters=tables.EligibilityFilter,
        queryset=queries.with_eligibility(clock.today()),
    )


@requires(Perm.VIEW_DECISIONS)
@require_safe
def eligibility_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The checklist of one enterprise with evidence, its capacity, and what was found before."""
    enterprise = _enterprise(pk)
    findings = list(queries.findings_of(enterprise))
    context = {
        "enterprise": enterprise,
        "checklist": queries.checklist(enterprise, findings, on=clock.today()),
        "findings": findings,
        "assessments": queries.assessments_of(enterprise),
        "may_assess": _may_assess(request),
    }
    return page(request, "allocations/eligibility_detail.html", context)


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def eligibility_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a finding under one criterion on record."""
    enterprise = _enterprise(pk)
    form = forms.EligibilityForm(
        request.POST or None,
        request.FILES or None,
        criteria=queries.criteria_of(enterprise),
        initial={"criterion": request.GET.get("criterion", "")},
    )
    if form.is_valid():
        typed = form.cleaned_data
        attached = typed.pop("attachment")
        with refusals_on(form):
            services.find_eligibility(
                enterprise=enterprise,
                **typed,
                attachment_name=attached.name if attached else "",
                attachment=attached.read(rules.MOST_BYTES + 1) if attached else None,
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, _("The finding is on record."))
            return redirect("allocations:eligibility_detail", enterprise.pk)
    context = {"form": form, "enterprise": enterprise}
    return page(request, "allocations/eligibility_add.html", context)


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def capacity_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a capacity and scores on record."""
    enterprise, at = _enterprise(pk), clock.now()
    form = forms.AssessmentForm(
        request.POST or None, categories=queries.categories_for(enterprise), at=at
    )
    if form.is_valid():
        typed = form.cleaned_data
        capacity = typed.pop("capacity")
        with refusals_on(form):
            services.assess_capacity(
                enterprise=enterprise,
                **typed,
                capacity_kg=to_kg(capacity),
                by=request.user,
                at=at,
            )
            messages.success(request, _("The capacity is on record."))
            return redirect("allocations:eligibility_detail", enterprise.pk)
    return page(request, "allocations/capacity_add.html", {"form": form, "enterprise": enterprise})


@requires(Perm.VIEW_DECISIONS)
@require_safe
def eligibility_attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The evidence itself, to be saved."""
    found = get_object_or_404(Eligibility, pk=pk)
    if found.attachment is None:
        raise Http404
    return download(found.attachment, found.attachment_name)


def _enterprise(pk: int) -> Enterprise:
    """One of those that may hold a cap, or 404."""
    return get_object_or_404(queries.possible_holders(), pk=pk)


def _may_assess(request: HttpRequest) -> bool:
    ministry = request.user.organisation.ministry
    return request.user.holds(Perm.DRAFT_DECISION) and ministry in rules.ASSESSING
