"""Signing in, the second factor, the lockout, and the demonstration's one click for a role."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import activate_totp
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.accounts import queries, services
from portal.accounts.sign_in import address_of, username_tried
from portal.kernel import clock
from portal.kernel.access import open_to_all


class SignInView(LoginView):
    """The sign-in page; in demonstration mode with the accounts of the demonstration."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows."""
        shown = queries.demo_users() if settings.DEMO else []
        return super().get_context_data(**kwargs) | {"demo_users": shown}


login = SignInView.as_view()


def second_factor_set_up(request: HttpRequest) -> HttpResponse:
    """Set a second factor up; who did has shown that it works and is not asked for it again."""
    had_one = _has_second_factor(request)
    response = activate_totp(request)
    if not had_one and _has_second_factor(request):
        record_authentication(request, request.user, method="mfa", type="totp")
        services.record_access(
            action="user.second_factor_set", user=request.user, by=request.user, at=clock.now()
        )
    return response


def _has_second_factor(request: HttpRequest) -> bool:
    return is_mfa_enabled(request.user, [Authenticator.Type.TOTP])


def locked_out(request: HttpRequest, response: Any, credentials: dict[str, Any]) -> HttpResponse:
    """Says that too many passwords were wrong, and when to try again; axes calls it."""
    until = queries.locked_until(username_tried(request, credentials), address_of(request))
    return render(request, "account/locked_out.html", {"until": until}, status=429)


@open_to_all
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Become one of the demonstration's people; routed in demonstration mode only."""
    user = get_object_or_404(queries.demo_users(), username=request.POST.get("name", ""))
    get_adapter().login(request, user)
    return redirect("dashboard:home")
