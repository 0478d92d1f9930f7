"""Officials and filings: returned, asked about, given more time; and what enterprises answer."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.kernel import clock
from portal.kernel.access import require_allowed, requires
from portal.kernel.pages import page, refusals_on
from traceability.forms.supervision import ExtensionForm, RemarkForm, ReturnForm
from traceability.models import Filing
from traceability.permissions import Perm
from traceability.queries.extensions import extensions_shown
from traceability.queries.filings import filings_visible_to
from traceability.queries.reminders import enterprises_unfiled
from traceability.services import supervision as services

READ_AND_WRITE = ["GET", "HEAD", "POST"]


@require_http_methods(READ_AND_WRITE)
@requires(Perm.WORK_FINDINGS)
def filing_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a filing with reasons and a day; it stays in force until it is amended."""
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    form = ReturnForm(request.POST or None)
    return _said(request, filing, form, services.return_filing, _("Return the filing"))


@require_http_methods(READ_AND_WRITE)
@requires(Perm.WORK_FINDINGS)
def filing_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the enterprise about a filing."""
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    form = RemarkForm(request.POST or None)
    return _said(request, filing, form, services.ask_about_filing, _("Ask the enterprise"))


@require_http_methods(READ_AND_WRITE)
@requires(Perm.PREPARE_FILING)
def filing_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what was asked about a filing of one's own."""
    filing = get_object_or_404(filings_visible_to(request.user), pk=pk)
    require_allowed(request.user, Perm.PREPARE_FILING, filing.enterprise)
    form = RemarkForm(request.POST or None)
    return _said(request, filing, form, services.answer_about_filing, _("Answer"))


@require_safe
@requires(Perm.WORK_FINDINGS)
def extension_list(request: HttpRequest) -> HttpResponse:
    """The latest extensions, with their reasons."""
    return page(request, "traceability/extension_list.html", {"extensions": extensions_shown()})


@require_http_methods(READ_AND_WRITE)
@requires(Perm.WORK_FINDINGS)
def extension_add(request: HttpRequest) -> HttpResponse:
    """Give one enterprise, several, or all that have not filed, more time for a month."""
    form = ExtensionForm(request.POST or None)
    if form.is_valid():
        told = form.cleaned_data
        unfiled = told["everybody"]
        named = list(enterprises_unfiled(told["month"])) if unfiled else told["enterprises"]
        with refusals_on(form):
            granted = services.extend_deadline(
                month=told["month"],
                enterprises=named,
                last_day=told["last_day"],
                reason=told["reason"],
                by=request.user,
                at=clock.now(),
            )
            said = _("Enterprises that have more time now: %(count)s.")
            messages.success(request, said % {"count": len(granted)})
            return redirect("traceability:extension_list")
    return page(request, "traceability/extension_add.html", {"form": form})


def _said(
    request: HttpRequest,
    filing: Filing,
    form: forms.Form,
    deed: Callable[..., Any],
    title: str,
) -> HttpResponse:
    """The form's page, or on to the filing once it was said."""
    if form.is_valid():
        with refusals_on(form):
            deed(filing=filing, by=request.user, at=clock.now(), **form.cleaned_data)
            messages.success(request, _("It is on record, and who is concerned was told."))
            return redirect(f"{reverse('traceability:filing_detail', args=[filing.pk])}#remarks")
    context = {"form": form, "filing": filing, "title": title}
    return page(request, "traceability/filing_remark.html", context)
