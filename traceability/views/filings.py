"""Filings as everybody reads them: the list, one version, its receipt, an enterprise's months."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from enterprises.queries import enterprises_visible_to
from portal.kernel import clock
from portal.kernel.access import allowed, requires
from portal.kernel.downloads import PDF, download
from portal.kernel.law import TRUTHFUL_RECORDS
from portal.kernel.pages import page
from portal.kernel.tables import list_page
from traceability.models import RECORDS_PER_PAGE, Filing
from traceability.permissions import Perm
from traceability.queries import months as queries
from traceability.queries.differences import differences
from traceability.queries.filings import filings_visible_to, records_of
from traceability.queries.receipts import receipt_paper
from traceability.tables.filings import FilingFilter, FilingTable, RecordFilter, RecordTable

MONTHS_SHOWN = 12


@require_safe
@requires(Perm.VIEW_FILINGS)
def filing_list(request: HttpRequest) -> HttpResponseBase:
    """The filings the reader may see, every version of them."""
    return list_page(
        request,
        template="traceability/filing_list.html",
        name="filings",
        table=FilingTable,
        filters=FilingFilter,
        queryset=queries.with_lateness(filings_visible_to(request.user)),
        context={
            "may_file": _files(request),
            "may_supervise": request.user.holds(Perm.WORK_FINDINGS),
        },
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def filing_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One version with its records, and the other versions of the month."""
    seen = filings_visible_to(request.user)
    filing = get_object_or_404(seen, pk=pk)
    versions = list(queries.versions_of(filing, seen))
    before = next((each for each in versions if each.version == filing.version - 1), None)
    return list_page(
        request,
        template="traceability/filing_detail.html",
        name=f"{filing.enterprise.uscc}-{filing.month}-v{filing.version}",
        table=RecordTable,
        filters=RecordFilter,
        queryset=records_of(filing),
        per_page=RECORDS_PER_PAGE,
        context={
            "filing": filing,
            "kinds": queries.counts_by_kind(filing),
            "versions": versions,
            "standing": before,
            # Not for a further page of records.
            "differences": before and SimpleLazyObject(lambda: differences(before, filing)),
            "shown_month": queries.month_of(filing.enterprise, filing.month, today=clock.today()),
            "may_file": _files(request),
            "remarks": filing.remarks.select_related("by"),
            "may_supervise": request.user.holds(Perm.WORK_FINDINGS),
            "may_answer": allowed(request.user, Perm.PREPARE_FILING, filing.enterprise),
        },
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def filing_receipt_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The receipt of a submitted version as a paper, with a code to scan."""
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    if filing.status == Filing.Status.DRAFT:
        raise Http404
    return download(receipt_paper(filing), f"{filing.receipt_no}.pdf", kind=PDF)


@require_safe
@requires(Perm.VIEW_FILINGS)
def filing_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of a submitted version, to be printed."""
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    if filing.status == Filing.Status.DRAFT:
        raise Http404
    in_force = filing.status == Filing.Status.SUBMITTED
    return page(
        request,
        "traceability/filing_receipt.html",
        {
            "filing": filing,
            "kinds": queries.counts_by_kind(filing),
            "counted": queries.counted_in(filing) if in_force else (),
            "source": TRUTHFUL_RECORDS,
        },
    )


@require_safe
@requires(Perm.VIEW_FILINGS)
def enterprise_filings_fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The last twelve months of one enterprise, for its page."""
    enterprise = get_object_or_404(enterprises_visible_to(request.user), pk=pk)
    own = enterprise.organisation_id == request.user.organisation_id
    months = queries.last_months(enterprise, today=clock.today(), count=MONTHS_SHOWN, drafts=own)
    return page(
        request,
        "traceability/_enterprise_filings.html",
        {"enterprise": enterprise, "months": months, "own": own},
    )


def _files(request: HttpRequest) -> bool:
    return request.user.holds(Perm.PREPARE_FILING) or request.user.holds(Perm.SUBMIT_FILING)
