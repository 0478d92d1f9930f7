"""Findings, and what they say."""

from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from allocations.permissions import Perm as Allocations
from allocations.rules import ASSESSING
from enterprises.queries import enterprises_visible_to, sees
from portal.kernel import clock
from portal.kernel.access import holds, requires
from portal.kernel.pages import page
from portal.kernel.tables import list_page
from traceability.models import SavedView
from traceability.permissions import Perm
from traceability.queries import findings as queries
from traceability.queries.cases import case_of
from traceability.queries.shipments import reads_disputes
from traceability.tables.findings import FindingListFilter, FindingTable
from traceability.views.saved_views import list_tools, opened_with

SHOWN_OF_ENTERPRISE = 10
# What is done with several at once; all but the first in their cases.
BULK_ACTIONS = (
    ("move", gettext_lazy("Move to another case")),
    ("assign", gettext_lazy("Assign")),
    ("ask", gettext_lazy("Ask the enterprises")),
    ("note", gettext_lazy("Note or evidence")),
    ("close", gettext_lazy("Close")),
)


@require_safe
@requires(Perm.VIEW_FINDINGS)
def finding_list(request: HttpRequest) -> HttpResponseBase:
    """The findings the reader may see, with how many of each kind are open."""
    if opened := opened_with(request, SavedView.Listing.FINDINGS):
        return opened
    seen = queries.findings_visible_to(request.user)
    return list_page(
        request,
        template="traceability/finding_list.html",
        name="findings",
        table=FindingTable,
        filters=partial(FindingListFilter, today=clock.today()),
        queryset=queries.ranked(seen),
        context={
            "counts": queries.counts_by_code(seen),
            "may_read_disputes": reads_disputes(request.user),
            "may_read_tolerances": request.user.holds(Perm.VIEW_TOLERANCES),
            **list_tools(request, SavedView.Listing.FINDINGS, reverse("traceability:finding_move")),
            "bulk_actions": BULK_ACTIONS,
        },
        exclude=() if request.user.holds(Perm.WORK_FINDINGS) else ("pick",),
    )


@require_safe
@requires(Perm.VIEW_FINDINGS)
def finding_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One finding: what it says, by which law and tolerances, and the records behind it."""
    finding = get_object_or_404(queries.findings_visible_to(request.user), pk=pk)
    counterparty = finding.counterparty
    return page(
        request,
        "traceability/finding_detail.html",
        {
            "finding": finding,
            "told": queries.told(finding),
            "case": case_of(finding, request.user),
            "records": queries.records_behind(finding, request.user),
            "may_penalise": holds(request.user, Allocations.ENTER_PENALTY)
            and request.user.organisation.ministry in ASSESSING,
            "may_read_tolerances": request.user.holds(Perm.VIEW_TOLERANCES),
            "may_move": request.user.holds(Perm.WORK_FINDINGS),
            "may_open_counterparty": counterparty is not None and sees(request.user, counterparty),
        },
    )


@require_safe
@requires(Perm.VIEW_FINDINGS)
def enterprise_findings_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest findings on one enterprise, for its page."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    findings = queries.findings_of(enterprise, request.user)
    return page(
        request,
        "traceability/_enterprise_findings.html",
        {
            "enterprise": enterprise,
            "findings": queries.ranked(findings)[:SHOWN_OF_ENTERPRISE],
            "open": findings.filter(status__in=queries.OPEN).count(),
            "may_read_tolerances": request.user.holds(Perm.VIEW_TOLERANCES),
        },
    )
