"""Documents of EPCIS events that an enterprise's systems sent: what became of each."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from portal.kernel.access import requires
from portal.kernel.downloads import download
from portal.kernel.tables import list_page
from traceability.permissions import Perm
from traceability.queries import captures as queries
from traceability.tables.captures import CaptureErrorTable, CaptureFilter, CaptureTable

ERRORS_PER_PAGE = 100


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def capture_list(request: HttpRequest) -> HttpResponseBase:
    """Every document, the last first."""
    return list_page(
        request,
        template="traceability/capture_list.html",
        name="captures",
        table=CaptureTable,
        filters=CaptureFilter,
        queryset=queries.captures_visible_to(request.user).defer("content", "errors"),
    )


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def capture_detail(request: HttpRequest, capture_id: UUID) -> HttpResponseBase:
    """One document: the drafts that its events are in, or every fault found, as a list."""
    capture = get_object_or_404(queries.captures_visible_to(request.user), capture_id=capture_id)
    return list_page(
        request,
        template="traceability/capture_detail.html",
        name=f"errors-{capture.capture_id}",
        table=CaptureErrorTable,
        queryset=queries.errors_of_capture(capture),
        per_page=ERRORS_PER_PAGE,
        context={"capture": capture, "filings": queries.filings_of_capture(capture)},
    )


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def capture_file(request: HttpRequest, capture_id: UUID) -> HttpResponseBase:
    """The document as it came."""
    visible = queries.captures_visible_to(request.user).defer(None)
    capture = get_object_or_404(visible, capture_id=capture_id)
    return download(capture.content, f"{capture.capture_id}.jsonld", kind="application/ld+json")
