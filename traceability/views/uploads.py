"""Uploaded files: how far checking one has come, what was wrong in it, and the file itself."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.kernel import clock
from portal.kernel.access import allowed, require_allowed, requires
from portal.kernel.downloads import BINARY, XLSX, written
from portal.kernel.pages import page, refusals_told
from portal.kernel.tables import list_page
from traceability.permissions import Perm
from traceability.queries import uploads as queries
from traceability.queries.workbooks import gives_rows_back, rows_to_correct
from traceability.services.uploads import stop_upload
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
            "may_stop": upload.state in queries.UNDER_WAY
            and allowed(request.user, Perm.PREPARE_FILING, upload.enterprise),
            "returned": gives_rows_back(upload),
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


@require_POST
@requires(Perm.PREPARE_FILING)
def upload_stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop checking a file; nothing of it goes into the draft."""
    upload = get_object_or_404(queries.uploads_visible_to(request.user), pk=pk)
    require_allowed(request.user, Perm.PREPARE_FILING, upload.enterprise)
    with refusals_told(request):
        stop_upload(upload=upload, by=request.user, at=clock.now())
        messages.success(request, _("The file was stopped. The draft is as it was."))
    return redirect("traceability:filing_month", upload.month)


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def upload_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that were not taken, to be corrected and sent again."""
    visible = queries.uploads_visible_to(request.user).defer(None)
    upload = get_object_or_404(visible, pk=pk)
    if not gives_rows_back(upload):
        raise Http404
    return written(*rows_to_correct(upload), kind=XLSX)


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def upload_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it came."""
    upload = get_object_or_404(queries.uploads_visible_to(request.user), pk=pk)
    return written(partial(queries.write_content, upload=upload), upload.file_name, kind=BINARY)
