"""Comments of the ministries on the lines of a decision."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from allocations import forms, queries, rules, services
from allocations.models import AllocationLine, Category, CeilingLine, Decision, LineComment
from allocations.permissions import Perm
from allocations.rules import LineKey
from allocations.views.decisions import READ_AND_WRITE, visible_decision
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.pages import page, refusals_on, refusals_told


@requires(Perm.VIEW_DECISIONS)
@require_http_methods(READ_AND_WRITE)
def decision_comments(request: HttpRequest, pk: int) -> HttpResponse:
    """What the ministries say of a decision or of one line of it, and the way to say something."""
    decision = visible_decision(request, pk)
    line = LineKey.parse(request.GET.get("line", ""), Category.values)
    may_comment = _may_comment(request, decision)
    if request.method == "POST" and not may_comment:
        raise PermissionDenied
    everything = LineComment.objects.filter(decision=decision)
    form = forms.CommentForm(request.POST or None, comments=everything)
    if form.is_valid():
        with refusals_on(form):
            services.comment_line(
                decision=decision,
                line=line,
                by=request.user,
                at=clock.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("The comment is on record."))
            return redirect(_address(decision, line))
    context = {
        "decision": decision,
        "form": form,
        "line": line,
        "about": _named(decision, line),
        "comments": queries.comments_on(decision, line if line.category else None),
        "may_comment": may_comment,
    }
    return page(request, "allocations/decision_comments.html", context)


@requires(Perm.DRAFT_DECISION, Perm.SIGN_DECISION)
@require_POST
def comment_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle a comment."""
    comment = get_object_or_404(
        LineComment, pk=pk, decision__in=queries.decisions_visible_to(request.user)
    )
    with refusals_told(request):
        services.settle_comment(comment=comment, by=request.user, at=clock.now())
        messages.success(request, _("The comment is settled."))
    line = LineKey.parse(request.GET.get("line", ""), Category.values)
    return redirect(_address(comment.decision, line))


def _may_comment(request: HttpRequest, decision: Decision) -> bool:
    takes_part = request.user.holds(Perm.DRAFT_DECISION) or request.user.holds(Perm.SIGN_DECISION)
    return takes_part and decision.status in rules.CHANGEABLE


def _address(decision: Decision, line: LineKey) -> str:
    return reverse("allocations:decision_comments", args=[decision.pk]) + line.as_query


def _named(decision: Decision, line: LineKey) -> dict[str, object] | None:
    """The line as it stands, for the head of the page; None for the decision as a whole."""
    if not line.category:
        return None
    found: AllocationLine | CeilingLine | None
    if line.enterprise_id is None:
        found = decision.ceiling_lines.filter(category=line.category).first()
        enterprise = None
    else:
        lines = decision.allocation_lines.select_related("enterprise__organisation")
        found = lines.filter(enterprise_id=line.enterprise_id, category=line.category).first()
        enterprise = found.enterprise if found else None
    return {
        "enterprise": enterprise,
        "category": Category(line.category).label,
        "kg": found.kg if found else None,
    }
