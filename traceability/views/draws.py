"""Inspection draws: defined, committed, drawn, published, and what the inspections found."""

import secrets
from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.tables import list_page
from traceability.forms import draws as forms
from traceability.models import Draw
from traceability.permissions import Perm
from traceability.queries import draws as queries
from traceability.rules.drawing import sha256
from traceability.services import draws as services
from traceability.tables import draws as tables

READ_AND_WRITE = ["GET", "POST"]
SALT_BYTES = 32
# What is proposed to wait between committing and drawing.
PROPOSED_WAIT = timedelta(hours=1)
FACTORS = {"by_score": 2, "by_findings": 2, "by_quantity": 1}


@require_safe
@requires(Perm.VIEW_DRAWS)
def draw_list(request: HttpRequest) -> HttpResponseBase:
    """All draws, the latest first."""
    return list_page(
        request,
        template="traceability/draw_list.html",
        name="draws",
        table=tables.DrawTable,
        filters=tables.DrawFilter,
        queryset=queries.draws_visible_to(request.user),
        context={"may_keep": request.user.holds(Perm.KEEP_DRAWS)},
    )


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_DRAWS)
def draw_add(request: HttpRequest) -> HttpResponse:
    """Define a draw."""
    today = clock.today()
    started = FACTORS | {"year": today.year, "quarter": (today.month - 1) // 3 + 1, "size": 10}
    form = forms.DrawForm(request.POST or None, initial=started)
    if form.is_valid():
        with refusals_on(form):
            draw = services.draft_draw(by=request.user, at=clock.now(), **form.asked)
            return redirect(draw)
    return page(request, "traceability/draw_add.html", {"form": form})


@require_safe
@requires(Perm.VIEW_DRAWS)
def draw_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One draw: where it stands, all that decides it, and who was drawn."""
    draw = _visible(request, pk)
    is_frozen = bool(draw.population_digest)
    return list_page(
        request,
        template="traceability/draw_detail.html",
        name=f"{draw.number}-sample",
        table=tables.SampleTable,
        queryset=queries.sample_of(draw),
        exclude=() if _may_record(request, draw) else ("record",),
        context={
            "draw": draw,
            "salt_digest": sha256(draw.salt) if draw.salt else "",
            "strata": queries.strata_of(draw) if is_frozen else [],
            "population_count": draw.candidates.count() if is_frozen else None,
            "may_keep": request.user.holds(Perm.KEEP_DRAWS),
            "may_commit": request.user.holds(Perm.KEEP_DRAWS)
            and draw.drafted_by_id != request.user.pk,
        },
    )


@require_safe
@requires(Perm.VIEW_DRAWS)
def draw_population(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The frozen population with its weights, as a list and as files."""
    draw = _visible(request, pk)
    return list_page(
        request,
        template="traceability/draw_population.html",
        name=f"{draw.number}-population",
        table=tables.CandidateTable,
        filters=tables.CandidateFilter,
        queryset=queries.population_shown(draw).select_related("enterprise__organisation", "draw"),
        context={"draw": draw},
    )


@require_safe
@requires(Perm.VIEW_DRAWS)
def draw_file(request: HttpRequest, pk: int) -> HttpResponse:
    """All that decides a draw, from which anyone can derive it again."""
    draw = _visible(request, pk)
    if not draw.population_digest:
        raise Http404
    answer = JsonResponse(
        queries.published(draw), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="{draw.number}.json"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_DRAWS)
def draw_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Freeze the population and publish the digests, by a second official."""
    draw = _visible(request, pk)
    proposed = timezone.localtime(clock.now() + PROPOSED_WAIT).replace(second=0, microsecond=0)
    form = forms.CommitForm(request.POST or None, proposed=proposed)
    if form.is_valid():
        with refusals_on(form):
            services.commit_draw(
                draw=draw,
                salt=secrets.token_hex(SALT_BYTES),
                by=request.user,
                at=clock.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("The population is frozen and the digests are published."))
            return redirect(draw)
    return page(
        request,
        "traceability/draw_commit.html",
        {"form": form, "draw": draw, "count": queries.population_of(draw).count()},
    )


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_DRAWS)
def draw_sample(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the sample with the words that were committed."""
    draw = _visible(request, pk)
    form = forms.SampleForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.draw_sample(draw=draw, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("The sample is drawn and published."))
            return redirect(draw)
    return page(request, "traceability/draw_sample.html", {"form": form, "draw": draw})


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_DRAWS)
def draw_close(request: HttpRequest, pk: int) -> HttpResponse:
    """End a draw with a reason."""
    draw = _visible(request, pk)
    form = forms.CloseDrawForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            services.close_draw(draw=draw, by=request.user, at=clock.now(), **form.cleaned_data)
            return redirect(draw)
    return page(request, "traceability/draw_close.html", {"form": form, "draw": draw})


@require_http_methods(READ_AND_WRITE)
@requires(Perm.KEEP_DRAWS)
def inspection_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on record what the inspection of a drawn enterprise found."""
    drawn = get_object_or_404(queries.drawn_visible_to(request.user), pk=pk)
    form = forms.InspectionForm(request.POST or None, cases=queries.cases_of(drawn, request.user))
    if form.is_valid():
        with refusals_on(form):
            services.record_inspection(
                drawn=drawn, by=request.user, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, _("It is on record."))
            return redirect(drawn.draw)
    return page(
        request,
        "traceability/inspection_record.html",
        {
            "form": form,
            "drawn": drawn,
            "draw": drawn.draw,
            "enterprise": drawn.candidate.enterprise,
            "earlier": drawn.inspections.select_related("by"),
        },
    )


def _visible(request: HttpRequest, pk: int) -> Draw:
    return get_object_or_404(queries.draws_visible_to(request.user), pk=pk)


def _may_record(request: HttpRequest, draw: Draw) -> bool:
    return request.user.holds(Perm.KEEP_DRAWS) and draw.status == Draw.Status.DRAWN
