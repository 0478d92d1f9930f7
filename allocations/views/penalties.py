"""Administrative penalties, and the cuts of the next year's index that they ask for."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, rules, services, tables
from allocations.models import Penalty
from allocations.permissions import Perm
from allocations.views.decisions import READ_AND_WRITE, may_draft, require_drafter
from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.quantity import ZERO, to_kg
from portal.kernel.tables import list_page


@requires(Perm.VIEW_CAPS)
@require_safe
def penalty_list(request: HttpRequest) -> HttpResponseBase:
    """The penalties of the enterprises that the reader may see."""
    return list_page(
        request,
        template="allocations/penalty_list.html",
        name="penalties",
        table=tables.PenaltyTable,
        filters=tables.PenaltyFilter,
        queryset=queries.penalties_visible_to(request.user),
        context={"may_enter": _may_enter(request)},
    )


@requires(Perm.VIEW_CAPS)
@require_safe
def penalty_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One penalty: by whom and for what, and what became of the cut."""
    penalty = _visible(request, pk)
    drafts = may_draft(request)
    context = {
        "penalty": penalty,
        "source": rules.ground_source(penalty.ground),
        "answers": queries.answers_to(penalty, request.user),
        "may_see_decisions": request.user.holds(Perm.VIEW_DECISIONS),
        "may_take": drafts and penalty.state in {"open", "declined"},
        "may_decline": drafts and penalty.state == "open",
        "may_set_aside": _may_enter(request) and penalty.state != "set_aside",
    }
    return page(request, "allocations/penalty_detail.html", context)


@requires(Perm.ENTER_PENALTY)
@require_http_methods(READ_AND_WRITE)
def penalty_add(request: HttpRequest) -> HttpResponse:
    """Begin to enter a penalty: on which enterprise."""
    _require_entering(request)
    form = forms.HolderForm(request.POST or None)
    if form.is_valid():
        return redirect("allocations:penalty_enter", form.cleaned_data["enterprise"].pk)
    context = {
        "form": form,
        "directory": [forms.directory_name(each) for each in queries.possible_holders()],
    }
    return page(request, "allocations/penalty_add.html", context)


@requires(Perm.ENTER_PENALTY)
@require_http_methods(READ_AND_WRITE)
def penalty_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an authority's penalty decision on one enterprise on record."""
    _require_entering(request)
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    finding = request.GET.get("finding", "")
    told = queries.finding_told(int(finding)) if finding.isdecimal() and len(finding) < 18 else None
    form = forms.PenaltyForm(
        request.POST or None,
        authorities=queries.penalising_authorities(enterprise),
        told=told,
        initial={"finding": finding if told else ""},
    )
    if form.is_valid():
        typed: dict[str, Any] = form.cleaned_data
        over = typed.pop("over")
        with refusals_on(form):
            penalty = services.enter_penalty(
                enterprise=enterprise,
                **typed,
                over_kg=ZERO if over is None else to_kg(over),
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, _("The penalty is on record."))
            return redirect(penalty)
    context = {"form": form, "enterprise": enterprise}
    return page(request, "allocations/penalty_enter.html", context)


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def penalty_take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the cut after a penalty into a decision that can still be written."""
    require_drafter(request)
    penalty = _visible(request, pk)
    decisions = queries.decisions_to_cut(penalty)
    form = forms.TakePenaltyForm(
        request.POST or None,
        penalty=penalty,
        decisions=decisions,
        initial={"decision": request.GET.get("decision", "")},
    )
    if form.is_valid():
        typed = form.cleaned_data
        with refusals_on(form):
            services.take_penalty(
                penalty=penalty,
                decision=typed["decision"],
                kg=to_kg(typed["tonnes"]),
                reason=typed["reason"],
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, _("The cut is on the line of the decision."))
            return redirect("allocations:decision_grid", typed["decision"].pk)
    context = {"form": form, "penalty": penalty, "decisions": decisions}
    return page(request, "allocations/penalty_take.html", context)


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def penalty_decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the index uncut, with a reason."""
    require_drafter(request)
    penalty = _visible(request, pk)
    form = forms.PenaltyReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.decline_penalty(
                penalty=penalty, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("It is on record that the cut was declined."))
            return redirect(penalty)
    return page(request, "allocations/penalty_decline.html", {"form": form, "penalty": penalty})


@requires(Perm.ENTER_PENALTY)
@require_http_methods(READ_AND_WRITE)
def penalty_set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on record that a penalty no longer stands."""
    _require_entering(request)
    penalty = _visible(request, pk)
    form = forms.PenaltyReasonForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.set_penalty_aside(
                penalty=penalty, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("The penalty is set aside."))
            return redirect(penalty)
    return page(request, "allocations/penalty_set_aside.html", {"form": form, "penalty": penalty})


def _visible(request: HttpRequest, pk: int) -> Penalty:
    """The penalty of the address, or 404."""
    return get_object_or_404(queries.penalties_visible_to(request.user), pk=pk)


def _may_enter(request: HttpRequest) -> bool:
    ministry = request.user.organisation.ministry
    return request.user.holds(Perm.ENTER_PENALTY) and ministry in rules.ASSESSING


def _require_entering(request: HttpRequest) -> None:
    """403 for NDRC's supervisors: they read."""
    if not _may_enter(request):
        raise PermissionDenied
