"""A person's notices, and how they want to have them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.kernel import clock
from portal.kernel.access import signed_in
from portal.kernel.pages import page
from portal.kernel.tables import list_page
from portal.notices import forms, queries, services, tables


@signed_in
@require_safe
def notice_list(request: HttpRequest) -> HttpResponseBase:
    """What one was told, the latest first."""
    return list_page(
        request,
        template="notices/notice_list.html",
        name="notices",
        table=tables.NoticeTable,
        filters=tables.NoticeFilter,
        queryset=queries.notices_visible_to(request.user),
        context={"unread": queries.unread_count(request.user)},
    )


@signed_in
@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a notice is about; it counts as read."""
    notice = get_object_or_404(queries.notices_visible_to(request.user), pk=pk)
    services.mark_read([notice.pk], by=request.user, at=clock.now())
    return redirect(notice)


@signed_in
@require_POST
def notice_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one notice as read and stay with the list."""
    notice = get_object_or_404(queries.notices_visible_to(request.user), pk=pk)
    services.mark_read([notice.pk], by=request.user, at=clock.now())
    return redirect("notices:notice_list")


@signed_in
@require_POST
def notice_read_all(request: HttpRequest) -> HttpResponse:
    """Mark all notices as read."""
    services.mark_read(None, by=request.user, at=clock.now())
    messages.success(request, _("All notices are marked as read."))
    return redirect("notices:notice_list")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def channel_choose(request: HttpRequest) -> HttpResponse:
    """Choose which notices come by e-mail too, and which not at all."""
    form = forms.ChannelsForm(request.POST or None, held=queries.preferences_of(request.user))
    if form.is_valid():
        services.choose_channels(channels=form.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, _("Your choice is kept."))
        return redirect("accounts:profile")
    return page(request, "notices/channel_choose.html", {"form": form})
