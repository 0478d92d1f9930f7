"""Inviting, changing, deactivating and reactivating people."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import forms, queries, services, tables
from portal.accounts.models import Organisation, User
from portal.accounts.permissions import Perm
from portal.kernel import clock
from portal.kernel.access import requires
from portal.kernel.models import AuditEvent
from portal.kernel.pages import page, refusals_on, refusals_told
from portal.kernel.tables import list_page

# Backends that bring no mail to anybody: the administrator hands the link over.
_NO_MAIL = ("console", "dummy", "filebased")
_LINK = "password_link"
EVENTS_SHOWN = 10


@requires(Perm.MANAGE_USERS)
@require_GET
def user_list(request: HttpRequest) -> HttpResponseBase:
    """The people with an account."""
    return list_page(
        request,
        template="accounts/user_list.html",
        name="accounts",
        table=tables.UserTable,
        filters=tables.UserFilter,
        queryset=queries.users_visible_to(request.user),
    )


@requires(Perm.MANAGE_USERS)
@require_http_methods(["GET", "POST"])
def user_invite(request: HttpRequest, organisation_id: int) -> HttpResponse:
    """Open an account for somebody of one organisation."""
    organisation = _organisation(request, organisation_id)
    form = forms.InvitationForm(request.POST or None, kind=organisation.kind)
    if form.is_valid():
        with refusals_on(form):
            user = services.invite_user(
                organisation=organisation, by=request.user, at=clock.now(), **form.cleaned_data
            )
            _hand_over_link(request, user)
            return redirect("accounts:user_detail", user.pk)
    return page(request, "accounts/user_invite.html", {"form": form, "organisation": organisation})


@requires(Perm.MANAGE_USERS)
@require_http_methods(["GET", "POST"])
def user_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: what it is, its change, and what else can be done with it."""
    user = _visible(request, user_id)
    organisation = _organisation_asked(request, user)
    form = forms.UserForm(request.POST or None, kind=organisation.kind, initial=_told(user))
    if form.is_valid():
        with refusals_on(form):
            services.change_user(
                user=user,
                organisation=organisation,
                by=request.user,
                at=clock.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("The account was changed."))
            return redirect("accounts:user_detail", user.pk)
    context = {
        "person": user,
        "organisation": organisation,
        "form": form,
        "own": user.pk == request.user.pk,
        "second_factor": is_mfa_enabled(user, [Authenticator.Type.TOTP]),
        "link": _link_to_show(request, user),
        "events": _told_of(request, user),
    }
    return page(request, "accounts/user_detail.html", context)


@requires(Perm.MANAGE_USERS)
@require_POST
def user_deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Close an account at once."""
    user = _visible(request, user_id)
    with refusals_told(request):
        services.deactivate_user(user=user, by=request.user, at=clock.now())
        messages.success(request, _("The account is deactivated; its sessions have ended."))
    return redirect("accounts:user_detail", user.pk)


@requires(Perm.MANAGE_USERS)
@require_POST
def user_reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    """Open a closed account again, with a link to a new password."""
    user = _visible(request, user_id)
    with refusals_told(request):
        user = services.reactivate_user(user=user, by=request.user, at=clock.now())
        _hand_over_link(request, user)
    return redirect("accounts:user_detail", user.pk)


@requires(Perm.MANAGE_USERS)
@require_POST
def user_send_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """Send a link by which the person sets a new password."""
    user = _visible(request, user_id)
    with refusals_told(request):
        _hand_over_link(request, user)
    return redirect("accounts:user_detail", user.pk)


@requires(Perm.MANAGE_USERS)
@require_POST
def user_reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take a lost second factor off an account."""
    user = _visible(request, user_id)
    with refusals_told(request):
        services.reset_second_factor(user=user, by=request.user, at=clock.now())
        messages.success(request, _("The second factor is removed."))
    return redirect("accounts:user_detail", user.pk)


def _visible(request: HttpRequest, user_id: int) -> User:
    return get_object_or_404(queries.users_visible_to(request.user), pk=user_id)


def _organisation(request: HttpRequest, organisation_id: int | str) -> Organisation:
    return get_object_or_404(queries.organisations_visible_to(request.user), pk=organisation_id)


def _organisation_asked(request: HttpRequest, user: User) -> Organisation:
    """The one the address names, to move somebody to; else where the person is."""
    asked = request.GET.get("organisation", "")
    return _organisation(request, asked) if asked.isdecimal() else user.organisation


def _told_of(request: HttpRequest, user: User) -> list[tuple[AuditEvent, str]]:
    """What was last done to the account, in words."""
    events = queries.events_visible_to(request.user)
    latest = events.filter(subject_kind="accounts.user", subject_id=user.pk)[:EVENTS_SHOWN]
    return [(event, tables.action_name(event.action)) for event in latest]


def _told(user: User) -> dict[str, Any]:
    return {
        "full_name": user.full_name,
        "email": user.email,
        "role": user.role,
        "language": user.language,
    }


def _hand_over_link(request: HttpRequest, user: User) -> None:
    """Mail the person a password link; where mail does not work, keep it for the next page."""
    uid, key = services.issue_password_link(user=user, by=request.user, at=clock.now())
    way = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key})
    link = request.build_absolute_uri(way)
    if _mailed(request, user, link):
        messages.success(
            request, _("A link to set the password was sent to %(email)s.") % {"email": user.email}
        )
    else:
        request.session[_LINK] = {"user": user.pk, "link": link}


def _mailed(request: HttpRequest, user: User, link: str) -> bool:
    if not user.email or settings.EMAIL_BACKEND.rpartition(".")[0].endswith(_NO_MAIL):
        return False
    try:
        with translation.override(user.language):
            get_adapter(request).send_mail(
                "account/email/password_link", user.email, {"person": user, "link": link}
            )
    except OSError:
        return False
    return True


def _link_to_show(request: HttpRequest, user: User) -> str | None:
    """The link that could not be mailed, once."""
    if request.session.get(_LINK, {}).get("user") != user.pk:
        return None
    return request.session.pop(_LINK)["link"]
