"""The addresses of accounts; of allauth's pages only those that the portal needs."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.http import require_http_methods

from portal.accounts import views
from portal.kernel.access import View, open_to_all, signed_in

READ = ("GET", "HEAD")
FORM = (*READ, "POST")


def _theirs(declare: Callable[[View], View], view: View, takes: Sequence[str] = FORM) -> View:
    """A page of allauth with its permission declared; a form with errors answers 422 there too."""

    @require_http_methods(takes)
    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        return response

    return declare(shown)


def _their_path(
    route: str,
    declare: Callable[[View], View],
    view: View,
    name: str,
    takes: Sequence[str] = FORM,
) -> URLPattern:
    return path(route, _theirs(declare, view, takes), name=name)


# Without a namespace, since allauth and Django reverse them by these names.
sign_in_urls = [
    path("language/", views.set_language, name="set_language"),
    _their_path("sign-in/", open_to_all, views.login, "account_login"),
    _their_path("sign-in/code/", open_to_all, mfa.authenticate, "mfa_authenticate"),
    _their_path(
        "sign-in/deactivated/", open_to_all, account.account_inactive, "account_inactive", READ
    ),
    _their_path("sign-out/", signed_in, account.logout, "account_logout"),
    re_path(
        r"^password/set/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        _theirs(open_to_all, account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    _their_path(
        "password/set/done/",
        open_to_all,
        account.password_reset_from_key_done,
        "account_reset_password_from_key_done",
        READ,
    ),
    _their_path("password/change/", signed_in, account.password_change, "account_change_password"),
    _their_path("confirm/password/", signed_in, account.reauthenticate, "account_reauthenticate"),
    _their_path("confirm/code/", signed_in, mfa.reauthenticate, "mfa_reauthenticate"),
    _their_path("second-factor/", signed_in, mfa.index, "mfa_index", READ),
    _their_path(
        "second-factor/set-up/", signed_in, views.second_factor_set_up, "mfa_activate_totp"
    ),
    _their_path("second-factor/remove/", signed_in, totp.deactivate_totp, "mfa_deactivate_totp"),
    _their_path(
        "second-factor/recovery-codes/",
        signed_in,
        recovery_codes.view_recovery_codes,
        "mfa_view_recovery_codes",
        READ,
    ),
    _their_path(
        "second-factor/recovery-codes/renew/",
        signed_in,
        recovery_codes.generate_recovery_codes,
        "mfa_generate_recovery_codes",
    ),
    _their_path(
        "second-factor/recovery-codes/download/",
        signed_in,
        recovery_codes.download_recovery_codes,
        "mfa_download_recovery_codes",
        READ,
    ),
]

app_name = "accounts"
urlpatterns: list[URLPattern | URLResolver] = [
    path("profile/", views.profile, name="profile"),
    path("users/", views.user_list, name="user_list"),
    path("users/<int:user_id>/", views.user_detail, name="user_detail"),
    path("users/<int:user_id>/deactivate/", views.user_deactivate, name="user_deactivate"),
    path("users/<int:user_id>/reactivate/", views.user_reactivate, name="user_reactivate"),
    path("users/<int:user_id>/link/", views.user_send_link, name="user_send_link"),
    path(
        "users/<int:user_id>/second-factor/",
        views.user_reset_second_factor,
        name="user_reset_second_factor",
    ),
    path("organisations/", views.organisation_list, name="organisation_list"),
    path("organisations/<int:organisation_id>/invite/", views.user_invite, name="user_invite"),
    path("regions/", views.region_list, name="region_list"),
    path("regions/register/", views.region_register, name="region_register"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<int:year>/", views.calendar_year, name="calendar_year"),
    path("calendar/days/<int:pk>/remove/", views.day_remove, name="day_remove"),
    path("settings/", views.parameter_list, name="parameter_list"),
    path("audit/", views.audit_list, name="audit_list"),
    path("audit/check/", views.audit_check, name="audit_check"),
]

if settings.DEMO:
    urlpatterns += [path("sign-in/demonstration/", views.demo_sign_in, name="demo_sign_in")]
