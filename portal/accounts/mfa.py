"""Holds the roles that need a second factor to having one; asks anew who it is that asks."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.kernel.api import problem_answer

_CODE_DIGITS = 6
# What somebody may open who has not shown a second factor yet.
_WAY_THERE = (
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_reauthenticate",
    "set_language",
)


class MfaRequiredMiddleware:
    """Sends who needs a second factor and has not shown it in this session to where that is done.

    Who has none sets one up first; who has one enters its code (a session older than the factor).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.MFA_REQUIRED or not _lacks_second_factor(request):
            return self.get_response(request)
        if request.path in {reverse(name) for name in _WAY_THERE}:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            detail = _("Your role needs a second factor.")
            return problem_answer(403, code="second_factor_needed", detail=detail)
        if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]):
            back = urlencode({"next": request.get_full_path()} if request.method == "GET" else {})
            return redirect(f"{reverse('mfa_reauthenticate')}?{back}")
        return redirect("mfa_activate_totp")


def _lacks_second_factor(request: HttpRequest) -> bool:
    user = request.user
    if not user.is_authenticated or not user.role_held.needs_second_factor:
        return False
    # The user must be named: without, allauth silently answers that there are no records.
    shown = get_authentication_records(request, user)
    return all(record["method"] != "mfa" for record in shown)


def is_confirmed(request: HttpRequest, secret: str) -> bool:
    """Whether `secret` is the password of who asks, or the code that their second factor shows.

    Failed tries count like those of a sign-in. Raises ValidationError after too many codes.
    """
    user = request.user
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if factor and len(secret) == _CODE_DIGITS and secret.isdecimal():
        forget_tries = check_rate_limit(user)
        if factor.wrap().validate_code(secret):
            factor.record_usage()
            forget_tries()
            return True
        return False
    found = authenticate(request, username=user.get_username(), password=secret)
    return found is not None and found.pk == user.pk
