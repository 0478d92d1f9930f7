"""Uploaded files: how far checking one has come, what was wrong in it, and the file itself."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from portal.kernel.access import requires
from portal.kernel.pages import page
from portal.kernel.tables import list_page
from traceability.permissions import Perm
from traceability.queries import uploads as queries
from traceability.tables.filings import ErrorTable

ERRORS_PER_PAGE = 100


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def upload_detail(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One file: its progress, or every fault found in it, as a list that exports."""
    upload = get_object_or_404(queries.uploads_visible_to(request.user), pk=pk)
    sheet = next((error["sheet"] for error in upload.errors if "sheet" in error), "")
    return list_page(
        request,
        template="traceability/upload_detail.html",
        name=f"errors-{upload.month}-{upload.pk}",
        table=ErrorTable,
        queryset=list(queries.errors_of(upload)),
        per_page=ERRORS_PER_PAGE,
        exclude=() if sheet else ("place",),
        context={
            "upload": upload,
            "fault": queries.file_fault(upload),
            "sheet": sheet,
            "under_way": upload.state in queries.UNDER_WAY,
        },
    )


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def upload_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far checking a file has come; once it is over, the page it stands on reloads."""
    upload = get_object_or_404(queries.uploads_visible_to(request.user), pk=pk)
    answer = page(request, "traceability/_upload_progress.html", {"upload": upload})
    if upload.state not in queries.UNDER_WAY:
        answer["HX-Refresh"] = "true"
    return answer


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def upload_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it came."""
    visible = queries.uploads_visible_to(request.user).defer(None)
    upload = get_object_or_404(visible, pk=pk)
    answer = HttpResponse(bytes(upload.content), content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, upload.file_name) or ""
    return answer
