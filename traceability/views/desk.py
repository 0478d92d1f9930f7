"""The desk: the pages on which an enterprise prepares, attests and amends a month."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from enterprises.models import Enterprise
from enterprises.queries import enterprises_visible_to
from portal.accounts.mfa import is_confirmed
from portal.kernel import clock
from portal.kernel.access import allowed, require_allowed, requires
from portal.kernel.downloads import XLSX, written
from portal.kernel.law import MONTHLY_FILING, TRUTHFUL_RECORDS
from portal.kernel.pages import page, refusals_on, refusals_told
from portal.kernel.period import Month
from traceability import tasks
from traceability.forms.filings import AmendmentForm, AttestationForm, UploadForm
from traceability.models import Filing, Upload
from traceability.permissions import Perm
from traceability.queries import months as queries
from traceability.queries import uploads as upload_queries
from traceability.queries.accepted import accepted_count
from traceability.queries.captures import last_captures
from traceability.queries.desk import is_in_draft, is_refused, steps_of
from traceability.queries.differences import differences
from traceability.queries.filings import filings_visible_to, in_force
from traceability.queries.workbooks import month_template
from traceability.rules.filings import AlreadySubmitted
from traceability.services import handover
from traceability.services.filings import discard_draft, open_draft
from traceability.services.previews import preview_submission
from traceability.services.uploads import receive_upload

MONTHS_SHOWN = 12
ERRORS_SHOWN = 10


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def filing_desk(request: HttpRequest) -> HttpResponse:
    """On to the month that is due."""
    return redirect("traceability:filing_month", Month.of(clock.today()) - 1)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def filing_month(request: HttpRequest, month: Month) -> HttpResponse:
    """One month of the reader's enterprise: where it stands and what comes next; takes a file."""
    enterprise = own_enterprise(request)
    accepted = accepted_count(enterprise, month)
    form = UploadForm(request.POST or None, request.FILES or None, accepted=accepted)
    if request.method == "POST":
        require_allowed(request.user, Perm.PREPARE_FILING, enterprise)
    if form.is_valid():
        told = dict(form.cleaned_data)
        file = told.pop("file")
        with refusals_on(form):
            upload = receive_upload(
                enterprise=enterprise,
                month=month,
                file_name=file.name,
                content=file,
                by=request.user,
                at=clock.now(),
                **told,
            )
            _soon(tasks.uploads.check_upload, upload_id=upload.pk)
            return redirect("traceability:filing_month", month)
    context = _month_context(request, enterprise, month)
    return page(request, "traceability/filing_month.html", {"form": form, **context})


def _month_context(request: HttpRequest, enterprise: Enterprise, month: Month) -> dict[str, Any]:
    """What the desk shows of a month."""
    today = clock.today()
    if month > Month.of(today):
        raise Http404
    shown = queries.month_of(enterprise, month, today=today)
    upload = upload_queries.last_upload(enterprise, month)
    draft = shown.draft
    shown_version = draft or shown.in_force
    submitted = shown.in_force and not draft
    refused = upload is not None and is_refused(shown, upload)
    return {
        "enterprise": enterprise,
        "shown": shown,
        "months": queries.last_months(enterprise, today=today, count=MONTHS_SHOWN, drafts=True),
        "steps": steps_of(shown, upload),
        "upload": upload,
        "under_way": upload is not None and upload.state in upload_queries.UNDER_WAY,
        "refused": refused,
        "kept_out": upload is not None and is_in_draft(shown, upload, Upload.State.PARTLY),
        "taken_in": upload is not None and is_in_draft(shown, upload, Upload.State.ACCEPTED),
        "fault": upload_queries.file_fault(upload) if refused else "",
        "errors": _first_errors(upload) if refused else [],
        "returned": shown.in_force.remarks.filter(kind="returned") if shown.in_force else (),
        "sent": upload_queries.uploads_of(enterprise, month),
        "captures": last_captures(enterprise),
        "kinds": queries.counts_by_kind(shown_version) if shown_version else [],
        "versions": queries.versions_of(shown_version, _submitted(request)) if submitted else (),
        "unfinished": draft.unfinished_rows.count() if draft else 0,
        "attesters": queries.attesters_of(enterprise, besides=draft.prepared_by) if draft else [],
        "may_prepare": allowed(request.user, Perm.PREPARE_FILING, enterprise),
        "may_attest": allowed(request.user, Perm.SUBMIT_FILING, enterprise),
        "source": MONTHLY_FILING,
    }


def _submitted(request: HttpRequest) -> QuerySet[Filing]:
    """What the reader may see of what was submitted."""
    return filings_visible_to(request.user).exclude(status=Filing.Status.DRAFT)


def _first_errors(upload: Any) -> list[upload_queries.ErrorShown]:
    found = upload_queries.errors_of(upload)
    return [error for error, _nth in zip(found, range(ERRORS_SHOWN), strict=False)]


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def filing_template(request: HttpRequest, month: Month) -> HttpResponseBase:
    """The spreadsheet of the month; `?filing=7` puts the records of that version into it."""
    enterprise = own_enterprise(request)
    filing = None
    if wanted := request.GET.get("filing", ""):
        if not wanted.isdecimal():
            raise Http404
        filings = filings_visible_to(request.user).filter(enterprise=enterprise)
        filing = get_object_or_404(filings, pk=int(wanted))
    lines = request.GET.get("changes") == "yes"
    return written(*month_template(enterprise, month, filing=filing, lines=lines), kind=XLSX)


@require_POST
@requires(Perm.PREPARE_FILING)
def filing_nil(request: HttpRequest, month: Month) -> HttpResponse:
    """State that the month had no business; the attester attests to it like to any other."""
    enterprise = own_enterprise(request)
    require_allowed(request.user, Perm.PREPARE_FILING, enterprise)
    with refusals_told(request):
        handover.declare_nil(enterprise=enterprise, month=month, by=request.user, at=clock.now())
        messages.success(request, _("The nil return was handed over for attestation."))
    return redirect("traceability:filing_month", month)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.PREPARE_FILING)
def filing_amend(request: HttpRequest, month: Month) -> HttpResponse:
    """Begin an amendment of a submitted month, saying why."""
    enterprise = own_enterprise(request)
    require_allowed(request.user, Perm.PREPARE_FILING, enterprise)
    shown = queries.month_of(enterprise, month, today=clock.today())
    if shown.in_force is None:
        raise Http404
    if shown.draft:
        return redirect("traceability:filing_month", month)
    form = AmendmentForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            open_draft(
                enterprise=enterprise,
                month=month,
                by=request.user,
                at=clock.now(),
                with_records=True,
                **form.cleaned_data,
            )
            messages.success(
                request,
                _("The amendment was begun with the records that were submitted. Change them."),
            )
            return redirect("traceability:filing_month", month)
    return page(request, "traceability/filing_amend.html", {"form": form, "shown": shown})


@require_POST
@requires(Perm.PREPARE_FILING)
def filing_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the draft to the attester."""
    draft = _own_filing(request, pk, Perm.PREPARE_FILING)
    with refusals_told(request):
        nil = request.POST.get("nil") == "yes"
        handover.hand_over(filing=draft, by=request.user, at=clock.now(), nil=nil)
        messages.success(request, _("The draft was handed over for attestation."))
    return redirect("traceability:filing_month", draft.month)


@require_POST
@requires(Perm.PREPARE_FILING)
def filing_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away; what was submitted stays."""
    draft = _own_filing(request, pk, Perm.PREPARE_FILING)
    with refusals_told(request):
        discard_draft(filing=draft, by=request.user, at=clock.now())
        messages.success(request, _("The draft was discarded."))
    return redirect("traceability:filing_month", draft.month)


@require_safe
@requires(Perm.PREPARE_FILING, Perm.SUBMIT_FILING)
def filing_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What submitting the draft would do: caps, balances, findings, and what it changes."""
    draft = _own_filing(request, pk)
    if draft.status != Filing.Status.DRAFT:
        raise Http404
    standing = in_force(draft.enterprise_id, draft.month)
    context = {
        "draft": draft,
        "told": preview_submission(filing=draft, by=request.user, at=clock.now()),
        "standing": standing,
        "differences": differences(standing, draft) if standing else None,
    }
    whole = "traceability/filing_preview.html"
    return page(request, "traceability/_filing_preview.html" if request.htmx else whole, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.SUBMIT_FILING)
def filing_attest(request: HttpRequest, pk: int) -> HttpResponse:
    """Attest to the draft that was handed over and submit it; once, however often it is clicked."""
    draft = _own_filing(request, pk, Perm.SUBMIT_FILING)
    if draft.status != Filing.Status.DRAFT:
        messages.info(request, _("This version has been submitted; here is its receipt."))
        return redirect("traceability:filing_receipt", draft.pk)
    seen = draft.ready_at.isoformat() if draft.ready_at else ""
    form = AttestationForm(
        request.POST or None,
        initial={"seen": seen, "signs_as": request.user.get_username()},
        confirmed=partial(is_confirmed, request),
    )
    if form.is_valid():
        with refusals_on(form):
            try:
                handover.attest_filing(
                    filing=draft,
                    seen=form.cleaned_data["seen"],
                    by=request.user,
                    at=clock.now(),
                )
            except AlreadySubmitted:
                return redirect("traceability:filing_receipt", draft.pk)
            _soon(tasks.reconciliations.reconcile_after_submission, filing_id=draft.pk)
            messages.success(request, _("The filing was submitted. This is its receipt."))
            return redirect("traceability:filing_receipt", draft.pk)
    context = {
        "draft": draft,
        "form": form,
        "shown": queries.month_of(draft.enterprise, draft.month, today=clock.today()),
        "kinds": queries.counts_by_kind(draft),
        "attesters": queries.attesters_of(draft.enterprise, besides=draft.prepared_by),
        "is_preparer": draft.prepared_by_id == request.user.pk,
        "source": TRUTHFUL_RECORDS,
    }
    return page(request, "traceability/filing_attest.html", context)


def own_enterprise(request: HttpRequest) -> Enterprise:
    """The enterprise that the reader works for."""
    return get_object_or_404(
        enterprises_visible_to(request.user), organisation_id=request.user.organisation_id
    )


def _own_filing(request: HttpRequest, pk: int, perm: Perm | None = None) -> Filing:
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    if perm:
        require_allowed(request.user, perm, filing.enterprise)
    return filing


def _soon(task: Any, **ids: int) -> None:
    """Queue a task once what it works on is committed; the sweep finds it when that fails."""
    transaction.on_commit(partial(task.delay, **ids), robust=True)
