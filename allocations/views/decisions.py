"""Decisions: listed, begun, read, and their lines written."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, rules, services, tables
from allocations.models import Decision, SignOff
from allocations.permissions import Perm
from allocations.rules import DecisionFacts
from allocations.views.judgements import judgements_shown
from portal.accounts.models import Organisation
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on
from portal.kernel.said import listed
from portal.kernel.tables import list_page

READ_AND_WRITE = ["GET", "HEAD", "POST"]
LINES_PER_PAGE = 50
STEPS = ("draft", "circulated", "signed", "ordered", "issued")
DEEDS = {
    "decision.drafted": gettext_lazy("drafted"),
    "decision.lines_set": gettext_lazy("lines written"),
    "decision.lines_changed": gettext_lazy("lines changed"),
    "decision.penalty_taken": gettext_lazy("cut after a penalty"),
    "decision.scenario_promoted": gettext_lazy("lines written from a scenario"),
    "decision.circulated": gettext_lazy("circulated"),
    "decision.signed": gettext_lazy("verdict given"),
    "decision.commented": gettext_lazy("commented"),
    "decision.comment_settled": gettext_lazy("comment settled"),
    "decision.ordered": gettext_lazy("issue ordered"),
    "decision.stopped": gettext_lazy("issue stopped"),
    "decision.held_back": gettext_lazy("could not be issued"),
    "decision.issued": gettext_lazy("issued"),
    "decision.withdrawn": gettext_lazy("withdrawn"),
    "notice.made": gettext_lazy("official notice made"),
}


@dataclass(frozen=True, slots=True)
class MinistrySeat:
    """One ministry that must agree, and its verdict on the present content when it gave one."""

    label: Any
    sign_off: SignOff | None


@requires(Perm.VIEW_DECISIONS)
@require_safe
def decision_list(request: HttpRequest) -> HttpResponseBase:
    """Every decision there is."""
    return list_page(
        request,
        template="allocations/decision_list.html",
        name="decisions",
        table=tables.DecisionTable,
        filters=tables.DecisionFilter,
        queryset=queries.with_figures(queries.decisions_visible_to(request.user)),
        context={"may_draft": may_draft(request)},
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_add(request: HttpRequest) -> HttpResponse:
    """Begin a decision."""
    require_drafter(request)
    at = clock.now()
    form = forms.DecisionForm(request.POST or None, at=at)
    if form.is_valid():
        with refusals_on(form):
            decision = services.draft_decision(
                regime=rules.regime_of(form.cleaned_data["year"]),
                by=request.user,
                at=at,
                **form.cleaned_data,
            )
            return redirect("allocations:decision_grid", decision.pk)
    return page(request, "allocations/decision_add.html", {"form": form})


@requires(Perm.VIEW_DECISIONS)
@require_safe
def decision_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One decision: its lines, who has signed, what stands in the way of its issue."""
    decision = visible_decision(request, pk)
    facts = queries.decision_facts(decision)
    lines = decision.allocation_lines.select_related(
        "enterprise__organisation", "enterprise__parent__organisation"
    )
    context = decision_context(decision, facts) | {
        "steps": _steps(decision),
        "changed_by": queries.changed_since(decision) if decision.issued_at else [],
        "comments": queries.comment_counts(decision),
        "history": _history(decision),
        "void": decision.sign_offs.exclude(digest=decision.content_digest).select_related("user"),
        "stops": decision.stops.select_related("user"),
        "on_paper": queries.is_on_paper(decision),
        "notice": queries.notices().filter(decision=decision, copy=None).first(),
        "is_due": decision.issues_at is not None and clock.now() >= decision.issues_at,
        "copies": queries.copies_visible_to(request.user).filter(decision=decision).count(),
        "may": _deeds_open_to(request, decision, facts),
    }
    return list_page(
        request,
        template="allocations/decision_detail.html",
        name=f"decision-{decision.title}",
        table=tables.AllocationLineTable,
        queryset=queries.with_comment_counts(
            lines.order_by("enterprise__organisation__name_zh", "category")
        ),
        per_page=LINES_PER_PAGE,
        context=context,
    )


@requires(Perm.DRAFT_DECISION)
@require_http_methods(READ_AND_WRITE)
def decision_lines(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the lines of a decision that is not issued; totals and more rows on the way."""
    require_drafter(request)
    decision = visible_decision(request, pk)
    posted = request.POST or None
    ceilings = forms.CeilingLinesForm(posted, decision=decision)
    lines = forms.allocation_lines(decision, posted, more="more" in request.POST)
    readable = bool(posted) and all([ceilings.is_valid(), lines.is_valid()])
    if readable and "save" in request.POST:
        with refusals_on(ceilings):
            standing = queries.standing_sign_offs(decision)
            written = services.set_lines(
                decision=decision,
                ceilings=ceilings.entries(),
                allocations=lines.entries(),
                read_digest=ceilings.cleaned_data["digest"],
                by=request.user,
                at=clock.now(),
            )
            messages.success(request, _("The lines are saved."))
            tell_voided(request, voided_in_words(standing, decision, written))
            return redirect(decision)
    if posted and not readable and ceilings.is_valid():
        ceilings.add_error(None, _("Some allocation lines need correcting."))
    context = {
        "decision": decision,
        "ceilings": ceilings,
        "lines": lines,
        "effects": _effects_typed(decision, ceilings, lines) if readable else None,
        "directory": [forms.directory_name(each) for each in queries.possible_holders()],
    }
    if not posted:
        context["effects"] = queries.effects(decision)
    template = "_lines_form.html" if request.htmx else "decision_lines.html"
    return page(request, f"allocations/{template}", context)


def voided_in_words(standing: list[SignOff], before: Decision, after: Decision) -> str:
    """Whose sign-offs, which stood before, a change has made void; empty where it was none."""
    if not standing or before.content_digest == after.content_digest:
        return ""
    names = _ministries({each.ministry for each in standing})
    return _("The change makes these sign-offs void: %(ministries)s.") % {"ministries": names}


def _ministries(codes: Collection[str]) -> Any:
    return listed([each.label for each in Organisation.Ministry if each in codes])


def tell_voided(request: HttpRequest, words: str) -> None:
    """Say it on the next page, where there is something to say."""
    if words:
        messages.warning(request, words)


def _effects_typed(
    decision: Decision, ceilings: forms.CeilingLinesForm, lines: forms.AllocationLinesBase
) -> list[rules.Effect]:
    return queries.effects(
        decision,
        ceilings=[(entry.category, entry.kg) for entry in ceilings.entries()],
        allocations=[(entry.category, entry.kg) for entry in lines.entries()],
    )


def visible_decision(request: HttpRequest, pk: int) -> Decision:
    """The decision of the address, or 404."""
    return get_object_or_404(queries.decisions_visible_to(request.user), pk=pk)


def may_draft(request: HttpRequest) -> bool:
    """Whether this is one of MIIT's drafters."""
    ministry = request.user.organisation.ministry
    return request.user.holds(Perm.DRAFT_DECISION) and ministry == rules.MIIT


def require_drafter(request: HttpRequest) -> None:
    """403 for other ministries' drafters: they read."""
    if not may_draft(request):
        raise PermissionDenied


def decision_context(decision: Decision, facts: DecisionFacts) -> dict[str, Any]:
    """What every page about a decision shows: what it does, and what stands in its way."""
    changeable = decision.status in rules.CHANGEABLE
    content = (
        queries.content_of(decision, on=clock.today(), agreed=facts.agreed) if changeable else None
    )
    return {
        "decision": decision,
        "effects": content.effects if content else queries.effects(decision),
        "ceilings": queries.ceilings_of(decision),
        "changeable": changeable,
        "judgements": judgements_shown(content) if content else [],
        "seats": _seats(decision, facts),
    }


def _seats(decision: Decision, facts: DecisionFacts) -> list[MinistrySeat]:
    given = {each.ministry: each for each in queries.standing_sign_offs(decision)}
    seated = rules.required_ministries(facts) | set(given)
    return [
        MinistrySeat(each.label, given.get(each.value))
        for each in Organisation.Ministry
        if each in seated
    ]


def _steps(decision: Decision) -> list[tuple[Any, bool, bool]]:
    """Each step with whether it is done and whether it is the present one; none when withdrawn."""
    if decision.status not in STEPS:
        return []
    reached, issued = STEPS.index(decision.status), decision.status == Decision.Status.ISSUED
    return [
        (Decision.Status(step).label, place < reached or issued, place == reached)
        for place, step in enumerate(STEPS)
    ]


def _history(decision: Decision) -> list[tuple[Any, Any, str, int]]:
    """Each deed on record: the event, its name, what it says in words, how often in a row.

    Of deeds of one person in a row that say nothing more (an afternoon at the grid) the last one.
    """
    told: list[tuple[Any, Any, str, int]] = []
    for event in queries.history(decision):
        words = event.facts.get("reason", "")
        if event.action == "decision.signed":
            verdict = SignOff.Verdict(event.facts["verdict"]).label
            words = f"{Organisation.Ministry(event.facts['ministry']).label} · {verdict}"
        if voided := event.facts.get("voided"):
            words = _("sign-offs voided: %(ministries)s") % {"ministries": _ministries(voided)}
        times = 1
        if told and not words and not told[-1][2]:
            before = told[-1][0]
            if (before.action, before.by_id) == (event.action, event.by_id):
                times = told.pop()[3] + 1
        told.append((event, DEEDS[event.action], words, times))
    return told


def _deeds_open_to(request: HttpRequest, decision: Decision, facts: DecisionFacts) -> set[str]:
    """Which deeds the page offers the reader now."""
    ministry = request.user.organisation.ministry
    open_now: set[str] = set()
    if decision.status not in rules.CHANGEABLE:
        return open_now
    if may_draft(request):
        open_now |= {"lines", "withdraw"} | ({"circulate"} if decision.status == "draft" else set())
    if request.user.holds(Perm.SIGN_DECISION) and decision.status != "draft":
        waiting = rules.missing_ministries(facts) - facts.refused
        open_now |= {"sign"} if ministry in waiting else set()
    if request.user.holds(Perm.SIGN_DECISION) and decision.status == "ordered":
        open_now |= {"stop"} if ministry in rules.required_ministries(facts) else set()
    if request.user.holds(Perm.ISSUE_DECISION) and ministry == rules.MIIT:
        open_now |= {"signed": {"order"}, "ordered": {"issue"}}.get(decision.status, set())
    return open_now
