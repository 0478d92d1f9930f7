"""Notices and extracts: to be saved, and the page that the code on a paper leads to."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_safe

from allocations import forms, queries, services
from allocations.models import OfficialNotice
from allocations.permissions import Perm
from allocations.rules import IssuedOnPaper, NotIssued
from allocations.views.decisions import READ_AND_WRITE, visible_decision
from portal.accounts.models import User
from portal.kernel import clock
from portal.kernel.access import requires, signed_in
from portal.kernel.downloads import PDF, download
from portal.kernel.pages import page


@requires(Perm.VIEW_DECISIONS)
@require_safe
def decision_notice(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The official notice of an issued decision as a PDF; made now if nobody asked before."""
    decision = visible_decision(request, pk)
    notice = decision.notices.filter(copy=None).first()
    if notice is None:
        try:
            notice = services.make_notice(decision=decision, by=request.user, at=clock.now())
        except (NotIssued, IssuedOnPaper) as refused:
            raise Http404 from refused
    return _pdf(notice, f"notice-{decision.title}.pdf")


@requires(Perm.VIEW_COPIES)
@require_safe
def copy_extract(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The extract of the notice that a copy carries: its own lines, as a PDF."""
    copy = get_object_or_404(queries.copies_visible_to(request.user), pk=pk)
    extract = OfficialNotice.objects.filter(copy=copy).first()
    if extract is None:
        try:
            extract = services.make_extract(copy=copy, by=request.user, at=clock.now())
        except IssuedOnPaper as refused:
            raise Http404 from refused
    return _pdf(extract, f"extract-{copy.decision.title}-{copy.pk}.pdf")


@signed_in
@require_http_methods(READ_AND_WRITE)
def notice_detail(request: HttpRequest, token: UUID) -> HttpResponse:
    """Whether the paper in hand is what was issued, and whether that has been changed since.

    For everybody with an account; figures of an extract and lines for who may see them anyway.
    """
    notice = get_object_or_404(queries.notices(), token=token)
    may_see = _may_see(request.user, notice)
    form = forms.PaperForm(
        *((request.POST, request.FILES) if request.method == "POST" else (None, None))
    )
    context = {
        "notice": notice,
        "decision": notice.decision,
        "copy": notice.copy,
        "may_see": may_see,
        "may_see_decisions": request.user.holds(Perm.VIEW_DECISIONS),
        "figures": queries.notice_figures(notice) if may_see or not notice.copy else None,
        "changed_by": queries.changed_since(notice.decision, notice.copy),
        "form": form,
        "verdicts": _verdicts(notice, form) if form.is_valid() else [],
    }
    return page(request, "allocations/notice_detail.html", context)


def _may_see(user: User, notice: OfficialNotice) -> bool:
    if notice.copy is None:
        return queries.decisions_visible_to(user).filter(pk=notice.decision_id).exists()
    return queries.copies_visible_to(user).filter(pk=notice.copy.pk).exists()


def _verdicts(notice: OfficialNotice, form: forms.PaperForm) -> list[tuple[str, bool]]:
    """What was entered, and whether it is the notice's: the digest typed, the file."""
    typed, of_file = form.cleaned_data["digest"], form.cleaned_data["pdf"]
    given = []
    if typed:
        ours = (notice.content_digest, notice.digest)
        given.append(("digest", any(digest.startswith(typed) for digest in ours)))
    if of_file:
        given.append(("file", of_file == notice.digest))
    return given


def _pdf(notice: OfficialNotice, name: str) -> HttpResponseBase:
    return download(notice.pdf, name, kind=PDF, save=False)
